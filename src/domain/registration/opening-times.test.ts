import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { addDays, type CalendarDate, endOfDay, localDay, startOfDay } from '../english-time.ts'
import { expectHours } from './hours.testing.ts'
import { type KnownHours, lastClosing, officeAt, openingsOn } from './opening-times.ts'

const known = (text: string, ...holidays: string[]): KnownHours => ({
  hours: expectHours(text),
  holidays: holidays as CalendarDate[],
})
const SPEC = known('Mon-Thu 08:30-16:30; Fri 08:30-16:00')

describe('the office at an instant (rule 16.11)', () => {
  test.each([
    ['Friday at 3:59pm', '2026-11-20T15:59:59Z', { kind: 'open', until: '2026-11-20T16:00:00Z' }],
    // Case: nine to five was told of every council.
    ['Friday at 4:30pm', '2026-11-20T16:30:00Z', { kind: 'closed', opens: '2026-11-23T08:30:00Z' }],
    ['Thursday as it opens', '2026-11-19T08:30:00Z', { kind: 'open', until: '2026-11-19T16:30:00Z' }],
    ['Thursday a moment before', '2026-11-19T08:29:59Z', { kind: 'closed', opens: '2026-11-19T08:30:00Z' }],
    [
      'in summer, an hour earlier by the sun',
      '2026-06-18T07:30:00Z',
      { kind: 'open', until: '2026-06-18T15:30:00Z' },
    ],
    ['on a bank holiday', '2026-12-28T12:00:00Z', { kind: 'closed', opens: '2026-12-29T08:30:00Z' }],
  ])('%s', (_when, at, state) => {
    expect(JSON.parse(JSON.stringify(officeAt(SPEC, new Date(at))))).toEqual(
      Object.fromEntries(
        Object.entries(state).map(([key, value]) => [
          key,
          key === 'kind' ? value : new Date(value).toISOString(),
        ]),
      ),
    )
  })

  test('nothing is claimed of an authority that has said nothing', () => {
    expect(officeAt(undefined, new Date())).toEqual({ kind: 'not-known' })
  })

  test('special days come before bank holidays, and these before the week', () => {
    const christmas = known(
      'Mon-Fri 09:00-17:00; bank holidays 10:00-11:00; 2026-12-24 to 2026-12-27 closed; 2026-12-28 12:00-13:00',
    )
    const at = (instant: string) => officeAt(christmas, new Date(instant)).kind
    expect(
      [
        '2026-12-24T10:30:00Z',
        '2026-12-25T10:30:00Z',
        '2026-12-28T10:30:00Z',
        '2026-12-28T12:30:00Z',
        '2027-01-01T10:30:00Z',
        '2027-01-01T12:00:00Z',
      ].map(at),
    ).toEqual(['closed', 'closed', 'closed', 'open', 'open', 'closed'])
  })

  test('(rule 16.13) a day that was proclaimed closes it, and one that was moved opens it', () => {
    const monday = new Date('2026-06-15T10:00:00Z')
    const may = new Date('2026-05-04T10:00:00Z')
    expect([officeAt(SPEC, monday).kind, officeAt(SPEC, may).kind]).toEqual(['open', 'closed'])
    const set = known('Mon-Fri 09:00-17:00', '2026-01-01', '2026-06-15')
    expect([officeAt(set, monday).kind, officeAt(set, may).kind]).toEqual(['closed', 'open'])
    // Another year is as it is worked out.
    expect(officeAt(set, new Date('2027-05-03T10:00:00Z')).kind).toBe('closed')
  })

  test('an office that never closes has no end, and one that is shut for weeks no beginning', () => {
    const always = known('Mon-Sun all day; bank holidays all day')
    expect(officeAt(always, new Date('2026-10-25T00:30:00Z'))).toEqual({ kind: 'open' })
    const shut = known('Mon-Fri 9-17; 2026-08-01 to 2026-08-31 closed')
    expect(officeAt(shut, new Date('2026-08-03T12:00:00Z'))).toEqual({ kind: 'closed' })
  })
})

