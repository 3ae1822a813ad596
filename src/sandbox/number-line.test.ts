import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseNhsNumber } from '../domain/nhs-number.ts'
import { NUMBER_COUNT, numberAt, positionOf } from './number-line.ts'

const position = fc.integer({ min: 0, max: NUMBER_COUNT - 1 })

test('the 999 range holds 909,091 numbers, from the first to the last (rule 1.3)', () => {
  expect(NUMBER_COUNT).toBe(909_091)
  expect(numberAt(0)).toBe('9990000018')
  expect(numberAt(NUMBER_COUNT - 1)).toBe('9999999999')
})

test('every position has a valid number, and the number leads back to it (rule 1.1)', () => {
  fc.assert(
    fc.property(position, at => {
      const number = numberAt(at)
      expect(parseNhsNumber(number).ok).toBe(true)
      expect(positionOf(number)).toBe(at)
    }),
  )
})

test('numbers rise with their positions', () => {
  fc.assert(
    fc.property(position, position, (a, b) => {
      expect(Math.sign(Number(numberAt(a)) - Number(numberAt(b)))).toBe(Math.sign(a - b))
    }),
  )
})

test('numbers of other ranges, and numbers that do not exist, have no position (rule 1.3)', () => {
  for (const number of ['9434765919', '9990000019', '999000001', '999000001 ', '']) {
    expect(positionOf(number)).toBeUndefined()
  }
})

test('there is nothing beyond the ends', () => {
  for (const at of [-1, NUMBER_COUNT, 0.5, Number.NaN]) expect(() => numberAt(at)).toThrow(RangeError)
})
