import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CalendarDate } from '../english-time.ts'
import { type ClaimedPerson, differingItems, foldName, type RegisteredPerson } from './same-person.ts'

const BORN = '2019-05-01' as CalendarDate
const claimed: ClaimedPerson = { birthDate: BORN, given: 'Tansy', family: "O'Testcase" }
const registered: RegisteredPerson = {
  birthDate: BORN,
  familyNames: ["O'Testcase", 'Sample-Née'],
  givenNames: [['Tansy', 'Mae'], ['Poppy']],
}

const given = (claim: string, ...known: string[][]) =>
  differingItems({ ...claimed, given: claim }, { ...registered, givenNames: known })
const family = (claim: string) => differingItems({ ...claimed, family: claim }, registered)

describe('rule 3.7: the number belongs to the person', () => {
  test('when everything is equal', () => {
    expect(differingItems(claimed, registered)).toEqual([])
  })

  test('only with an equal date of birth', () => {
    expect(differingItems({ ...claimed, birthDate: '2019-01-05' as CalendarDate }, registered)).toEqual([
      'date of birth',
    ])
    const { birthDate: _, ...unknown } = registered
    expect(differingItems(claimed, unknown)).toEqual(['date of birth'])
  })

  test.each([
    "o'testcase",
    'OTESTCASE',
    'O’Testcase',
    'O´Testcase',
    'OʼTestcase',
    'O‘Testcase',
    'O‛Testcase',
    'O`Testcase',
    'OʻTestcase',
    'OʽTestcase',
    'O′Testcase',
    'O＇Testcase',
    ' O Testcase ',
    'Ó-Testcase',
    'sample née',
    'SAMPLENEE',
  ])('family name "%s"', name => {
    expect(family(name)).toEqual([])
  })

  test.each(['Testcase', 'O', 'Sample', 'Testcase O'])('not with family name "%s"', name => {
    expect(family(name)).toEqual(['family name'])
  })

  test.each([
    ['the whole equals the whole', 'Anne Marie', [['Anne-Marie']]],
    ['first equals first', 'Tansy Rose', [['Tansy', 'Mae']]],
    ['first equals any', 'Mae', [['Tansy', 'Mae']]],
    ['first equals any of another name of theirs', 'Poppy', [['Tansy'], ['Poppy']]],
    ['initial equal', 'T', [['Tansy']]],
    ['initial equal, in another spelling', 'Tanzie', [['Tansy']]],
    ['accents and case', 'ÉLOÏSE', [['Eloise']]],
    ['several names recorded as one', 'Mae', [['Tansy Mae']]],
    ['spaces before, between and after', '  Mae  Rose ', [[' Tansy   Mae ']]],
    ['initial equal, with spaces before', ' Tess', [['  Tansy']]],
    ['a mark before it', '- Mae', [['Mae']]],
    ['a mark recorded before it', 'Mae', [['-', 'Mae']]],
  ])('given name: %s', (_, claim, known) => {
    expect(given(claim, ...known)).toEqual([])
  })

  test.each([
    ['another initial', 'Rowan', [['Tansy', 'Mae']]],
    ['a second name that equals, after a first that does not', 'Rowan Mae', [['Tansy', 'Mae']]],
    ['none recorded', 'Tansy', []],
    ['an empty one recorded', 'Tansy', [['']]],
    ['nothing left of it', "'-'", [['Tansy']]],
    ['nothing left of either', "'", [['-']]],
    ['nothing left of the one recorded', 'Tansy', [['-']]],
    ['letters beyond the basic plane that only begin alike', '𞤀', [['𞤁']]],
  ])('not with %s', (_, claim, known) => {
    expect(given(claim, ...known)).toEqual(['given name'])
  })

  test('every item that differs is named, and nothing that PDS holds', () => {
    const other = { birthDate: '2001-01-01' as CalendarDate, given: 'Rowan', family: 'Else' }
    expect(differingItems(other, registered)).toEqual(['date of birth', 'family name', 'given name'])
  })
})

describe('folding', () => {
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
    const noise = fc.constantFrom(' ', '-', "'", '’', '.', '\u0301', '\u0308', '‐')
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
  ])('%s is %s', (name, folded) => {
    expect(foldName(name)).toBe(folded)
  })
})
