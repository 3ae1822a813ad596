import { describe, expect, test } from 'vitest'
import type { CalendarDate } from '../english-time.ts'
import { type Likeness, likenessOfBirthDates, likenessOfFamily, likenessOfGiven } from './likeness.ts'

const words = (text: string) => text.split(' ').filter(Boolean)

describe('rule 3.7: how like given names are', () => {
  test.each<[string, string, Likeness]>([
    ['tansy', 'tansy mae', 'same'],
    ['annmae', 'ann mae rose', 'same'],
    ['ann mae', 'annmae', 'same'],
    ['', '', 'same'],
    ['tansy', 'baby girl', 'near'],
    ['', 'baby', 'near'],
    ['t', 't', 'near'],
    ['t', 'tansy', 'near'],
    ['tansy', 't mae', 'near'],
    ['ben', 'benjamin', 'near'],
    ['be', 'benjamin', 'near'],
    ['tanzy', 'tansy', 'near'],
    ['tasny', 'tansy', 'near'],
    ['tansyy', 'tansy', 'near'],
    ['tnsy', 'tansy', 'near'],
    ['eva', 'ava', 'near'],
    ['mae', 'tansy mae', 'near'],
    ['mohammed', 'mohammed ali', 'near'],
    ['', 'tansy', 'different'],
    ['tom', 'thi', 'different'],
    ['t', 'mae tansy', 'different'],
    ['jo', 'bo', 'different'],
    ['b', 'rowan bea', 'different'],
    ['tansyxx', 'tansy', 'near'],
    ['taxnsxy', 'tansy', 'different'],
    ['tnazy', 'tansy', 'different'],
    ['abcd', 'acdb', 'different'],
    ['tansy', 'tanwx', 'different'],
  ])('%s and %s: %s', (claimed, known, likeness) => {
    expect(likenessOfGiven(words(claimed), [words(known)])).toBe(likeness)
  })

  test('the best of several names counts, and without any it is open', () => {
    expect(likenessOfGiven(['poppy'], [['tansy'], ['poppy']])).toBe('same')
    expect(likenessOfGiven(['poppi'], [['tansy'], ['poppy']])).toBe('near')
    expect(likenessOfGiven(['poppy'], [])).toBe('near')
  })
})

describe('rule 3.7: how like family names are', () => {
  test.each<[string, string, Likeness]>([
    ['sample grey', 'samplegrey', 'same'],
    ['sample', 'sample grey', 'near'],
    ['grey sample', 'sample grey', 'near'],
    ['van der berg', 'berg', 'near'],
    ['sampel', 'sample', 'near'],
    ['van der berg', 'van der meer', 'different'],
    ['else', 'sample', 'different'],
    ['', 'sample', 'different'],
  ])('%s and %s: %s', (claimed, known, likeness) => {
    expect(likenessOfFamily(words(claimed), [words(known)])).toBe(likeness)
  })

  test('a former one is as good, and none is none', () => {
    expect(likenessOfFamily(['else'], [['sample'], ['else']])).toBe('same')
    expect(likenessOfFamily(['else'], [])).toBe('different')
  })
})

test.each<[string, string | undefined, Likeness]>([
  ['2019-05-01', '2019-05-01', 'same'],
  ['2019-05-01', '2019-05-11', 'near'],
  ['2019-05-01', '2019-01-05', 'near'],
  ['2019-05-01', undefined, 'near'],
  ['2019-05-01', '2018-01-05', 'different'],
  ['2019-05-01', '2019-06-02', 'different'],
])('rule 3.7: dates of birth %s and %s: %s', (claimed, known, likeness) => {
  expect(likenessOfBirthDates(claimed as CalendarDate, known as CalendarDate | undefined)).toBe(likeness)
})
