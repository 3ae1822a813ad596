import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CalendarDate } from '../english-time.ts'
import { type ClaimedPerson, comparePerson, type PersonItem, type RegisteredPerson } from './same-person.ts'

const BORN = '2019-05-01' as CalendarDate
const claimed: ClaimedPerson = { birthDate: BORN, given: 'Tansy', family: "O'Testcase" }
const registered: RegisteredPerson = {
  birthDate: BORN,
  familyNames: ["O'Testcase", 'Sample-Née'],
  givenNames: [['Tansy', 'Mae'], ['Poppy']],
  sex: 'female',
}

const MATCH = { kind: 'match' }
const review = (...items: PersonItem[]) => ({ kind: 'review', items })
const no = (...items: PersonItem[]) => ({ kind: 'no', items })

const given = (claim: string, ...known: string[][]) =>
  comparePerson({ ...claimed, given: claim }, { ...registered, givenNames: known })
const family = (claim: string, ...known: string[]) =>
  comparePerson(
    { ...claimed, family: claim },
    known.length ? { ...registered, familyNames: known } : registered,
  )

describe('rule 3.7: the number belongs to the person', () => {
  test('when everything is the same, whether the sex is known or not', () => {
    expect(comparePerson(claimed, registered)).toEqual(MATCH)
    expect(comparePerson({ ...claimed, sex: 'female' }, registered)).toEqual(MATCH)
    const { sex: _, ...unknown } = registered
    expect(comparePerson({ ...claimed, sex: 'male' }, unknown)).toEqual(MATCH)
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
    'O−Test\u00adcase\u200b',
    'sample née',
    'SAMPLENEE',
    "Mr. O'Testcase",
    "O'Testcase (Sample)",
    "O'TESTCASE, Tansy",
  ])('family name "%s"', name => {
    expect(family(name)).toEqual(MATCH)
  })

  test.each([
    ['the whole equals the whole', 'Anne Marie', [['Anne-Marie']]],
    ['two written as one', 'Annmarie', [['Ann', 'Marie', 'Rose']]],
    ['first equals first', 'Tansy', [['Tansy', 'Mae']]],
    ['first equals first, and a second one is the initial of one', 'Tansy M', [['Tansy', 'Rose', 'Mae']]],
    ['first equals first, and one of the further ones is theirs', 'Tansy Ann Mae', [['Tansy', 'Mae']]],
    ['a first name that brothers share, and the next', 'Mohammed Ali', [['Mohammed', 'Ali', 'Omar']]],
    ['a first name that brothers share, and no other', 'Mohammed', [['Mohammed']]],
    ['half of a double name', 'Lily', [['Lily-Mae']]],
    ['equal to another name of theirs', 'Poppy', [['Tansy'], ['Poppy']]],
    ['accents and case', 'ÉLOÏSE', [['Eloise']]],
    ['several names recorded as one', 'Tansy Mae', [['Tansy Mae']]],
    ['spaces before, between and after', '  Tansy  Mae ', [[' Tansy   Mae ']]],
    ['a mark before it', '- Mae', [['Mae']]],
    ['a mark recorded before it', 'Mae', [['-', 'Mae']]],
    ['a form of address', 'Mr. Fennel', [['Fennel']]],
    ['a recorded form of address', 'Fennel', [['Master', 'Fennel']]],
    ['what they are called in brackets', 'Tansy (Tan)', [['Tansy']]],
    ['after the family name', "O'Testcase, Tansy", [['Tansy']]],
    ['none on either side', '', []],
    ['a hyphen for none', '-', [['']]],
    ['the single name again for none', "O'Testcase", [["O'Testcase"]]],
    ['the single name again, and none recorded', "O'Testcase", []],
  ])('given name: %s', (_, claim, known) => {
    expect(given(claim, ...known)).toEqual(MATCH)
  })

  test('a single name stands in either field', () => {
    const single = { ...registered, familyNames: ['Quince'], givenNames: [] }
    for (const name of [
      { given: '', family: 'Quince' },
      { given: 'Quince', family: '-' },
      { given: 'Quince', family: 'Quince' },
    ]) {
      expect(comparePerson({ birthDate: BORN, ...name }, single)).toEqual(MATCH)
    }
  })
})

