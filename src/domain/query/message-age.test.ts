import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTimely } from './message-age.ts'

const NOW = new Date('2026-03-10T09:30:00Z')
const made = (milliseconds: number) => new Date(NOW.getTime() + milliseconds)

test('a query is answered up to 24 hours after and 5 minutes before it was made (rule 11.8)', () => {
  expect(isTimely(made(-24 * 3_600_000), NOW)).toBe(true)
  expect(isTimely(made(-24 * 3_600_000 - 1), NOW)).toBe(false)
  expect(isTimely(made(5 * 60_000), NOW)).toBe(true)
  expect(isTimely(made(5 * 60_000 + 1), NOW)).toBe(false)
  expect(isTimely(new Date(Number.NaN), NOW)).toBe(false)
})

test('what is answered later is answered in between', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -90_000_000, max: 400_000 }),
      fc.integer({ min: 0, max: 90_000_000 }),
      (at, later) => {
        const stillTimely = isTimely(made(at), made(at + later))
        expect(stillTimely).toBe(later <= 86_400_000)
      },
    ),
  )
})
