import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dueBy, neglectedBefore, overdueBefore } from './due.ts'

describe('when something on the desk is due', () => {
  test.each([
    ['on a Tuesday', '2026-06-02T09:00:00Z', '2026-06-03T16:00:00Z'],
    ['on a Friday evening', '2026-06-05T20:00:00Z', '2026-06-08T16:00:00Z'],
    ['on a Saturday', '2026-06-06T10:00:00Z', '2026-06-08T16:00:00Z'],
    ['just after midnight of the English clock', '2026-06-01T23:30:00Z', '2026-06-03T16:00:00Z'],
    ['before Easter', '2026-04-02T10:00:00Z', '2026-04-07T16:00:00Z'],
    ['before Christmas', '2026-12-24T10:00:00Z', '2026-12-29T17:00:00Z'],
  ])('that came %s', (_when, came, due) => {
    expect(dueBy(new Date(came)).toISOString()).toBe(new Date(due).toISOString())
  })

  test('it is overdue after the office has closed, and not as it closes (rule 21.10)', () => {
    const monday = new Date('2026-06-01T09:00:00Z')
    const closes = new Date('2026-06-02T16:00:00Z')
    expect(dueBy(monday)).toEqual(closes)
    expect(monday < overdueBefore(closes)).toBe(false)
    expect(monday < overdueBefore(new Date(closes.getTime() + 1))).toBe(true)
  })

  test('it is neglected when it has been overdue for more than a day (rule 16.10)', () => {
    const monday = new Date('2026-06-01T09:00:00Z')
    const dayAfter = new Date('2026-06-03T16:00:00Z')
    expect(monday < neglectedBefore(dayAfter)).toBe(false)
    expect(monday < neglectedBefore(new Date(dayAfter.getTime() + 1))).toBe(true)
  })

  test('what is counted as overdue is just what was due', () => {
    const instant = fc.date({
      min: new Date('2024-01-01T00:00:00Z'),
      max: new Date('2030-01-01T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 12 * 86_400_000 }), (came, later) => {
        const now = new Date(came.getTime() + later)
        expect(came.getTime() < overdueBefore(now).getTime()).toBe(dueBy(came).getTime() < now.getTime())
      }),
    )
  })
})
