import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CalendarDate } from '../english-time.ts'
import { expectHours } from '../registration/hours.testing.ts'
import { dueBy, neglectedBefore, type OfficeOfItems, overdueBefore } from './due.ts'

const anyOffice = fc.constantFrom<OfficeOfItems>(
  { holidays: [] },
  { holidays: ['2026-06-15', '2027-01-04'] as CalendarDate[] },
  { hours: expectHours('Mon-Thu 08:30-16:30; Fri 08:30-16:00'), holidays: [] },
  { hours: expectHours('Mon-Sun all day; bank holidays all day'), holidays: [] },
  { hours: expectHours('Wed 01:00-02:00; 2026-12-20 to 2027-01-19 closed'), holidays: [] },
)

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

  test.each([
    ['a Thursday', '2026-06-04T09:00:00Z', '2026-06-05T15:00:00Z'],
    ['a Friday', '2026-06-05T09:00:00Z', '2026-06-06T11:00:00Z'],
    ['the day before a bank holiday on which it opens', '2026-08-30T09:00:00Z', '2026-08-31T10:00:00Z'],
    ['the day before a closing', '2026-12-23T09:00:00Z', '2026-12-30T16:30:00Z'],
  ])('by the authority’s own hours, where it has said them, what came on %s is due as it closes (rule 21.10)', (_day, came, due) => {
    const hours = expectHours(
      'Mon-Thu 08:30-12:30, 13:00-16:30; Fri 08:30-16:00; Sat 10:00-12:00; bank holidays 10:00-11:00; 2026-12-24 to 2026-12-29 closed',
    )
    expect(dueBy(new Date(came), { hours, holidays: [] }).toISOString()).toBe(new Date(due).toISOString())
  })

  test('(rule 16.13) by the bank holidays that were set', () => {
    const holidays = ['2026-06-15', '2026-06-16'] as CalendarDate[]
    expect(dueBy(new Date('2026-06-12T09:00:00Z'), { holidays })).toEqual(new Date('2026-06-17T16:00:00Z'))
  })

  test('what is counted as overdue is just what was due', () => {
    const instant = fc.date({
      min: new Date('2024-01-01T00:00:00Z'),
      max: new Date('2030-01-01T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 12 * 86_400_000 }), anyOffice, (came, later, office) => {
        const now = new Date(came.getTime() + later)
        expect(came.getTime() < overdueBefore(now, office).getTime()).toBe(
          dueBy(came, office).getTime() < now.getTime(),
        )
      }),
    )
  })
})