describe('the duty team', () => {
  const dutyAt = (hours: KnownHours, instant: string) => {
    const at = new Date(instant)
    const { duty } = openingsOn(hours, localDay(at), localDay(at))
    return duty.some(({ from, to }) => from <= at && at < to)
  }
  test('answers whenever the office is closed, at all hours, or in hours of its own', () => {
    const instants = [
      '2026-11-20T15:00:00Z',
      '2026-11-20T16:15:00Z',
      '2026-11-20T17:30:00Z',
      '2026-12-28T12:00:00Z',
    ]
    const at = (text: string) =>
      instants.map(instant => dutyAt(known(`Mon-Thu 08:30-16:30; Fri 08:30-16:00${text}`), instant))
    expect(at('')).toEqual([false, true, true, true])
    expect(at('; duty at all hours')).toEqual([true, true, true, true])
    expect(at('; duty Mon-Fri 17:00-24:00')).toEqual([false, false, true, true])
    expect(at('; duty Mon-Fri 17:00-24:00; duty bank holidays 13:00-24:00')).toEqual([
      false,
      false,
      true,
      false,
    ])
  })
})

/** The days on which the clocks change, with those around them, and any other. */
const day = fc.oneof(
  fc
    .constantFrom('2026-03-29', '2026-10-25', '2027-03-28', '2027-10-31')
    .chain(change => fc.integer({ min: -2, max: 2 }).map(by => addDays(change as CalendarDate, by))),
  fc.integer({ min: 0, max: 800 }).map(by => addDays('2026-01-01' as CalendarDate, by)),
)
const minute = fc.integer({ min: 0, max: 25 * 60 })
const hours = fc
  .tuple(
    fc.integer({ min: 0, max: 95 }),
    fc.integer({ min: 1, max: 96 }),
    fc.constantFrom('', '; bank holidays 10:00-12:00'),
  )
  .filter(([from, to]) => from < to)
  .map(([from, to, rest]) => {
    const clock = (quarter: number) =>
      `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`
    return { from: from * 15, to: to * 15, text: `Mon-Sun ${clock(from)}-${clock(to)}${rest}` }
  })

describe('whatever the clocks do', () => {
  test('the office is open just while the clock on the wall is within its hours', () => {
    fc.assert(
      fc.property(hours, day, minute, ({ from, to, text }, date, minutes) => {
        const instant = new Date(startOfDay(date).getTime() + minutes * 60_000)
        const wall = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(
          'Europe/London',
        )
        const changes = wall.hoursInDay !== 24
        // Within the hour that is skipped or comes twice it errs on the side of being open.
        fc.pre(!changes || wall.hour === 0 || wall.hour > 2)
        const all = known(`${text.split(';')[0]}; bank holidays ${text.split(';')[0]?.slice(8)}`)
        const now = wall.hour * 60 + wall.minute
        fc.pre(!changes || (from % 1440 !== 60 && (to < 60 || to > 180) && (from < 60 || from > 180)))
        expect(officeAt(all, instant).kind).toBe(from <= now && now < to ? 'open' : 'closed')
      }),
    )
  })

  test('what is said of the next change is when it changes, and not before', () => {
    fc.assert(
      fc.property(hours, day, minute, ({ text }, date, minutes) => {
        const instant = new Date(startOfDay(date).getTime() + minutes * 60_000)
        const office = known(text)
        const state = officeAt(office, instant)
        const change = state.kind === 'open' ? state.until : state.kind === 'closed' ? state.opens : undefined
        if (!change) return
        expect(change > instant).toBe(true)
        expect(officeAt(office, change).kind).not.toBe(state.kind)
        for (const part of [0.25, 0.5, 0.75, 1])
          expect(
            officeAt(
              office,
              new Date(
                instant.getTime() + (change.getTime() - instant.getTime()) * part - (part === 1 ? 1 : 0),
              ),
            ).kind,
          ).toBe(state.kind)
      }),
      { numRuns: 60 },
    )
  })

  test('office and duty team together cover each day just once, unless other hours were said', () => {
    fc.assert(
      fc.property(hours, day, ({ text }, date) => {
        const { office, duty } = openingsOn(known(text), date, date)
        const all = [...office, ...duty].toSorted((one, other) => one.from.getTime() - other.from.getTime())
        expect(all[0]?.from).toEqual(startOfDay(date))
        expect(all.at(-1)?.to).toEqual(endOfDay(date))
        for (const [nth, { from }] of all.entries()) if (nth > 0) expect(from).toEqual(all[nth - 1]?.to)
      }),
    )
  })

  test('the last closing of a day is within it', () => {
    fc.assert(
      fc.property(hours, day, ({ text }, date) => {
        const closing = lastClosing(known(text), date)
        if (closing) expect(closing > startOfDay(date) && closing <= endOfDay(date)).toBe(true)
      }),
    )
  })
})
