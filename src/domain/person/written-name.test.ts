import { describe, expect, test } from 'vitest'
import { familyNamesIn, givenNamesIn, isPlaceholder, splitAtComma } from './written-name.ts'

describe('rule 3.7: SURNAME, Forename', () => {
  test.each([
    [
      { given: '', family: 'TESTCASE, Tansy Mae' },
      { given: 'Tansy Mae', family: 'TESTCASE' },
    ],
    [
      { given: 'Tansy', family: 'TESTCASE, Tansy' },
      { given: 'Tansy', family: 'TESTCASE' },
    ],
    [
      { given: 'Testcase, Tansy', family: '' },
      { given: 'Tansy', family: 'Testcase' },
    ],
    [
      { given: 'TESTCASE, Tansy', family: 'Testcase' },
      { given: 'Tansy', family: 'TESTCASE' },
    ],
  ])('%o is read as both', (written, name) => {
    expect(splitAtComma(written)).toEqual(name)
  })

  test.each([
    { given: 'Tansy, Mae', family: 'Testcase' },
    { given: 'Tansy', family: 'Testcase,' },
    { given: ', Tansy', family: 'Testcase' },
    { given: 'Tansy', family: 'Testcase' },
  ])('%o is left as it was', written => {
    expect(splitAtComma(written)).toEqual(written)
  })
})

describe('rule 3.7: what is a name', () => {
  test.each([
    ['Mr. Fennel', ['fennel']],
    ['Master Fennel', ['fennel']],
    ['MR.FENNEL', ['fennel']],
    ['Fennel Master', ['fennel', 'master']],
    ['Master', []],
    ['Ann-Mae', ['ann', 'mae']],
    ['Ann−Mae', ['ann', 'mae']],
    ['Ann\u200bMae', ['annmae']],
    ['Ann (Nan) Mae', ['ann', 'mae']],
    ['(Ann)', ['ann']],
    ['-', []],
  ])('given name "%s"', (text, names) => {
    expect(givenNamesIn(text)).toEqual(names)
  })

  test('a family name that is a form of address is one', () => {
    expect(familyNamesIn('Master')).toEqual(['master'])
    expect(familyNamesIn('Mr Master')).toEqual(['master'])
    expect(familyNamesIn('Mrs Sample-Grey')).toEqual(['sample', 'grey'])
  })

  test.each([
    'Baby',
    'BABY GIRL',
    'Twin 1',
    'Baby of',
    'Unknown',
    'Not known',
    'Infant A',
  ])('"%s" stands in for a name', text => {
    expect(isPlaceholder(givenNamesIn(text))).toBe(true)
  })

  test.each(['Tansy', 'Baby Tansy', 'B', '1', ''])('"%s" does not', text => {
    expect(isPlaceholder(givenNamesIn(text))).toBe(false)
  })
})
