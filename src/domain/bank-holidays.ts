import { Temporal } from 'temporal-polyfill'
import type { CalendarDate } from './english-time.ts'

/**
 * The bank holidays that an operator has set from the published list: every one of each year that is named. Empty where none were
 * (rule 16.13).
 */
export type HolidaysSet = readonly CalendarDate[]

/** Whether a day is a bank holiday: by what was set of its year, otherwise as worked out. */
export function isBankHoliday(day: CalendarDate, set: HolidaysSet): boolean {
  const year = day.slice(0, 4)
  return set.some(known => known.startsWith(year)) ? set.includes(day) : bankHolidays(Number(year)).has(day)
}

/**
 * The bank holidays of England in a year, by the standing rules of the Banking and Financial Dealings Act 1971 and the yearly
 * proclamations that have followed it: those on a weekend move to the next working day. Days proclaimed once, for a coronation or
 * a jubilee, are not known: they are data (rule 16.13).
 */
export function bankHolidays(year: number): ReadonlySet<CalendarDate> {
  const easter = easterSunday(year)
  const days = [
    nextWorkingDay(date(year, 1, 1)),
    easter.subtract({ days: 2 }),
    easter.add({ days: 1 }),
    firstMonday(year, 5),
    lastMonday(year, 5),
    lastMonday(year, 8),
    ...christmas(year),
  ]
  return new Set(days.map(day => day.toString() as CalendarDate))
}

/** Christmas Day and Boxing Day; one on a weekend is made up for on the first working day after both. */
function christmas(year: number): Temporal.PlainDate[] {
  const days = [date(year, 12, 25), date(year, 12, 26)]
  const kept = days.filter(isWorkingDay)
  while (kept.length < 2) {
    const last = kept.at(-1) ?? date(year, 12, 26)
    kept.push(nextWorkingDay(last.add({ days: 1 })))
  }
  return kept
}

/** Monday is the first day of the week, Sunday the seventh. */
function isWorkingDay(day: Temporal.PlainDate): boolean {
  return day.dayOfWeek <= 5
}

/** The day itself, if it is one. */
function nextWorkingDay(day: Temporal.PlainDate): Temporal.PlainDate {
  return isWorkingDay(day) ? day : day.add({ days: 8 - day.dayOfWeek })
}

function firstMonday(year: number, month: number): Temporal.PlainDate {
  const first = date(year, month, 1)
  return first.add({ days: (8 - first.dayOfWeek) % 7 })
}

function lastMonday(year: number, month: number): Temporal.PlainDate {
  const last = date(year, month, 1).add({ months: 1 }).subtract({ days: 1 })
  return last.subtract({ days: last.dayOfWeek - 1 })
}

function date(year: number, month: number, day: number): Temporal.PlainDate {
  return Temporal.PlainDate.from({ year, month, day })
}

/** Easter of the Gregorian calendar (the anonymous algorithm that Nature published in 1876). */
function easterSunday(year: number): Temporal.PlainDate {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const d = Math.floor((8 * b + 13) / 25)
  const h = (19 * a + b - Math.floor(b / 4) - d + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return date(year, Math.floor(n / 31), (n % 31) + 1)
}
