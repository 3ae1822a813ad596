import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CalendarDate } from '../english-time.ts'
import { expectFault, expectHours } from './hours.testing.ts'
import {
  type DutyHours,
  parseOfficeHours,
  readOfficeHours,
  type WrittenHours,
  writeOfficeHours,
} from './office-hours.ts'
import type { Span } from './opening-spans.ts'

/** Hours of one day: from none to three spans that do not touch. */
const spans = fc.uniqueArray(fc.integer({ min: 0, max: 96 }), { maxLength: 6 }).map(quarters => {
  const times = quarters.toSorted((one, other) => one - other).map(quarter => quarter * 15)
  return Array.from(
    { length: Math.floor(times.length / 2) },
    (_, nth): Span => ({
      from: times[2 * nth] ?? 0,
      to: times[2 * nth + 1] ?? 0,
    }),
  )
})
const week = fc.array(spans, { minLength: 7, maxLength: 7 }).filter(days => days.some(day => day.length > 0))
const duty: fc.Arbitrary<DutyHours> = fc.oneof(
  fc.constant('when-closed' as const),
  fc.constant('all-hours' as const),
  fc.record({ week }),
  fc.record({ week, bankHolidays: spans }),
)
const special = fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { maxLength: 4 }).chain(days =>
  fc.tuple(...days.map(day => spans.map(of => ({ day, of })))).map(all =>
    all
      .toSorted((one, other) => one.day - other.day)
      .map(({ day, of }) => {
        const date = `2027-02-${String(day).padStart(2, '0')}` as CalendarDate
        return { first: date, last: date, spans: of }
      }),
  ),
)
const written: fc.Arbitrary<WrittenHours> = fc.record({ week, bankHolidays: spans, special, duty })

describe('office hours in one line (rule 16.11)', () => {
  test('say all that was said, however the days fall', () => {
    fc.assert(
      fc.property(written, hours => {
        const line = writeOfficeHours(hours)
        const again = parseOfficeHours(line)
        expect(again).toEqual({ ok: true, value: line })
        expect(readOfficeHours(line)).toEqual(hours)
      }),
    )
  })

  test.each([
    ['Mon-Thu 8.30am to 4.30pm; friday 0830-1600', 'Mon-Thu 08:30-16:30; Fri 08:30-16:00'],
    ['Mon to Fri: 9am – 5pm\nSat, Sun closed', 'Mon-Fri 09:00-17:00'],
    ['Mon,Wed 9-12, 13:00-17', 'Mon 09:00-12:00, 13:00-17:00; Wed 09:00-12:00, 13:00-17:00'],
    [
      'Mon-Fri 09:00-17:00; 2026-12-28 to 2026-12-31 closed; 2026-12-24 09:00-12:00; duty team always',
      'Mon-Fri 09:00-17:00; 2026-12-24 09:00-12:00; 2026-12-28 to 2026-12-31 closed; duty at all hours',
    ],
    ['Mon-Sun 12am-12am; bank holiday 10-12; duty whenever the office is closed', 'the end must be later'],
    [
      'Mon-Sun all day; bank holidays 10:00-12:00; duty when closed',
      'Mon-Sun 00:00-24:00; bank holidays 10:00-12:00',
    ],
    ['Mon-Fri 9-17; duty Mon-Fri 17:00-24:00, 00:00-09:00', 'follow each other'],
    [
      'Mon-Fri 9-17; duty Mon-Fri 00:00-09:00, 17:00-24:00; duty Sat-Sun all day; duty bank holidays closed',
      'Mon-Fri 09:00-17:00; duty Mon-Fri 00:00-09:00, 17:00-24:00; duty Sat-Sun 00:00-24:00; duty bank holidays closed',
    ],
  ])('%j is %j', (text, line) => {
    if (/^[A-Z]/.test(line)) expect(expectHours(text)).toBe(line)
    else expect(expectFault(text)).toContain(line)
  })

  test.each([
    ['', 'Say when the office is open'],
    ['Mon-Fri closed', 'Say when the office is open'],
    ['duty at all hours', 'Say when the office is open'],
    ['Mon-Fri', 'cannot be read'],
    ['Mon-Fri 9am', 'write hours like 08:30-16:30'],
    ['Mon-Fri 9-5', 'the end must be later'],
    ['Mon-Fri 09:00-25:00', 'write hours like'],
    ['Mon-Fri 09:00-24:01', 'write hours like'],
    ['Mon-Fri 13pm-14pm', 'write hours like'],
    ['Mon-Fri 09:60-10:00', 'write hours like'],
    ['Mon-Fri 9-12, 12-17', 'not touch'],
    ['Mon-Fri 9-17; Wed 9-12', 'Wed is named twice'],
    ['Fri-Mon 9-17', 'the earlier one first'],
    ['Moonday 9-17', 'name days'],
    ['Mon 9-17; 2026-02-30 closed', 'no such day'],
    ['Mon 9-17; 2026-12-24 to 2027-12-31 closed', 'Is the year right?'],
    ['Mon 9-17; 2026-12-24 to 2026-12-20 closed', 'the earlier day'],
    ['Mon 9-17; 2026-12-24 closed; 2026-12-20 to 2026-12-30 closed', 'named twice'],
    ['Mon 9-17; bank holidays closed; bank holidays 9-12', 'Say once'],
    ['Mon 9-17; duty at all hours; duty Mon 17-24', 'either hours of its own'],
    ['Mon 9-17; duty when closed; duty at all hours', 'Say once'],
    ['Mon 9-17; duty bank holidays all day', 'duty team answers in an ordinary week'],
    ['Mon 9-17; duty 2026-12-25 all day', 'special days'],
    ['Mon 9-17; <script>', 'cannot be read'],
    ['x'.repeat(2_001), '2000 letters'],
  ])('%j is refused with what to write: %j', (text, words) => {
    expect(expectFault(text)).toContain(words)
  })
})
