import { Temporal } from 'temporal-polyfill'
import { type HolidaysSet, isBankHoliday } from '../bank-holidays.ts'
import { addDays, type CalendarDate, ENGLAND, endOfDay, localDay, startOfDay } from '../english-time.ts'
import { type OfficeHours, readOfficeHours, type WrittenHours } from './office-hours.ts'
import type { Span } from './opening-spans.ts'

/** An authority's own hours, with the bank holidays by which they are read. */
export interface KnownHours {
  readonly hours: OfficeHours
  readonly holidays: HolidaysSet
}

/** From an instant to another, the last not included. */
export interface Opening {
  readonly from: Date
  readonly to: Date
}

/** When the office is open and the duty team answers, in order; what touches is one. */
export interface Openings {
  readonly office: readonly Opening[]
  readonly duty: readonly Opening[]
}

/** Every opening that reaches into the days from one to another, these included, each in full unless it goes beyond those days. */
export function openingsOn(
  { hours, holidays }: KnownHours,
  first: CalendarDate,
  last: CalendarDate,
): Openings {
  const written = readOfficeHours(hours)
  const office: Opening[] = []
  const duty: Opening[] = []
  for (let day = first; day <= last; day = addDays(day, 1)) {
    const open = instantsOf(day, officeSpans(written, day, holidays))
    office.push(...open)
    duty.push(...dutyOn(written, day, holidays, open))
  }
  return { office: joined(office), duty: joined(duty) }
}

/** An English day on which the office is not open as in an ordinary week. */
export interface OtherDay {
  readonly day: CalendarDate
  /** Closed all day. */
  readonly closed: boolean
  /** When it is closed and would be open in an ordinary week. */
  readonly shut: readonly Opening[]
}

/** The days, from one to another, on which the office is closed while it would be open in an ordinary week. */
export function closedDays(
  { hours, holidays }: KnownHours,
  first: CalendarDate,
  last: CalendarDate,
): OtherDay[] {
  const written = readOfficeHours(hours)
  const found: OtherDay[] = []
  for (let day = first; day <= last; day = addDays(day, 1)) {
    const ordinary = instantsOf(day, written.week[weekdayOf(day)] ?? [])
    const open = instantsOf(day, officeSpans(written, day, holidays))
    const shut = ordinary.flatMap(opening => without(opening, open))
    if (shut.length > 0) found.push({ day, closed: open.length === 0, shut })
  }
  return found
}

/** What of an opening is in none of others. */
function without({ from, to }: Opening, others: readonly Opening[]): Opening[] {
  const starts = [from, ...others.map(other => (other.to > from ? other.to : from))]
  const ends = [...others.map(other => (other.from < to ? other.from : to)), to]
  return starts
    .map((start, nth) => ({ from: start, to: ends[nth] ?? start }))
    .filter(part => part.from < part.to)
}

/** When the office is open on an English day. */
export function officeSpansOn({ hours, holidays }: KnownHours, day: CalendarDate): readonly Span[] {
  return officeSpans(readOfficeHours(hours), day, holidays)
}

/** When the office closes for the last time on an English day; undefined where it is closed all day. */
export function lastClosing(known: KnownHours, day: CalendarDate): Date | undefined {
  const last = officeSpansOn(known, day).at(-1)
  return last && clockOf(day, last.to, 'later')
}

/** The office at an instant; of an authority whose hours nobody has said, it is not known. */
export type OfficeState =
  | { readonly kind: 'open'; readonly until?: Date }
  | { readonly kind: 'closed'; readonly opens?: Date }
  | { readonly kind: 'not-known' }

/** What is further away than this is not said. */
const LOOKS_AHEAD_DAYS = 14

/** Whether the office is open at an instant and until when, or when it opens (rule 16.11). */
export function officeAt(known: KnownHours | undefined, instant: Date): OfficeState {
  if (!known) return { kind: 'not-known' }
  const today = localDay(instant)
  const horizon = addDays(today, LOOKS_AHEAD_DAYS)
  // An opening may have begun yesterday.
  const { office } = openingsOn(known, addDays(today, -1), horizon)
  const next = office.find(({ to }) => instant < to)
  if (!next) return { kind: 'closed' }
  if (next.from > instant) return { kind: 'closed', opens: next.from }
  return next.to < endOfDay(horizon) ? { kind: 'open', until: next.to } : { kind: 'open' }
}

function officeSpans(
  { week, bankHolidays, special }: WrittenHours,
  day: CalendarDate,
  holidays: HolidaysSet,
) {
  const own = special.find(({ first, last }) => first <= day && day <= last)
  if (own) return own.spans
  return isBankHoliday(day, holidays) ? bankHolidays : (week[weekdayOf(day)] ?? [])
}

function dutyOn(
  { duty, special }: WrittenHours,
  day: CalendarDate,
  holidays: HolidaysSet,
  open: readonly Opening[],
): readonly Opening[] {
  if (duty === 'all-hours') return [{ from: startOfDay(day), to: endOfDay(day) }]
  if (duty === 'when-closed' || special.some(({ first, last }) => first <= day && day <= last))
    return between(day, open)
  if (!isBankHoliday(day, holidays)) return instantsOf(day, duty.week[weekdayOf(day)] ?? [])
  return duty.bankHolidays ? instantsOf(day, duty.bankHolidays) : between(day, open)
}

/** Monday is 0. */
function weekdayOf(day: CalendarDate): number {
  return Temporal.PlainDate.from(day).dayOfWeek - 1
}

/** The rest of the day. */
function between(day: CalendarDate, open: readonly Opening[]): Opening[] {
  const starts = [startOfDay(day), ...open.map(({ to }) => to)]
  const ends = [...open.map(({ from }) => from), endOfDay(day)]
  return starts.map((from, nth) => ({ from, to: ends[nth] ?? from })).filter(({ from, to }) => from < to)
}

function instantsOf(day: CalendarDate, spans: readonly Span[]): Opening[] {
  const openings = spans.map(({ from, to }) => ({
    from: clockOf(day, from, 'earlier'),
    to: clockOf(day, to, 'later'),
  }))
  // Where the clocks go back, two spans within the repeated hour may overlap.
  return joined(openings)
}

/**
 * A time of an English day as an instant. Of a time that comes twice, an opening takes the first and a closing the second, so that
 * nobody is told of a closed office that is open; one that the clocks skip is an hour later.
 */
function clockOf(day: CalendarDate, minutes: number, ambiguous: 'earlier' | 'later'): Date {
  if (minutes === 1440) return endOfDay(day)
  const time = Temporal.PlainTime.from({ hour: Math.floor(minutes / 60), minute: minutes % 60 })
  const local = Temporal.PlainDate.from(day).toPlainDateTime(time)
  const skipped = local.toZonedDateTime(ENGLAND, { disambiguation: 'compatible' })
  const isSkipped = !skipped.toPlainDateTime().equals(local)
  const zoned = isSkipped ? skipped : local.toZonedDateTime(ENGLAND, { disambiguation: ambiguous })
  return new Date(zoned.epochMilliseconds)
}

function joined(openings: readonly Opening[]): Opening[] {
  const whole: Opening[] = []
  for (const { from, to } of openings) {
    const last = whole.at(-1)
    if (last && from <= last.to)
      whole[whole.length - 1] = { from: last.from, to: to > last.to ? to : last.to }
    else if (from < to) whole.push({ from, to })
  }
  return whole
}