describe('rule 3.7: a possible match is for a person to decide', () => {
  test.each([
    ['an initial', 'T', [['Tansy']]],
    ['a recorded initial', 'Tansy', [['T']]],
    ['an initial on both sides', 'T', [['T']]],
    ['another name of the same initial', 'Tom', [['Thi']]],
    ['another name, as of a twin', 'Rowan', [['Tansy', 'Mae']]],
    ['a misspelt one', 'Tanzy', [['Tansy']]],
    ['neighbours exchanged', 'Tasny', [['Tansy']]],
    ['a short form', 'Ben', [['Benjamin']]],
    ['equal to a second one', 'Mae', [['Tansy', 'Mae']]],
    ['a second one that is another', 'Tansy Rose', [['Tansy', 'Mae']]],
    ['a second one that is nearly the same', 'Lily-Mae', [['Lily', 'Mea']]],
    ['a first name that brothers share, and another next', 'Mohammed Ali', [['Mohammed', 'Hassan']]],
    ['a first name that brothers share, by itself', 'Mohammed', [['Mohammed', 'Ali']]],
    ['a first name that brothers share, recorded by itself', 'Abdul Karim', [['Abdul']]],
    ['a stand-in', 'Baby', [['Tansy']]],
    ['the same stand-in', 'Baby', [['Baby']]],
    ['the same stand-in for a twin', 'Twin 1', [['Twin', '1']]],
    ['a recorded stand-in', 'Tansy', [['Baby', 'Girl']]],
    ['none recorded', 'Tansy', []],
    ['nothing left of it', "'-'", [['Tansy']]],
    ['nothing left of the one recorded', 'Tansy', [['-']]],
    ['letters beyond the basic plane that only begin alike', '𞤀', [['𞤁']]],
  ])('given name: %s', (_, claim, known) => {
    expect(given(claim, ...known)).toEqual(review('given name'))
  })

  test.each(['Testcase', 'Somebodyelse', 'Sample', 'Testcase O'])('family name "%s"', name => {
    expect(family(name)).toEqual(review('family name'))
  })

  test('another sex', () => {
    expect(comparePerson({ ...claimed, sex: 'male' }, registered)).toEqual(review('sex'))
  })

  test.each([
    ['day and month exchanged', '2019-01-05'],
    ['another day', '2019-05-02'],
    ['another month', '2019-06-01'],
    ['another year', '2018-05-01'],
  ])('date of birth: %s', (_, day) => {
    expect(comparePerson({ ...claimed, birthDate: day as CalendarDate }, registered)).toEqual(
      review('date of birth'),
    )
  })

  test('a date of birth that PDS holds in part is not equal to any (rule 10.5)', () => {
    const { birthDate: _, ...unknown } = registered
    expect(comparePerson(claimed, unknown)).toEqual(review('date of birth'))
  })

  test('two items that are near, and names in the other column', () => {
    expect(comparePerson({ ...claimed, given: 'Tanzy', family: 'OTestcas' }, registered)).toEqual(
      review('family name', 'given name'),
    )
    expect(comparePerson({ ...claimed, given: "O'Testcase", family: 'Tansy' }, registered)).toEqual(
      review('family name', 'given name'),
    )
  })
})

describe('rule 3.7: the number belongs to somebody else', () => {
  test.each<[string, Partial<ClaimedPerson>, object]>([
    ['two names that differ', { given: 'Rowan', family: 'Else' }, no('family name', 'given name')],
    ['a twin of the other sex', { given: 'Rowan', sex: 'male' }, no('given name', 'sex')],
    ['row 7: an initial and another sex', { given: 'T', sex: 'male' }, no('given name', 'sex')],
    ['no family name', { family: '-' }, no('family name', 'given name')],
    ['a parent of the same name', { birthDate: '1989-11-23' as CalendarDate }, no('date of birth')],
    [
      'a misspelt name, another one, and nearly the day',
      { given: 'Tanzy', family: 'OTestcas', birthDate: '2019-05-02' as CalendarDate },
      no('date of birth', 'family name', 'given name'),
    ],
    [
      'a brother',
      { given: 'Rowan', birthDate: '2019-05-02' as CalendarDate },
      no('date of birth', 'given name'),
    ],
  ])('%s', (_, claim, outcome) => {
    expect(comparePerson({ ...claimed, ...claim }, registered)).toEqual(outcome)
  })

  test('row 7: the girl of the same initial is not matched by the boy, whether his sex is said or not', () => {
    const thi = { ...registered, familyNames: ['Nguyen'], givenNames: [['Thi']] }
    const tom = { birthDate: BORN, given: 'Tom', family: 'Nguyen' }
    expect(comparePerson(tom, thi).kind).toBe('review')
    expect(comparePerson({ ...tom, sex: 'male' }, thi).kind).toBe('no')
  })

  test('no two people with different full first names and no other recorded names are ever a match', () => {
    const letters = fc.array(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), { minLength: 1, maxLength: 6 })
    const name = letters.map(some => some.join(''))
    fc.assert(
      fc.property(name, name, (one, other) => {
        fc.pre(one !== other)
        expect(given(one, [other]).kind).not.toBe('match')
      }),
      { numRuns: 2000 },
    )
  })
})
