import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isListed } from './access.ts'

const HOUR = 3_600_000
const at = new Date('2026-06-02T10:15:00Z')
const ago = (milliseconds: number) => new Date(at.getTime() - milliseconds)

test('rule 5.6: listed the first time, and again when 24 hours have passed since the last listed one', () => {
  expect(isListed(undefined, at)).toBe(true)
  expect(isListed(ago(24 * HOUR), at)).toBe(true)
  expect(isListed(ago(24 * HOUR - 1), at)).toBe(false)
  expect(isListed(at, at)).toBe(false)
})

test('rule 5.6: twenty-four hours are that many on the day the clocks change too', () => {
  expect(isListed(new Date('2026-10-24T09:00:00Z'), new Date('2026-10-25T09:00:00Z'))).toBe(true)
  expect(isListed(new Date('2026-03-28T10:00:00Z'), new Date('2026-03-29T09:30:00Z'))).toBe(false)
})

test('rule 5.6: of any accesses of one author, listed ones are a day apart and the others follow one within a day', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30 * HOUR), { minLength: 1 }), gaps => {
      let time = at.getTime()
      let last: Date | undefined
      for (const gap of gaps) {
        time += gap
        const access = new Date(time)
        const since = last && access.getTime() - last.getTime()
        const listed = isListed(last, access)
        expect(listed).toBe(since === undefined || since >= 24 * HOUR)
        if (listed) last = access
      }
      expect(last).toBeDefined()
    }),
  )
})
