import { Temporal } from 'temporal-polyfill'
import type { Branded } from './branded.ts'

/** A moment of local English time as plans carry it: exactly twelve digits, `YYYYMMDDhhmm` (rule 2.1). */
export type PlanTime = Branded<string, 'PlanTime'>

/** A day of the English calendar, `YYYY-MM-DD`. */
export type CalendarDate = Branded<string, 'CalendarDate'>

export const ENGLAND = 'Europe/London'

/** Reads a plan time; undefined where it is not twelve digits or the date or time does not exist (rule 2.1). */
export function parsePlanTime(text: string): PlanTime | undefined {
  const parts = /^((?:19|20)\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)
  if (!parts) return undefined
  const [, year, month, day, hour, minute] = parts
  if (!parseCalendarDate(`${year}${month}${day}`)) return undefined
  return Number(hour) < 24 && Number(minute) < 60 ? (text as PlanTime) : undefined
}

/** Reads a day from its first eight digits, `YYYYMMDD…`, or from `YYYY-MM-DD`; undefined where no such day exists. */
export function parseCalendarDate(text: string): CalendarDate | undefined {
  const parts = /^(\d{4})-?(\d\d)-?(\d\d)/.exec(text)
  if (!parts) return undefined
  const [, year, month, day] = parts
  const date = `${year}-${month}-${day}`
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0)
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  const length = lengths[Number(month) - 1]
  return length !== undefined && Number(day) >= 1 && Number(day) <= length
    ? (date as CalendarDate)
    : undefined
}

/** The English day a plan time falls on. */
export function dayOf(time: PlanTime): CalendarDate {
  return `${time.slice(0, 4)}-${time.slice(4, 6)}-${time.slice(6, 8)}` as CalendarDate
}

/** The English day an instant falls on. */
export function localDay(instant: Date): CalendarDate {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(ENGLAND)
    .toPlainDate()
    .toString() as CalendarDate
}

const MONTHS = 'January February March April May June July August September October November December'

/** A day as people write it: `3 March 2026`. */
export function writtenDay(day: CalendarDate): string {
  const [year, month, date] = day.split('-')
  return `${Number(date)} ${MONTHS.split(' ')[Number(month) - 1]} ${year}`
}

/** The plan time (local English minutes) of an instant. */
export function planTimeOf(instant: Date): PlanTime {
  const local = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(ENGLAND)
  return local.toPlainDateTime().toString({ smallestUnit: 'minute' }).replace(/[-T:]/g, '') as PlanTime
}

/** The first instant of an English day. */
export function startOfDay(day: CalendarDate): Date {
  return new Date(Temporal.PlainDate.from(day).toZonedDateTime(ENGLAND).epochMilliseconds)
}

/** The instant at which an English day is over: the first of the next day, whatever the clocks do in between. */
export function endOfDay(day: CalendarDate): Date {
  return startOfDay(addDays(day, 1))
}

export function addDays(day: CalendarDate, days: number): CalendarDate {
  return Temporal.PlainDate.from(day).add({ days }).toString() as CalendarDate
}

/**
 * The day a person reaches an age. Somebody born on 29 February reaches it on 1 March of a year without one,
 * the later of the two candidates and so the one that protects longer (rule 2.5).
 */
export function birthday(born: CalendarDate, age: number): CalendarDate {
  const birth = Temporal.PlainDate.from(born)
  const anniversary = birth.add({ years: age })
  return (
    anniversary.day === birth.day ? anniversary : anniversary.add({ days: 1 })
  ).toString() as CalendarDate
}

/** A local English date-time, to the second, as an instant; a time the clocks skip is taken an hour later. */
export function englishInstant(local: {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}): Date {
  return new Date(
    Temporal.PlainDateTime.from(local, { overflow: 'reject' }).toZonedDateTime(ENGLAND).epochMilliseconds,
  )
}
