import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addDays,
  birthday,
  type CalendarDate,
  dayOf,
  endOfDay,
  englishInstant,
  localDay,
  type PlanTime,
  parseCalendarDate,
  parsePlanTime,
  planTimeOf,
} from './english-time.ts'

/** England's clock as the platform's own calendar tells it, which the code does not use. */
const CLOCK = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

function onTheClock(instant: Date): string {
  const part = Object.fromEntries(CLOCK.formatToParts(instant).map(({ type, value }) => [type, value]))
  return `${part['year']}${part['month']}${part['day']}${part['hour']}${part['minute']}`
}

const anyInstant = fc.date({ min: new Date('1972-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
const anyDay = anyInstant.map(instant => instant.toISOString().slice(0, 10) as CalendarDate)

describe('rule 2.1: plan times', () => {
  test.each(['202609260900', '202402292359', '190001010000', '209912312359'])('%s exists', text => {
    expect(parsePlanTime(text)).toBe(text)
  })

  test.each([
    '',
    '20260926',
    '20260926090000',
    '202609260900+0100',
    '202602291200',
    '202613011200',
    '202600011200',
    '202601001200',
    '202604311200',
    '202601012400',
    '202601011260',
    '189912312359',
    '210001010000',
    '2026-0926090',
    '1202609260900',
    '190002291200',
  ])('"%s" does not', text => {
    expect(parsePlanTime(text)).toBeUndefined()
  })

  test('exactly the days that the calendar has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2099 }), fc.nat(14), fc.nat(33), (year, month, day) => {
        const digits = `${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`
        const date = new Date(Date.UTC(year, month - 1, day))
        const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
        expect(parseCalendarDate(digits) !== undefined).toBe(exists)
        expect(parsePlanTime(`${digits}1200`) !== undefined).toBe(exists)
      }),
      { numRuns: 1000 },
    )
  })

  test('the leap years of the centuries are those of the calendar', () => {
    const days = ['1900-02-29', '2000-02-29', '2100-02-29', '2400-02-29', '2023-02-29', '2024-02-29']
    expect(days.filter(day => parseCalendarDate(day))).toEqual(['2000-02-29', '2400-02-29', '2024-02-29'])
  })

  test('a day stands at the beginning of its text', () => {
    expect(['born 2019-05-01', ' 20190501'].map(parseCalendarDate)).toEqual([undefined, undefined])
  })

  test('a day is read with or without hyphens, and from a longer time', () => {
    expect(['20190501', '2019-05-01', '201905010815'].map(parseCalendarDate)).toEqual(
      Array(3).fill('2019-05-01'),
    )
  })
})

describe('rule 2.6: English days and minutes', () => {
  test('the minute and the day of an instant are those on the clock', () => {
    fc.assert(
      fc.property(anyInstant, instant => {
        const clock = onTheClock(instant)
        expect(planTimeOf(instant)).toBe(clock)
        expect(localDay(instant)).toBe(dayOf(clock as PlanTime))
      }),
      { numRuns: 1000 },
    )
  })

  test('a day ends when the next begins, and not before', () => {
    fc.assert(
      fc.property(anyDay, day => {
        const end = endOfDay(day)
        expect(localDay(end)).toBe(addDays(day, 1))
        expect(localDay(new Date(end.getTime() - 1))).toBe(day)
      }),
    )
  })

  test.each([
    ['2026-03-28', '2026-03-29T00:00:00Z', 24],
    ['2026-03-29', '2026-03-29T23:00:00Z', 23],
    ['2026-06-30', '2026-06-30T23:00:00Z', 24],
    ['2026-10-25', '2026-10-26T00:00:00Z', 25],
  ])('%s ends at %s, after %i hours', (day, end, hours) => {
    const ended = endOfDay(day as CalendarDate)
    expect(ended).toEqual(new Date(end))
    expect(ended.getTime() - endOfDay(addDays(day as CalendarDate, -1)).getTime()).toBe(hours * 3_600_000)
  })

  test('a local time is the instant at which the clock shows it', () => {
    fc.assert(
      fc.property(anyInstant, instant => {
        const shown = onTheClock(instant)
        const [year, month, day, hour, minute] = [
          shown.slice(0, 4),
          shown.slice(4, 6),
          shown.slice(6, 8),
          shown.slice(8, 10),
          shown.slice(10),
        ].map(Number)
        if ([year, month, day, hour, minute].includes(undefined)) throw new Error('The clock shows them all')
        const local = { year, month, day, hour, minute, second: 0 } as Parameters<typeof englishInstant>[0]
        expect(planTimeOf(englishInstant(local))).toBe(shown)
      }),
    )
  })

  test('a time that the clocks skip is taken an hour later; of one that comes twice, the first', () => {
    const skipped = englishInstant({ year: 2026, month: 3, day: 29, hour: 1, minute: 30, second: 0 })
    expect(skipped).toEqual(new Date('2026-03-29T01:30:00Z'))
    const twice = englishInstant({ year: 2026, month: 10, day: 25, hour: 1, minute: 30, second: 0 })
    expect(twice).toEqual(new Date('2026-10-25T00:30:00Z'))
  })
})

test('a local time of a day that does not exist is refused, and not moved to another day', () => {
  const local = { year: 2026, month: 2, day: 30, hour: 12, minute: 0, second: 0 }
  expect(() => englishInstant(local)).toThrow(RangeError)
})

describe('rule 2.5: birthdays', () => {
  test.each([
    ['2008-06-15', 18, '2026-06-15'],
    ['2008-02-28', 18, '2026-02-28'],
    ['2008-02-29', 18, '2026-03-01'],
    ['2008-02-29', 20, '2028-02-29'],
    ['2007-12-31', 18, '2025-12-31'],
  ])('born on %s, %i on %s', (born, age, day) => {
    expect(birthday(born as CalendarDate, age)).toBe(day)
  })

  test('whoever is born later is never of age earlier', () => {
    fc.assert(
      fc.property(anyDay, fc.nat(400), (born, later) => {
        expect(birthday(addDays(born, later), 18) >= birthday(born, 18)).toBe(true)
      }),
    )
  })
})
