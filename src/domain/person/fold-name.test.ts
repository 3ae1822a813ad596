import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldName } from './fold-name.ts'

describe('rule 3.7: folding', () => {
  const anyName = fc.string({ unit: 'grapheme', maxLength: 12 })

  test('folding twice is folding once', () => {
    fc.assert(
      fc.property(anyName, name => {
        expect(foldName(foldName(name))).toBe(foldName(name))
      }),
      {
        numRuns: 2000,
      },
    )
  })

  test('marks, spaces and case make no difference', () => {
    const noise = fc.constantFrom(
      ...[' ', '-', "'", '’', '.', '\u0301', '\u0308', '‐', '\u00ad', '\u200b', '\u2212', '\u2032', 'ʼ'],
    )
    const letters = fc.array(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), { minLength: 1 })
    fc.assert(
      fc.property(letters, fc.array(noise), fc.nat(), (name, noises, at) => {
        const noisy = name.toSpliced(at % (name.length + 1), 0, ...noises).join('')
        expect(foldName(noisy)).toBe(name.join(''))
        expect(foldName(noisy.toUpperCase())).toBe(name.join(''))
      }),
    )
  })

  test.each([
    ['Łukasz', 'lukasz'],
    ['Strauß', 'strauss'],
    ['STRAUẞ', 'strauss'],
    ['Bjørn', 'bjorn'],
    ['Þór', 'thor'],
    ['Đorđe', 'dorde'],
    ['Guðrún', 'gudrun'],
    ['Æsir', 'aesir'],
    ['Œuvre', 'oeuvre'],
    ['İnci', 'inci'],
    ['ﬁona', 'fiona'],
    ['Ng\u0303', 'ng'],
    ['Işık', 'isik'],
    ['IŞIK', 'isik'],
    ['Ħal Ŧest', 'haltest'],
    ['Ana\u00adMae', 'anamae'],
    ['Ana\u200bMae', 'anamae'],
    ['\ufeffAna\u2060', 'ana'],
    ['Ana\u2212Mae', 'anamae'],
    ['O\u2032Test', 'otest'],
    ['OꞌTest', 'otest'],
    ['Kaʻana', 'kaana'],
    ['Тansу', 'tansy'],
    ['РОРРУ', 'poppy'],
    ['Αnnα', 'anna'],
    ['\u3164Ana', 'ana'],
    ['-', ''],
  ])('%s is %s', (name, folded) => {
    expect(foldName(name)).toBe(folded)
  })
})
