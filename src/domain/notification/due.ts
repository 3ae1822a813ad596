import { Temporal } from 'temporal-polyfill'
import { bankHolidays } from '../bank-holidays.ts'
import { type CalendarDate, ENGLAND } from '../english-time.ts'
import { ACT_WITHIN_HOURS } from '../watch/issue.ts'

/** The office closes at this hour of the English clock. */
const CLOSES_AT = 17

/**
 * When somebody at the authority should have looked at what came at an instant: when the office closes on the first working day
 * after the English day it came on (rule 21.10).
 */
export function dueBy(cameAt: Date): Date {
  let day = englishDate(cameAt).add({ days: 1 })
  while (!isWorkingDay(day)) day = day.add({ days: 1 })
  return closing(day)
}

/** What came before this instant and was not looked at is overdue now: exactly what was due by now. */
export function overdueBefore(now: Date): Date {
  let day = englishDate(now)
  while (!isWorkingDay(day) || closing(day).getTime() >= now.getTime()) day = day.subtract({ days: 1 })
  return new Date(day.toZonedDateTime(ENGLAND).epochMilliseconds)
}

/** What came before this instant and was not acknowledged has been overdue for so long that nobody looks on the notifications page (rule 16.10). */
export function neglectedBefore(now: Date): Date {
  return overdueBefore(new Date(now.getTime() - ACT_WITHIN_HOURS * 3_600_000))
}

function isWorkingDay(day: Temporal.PlainDate): boolean {
  return day.dayOfWeek <= 5 && !bankHolidays(day.year).has(day.toString() as CalendarDate)
}

function closing(day: Temporal.PlainDate): Date {
  const time = Temporal.PlainTime.from({ hour: CLOSES_AT })
  return new Date(day.toZonedDateTime({ timeZone: ENGLAND, plainTime: time }).epochMilliseconds)
}

function englishDate(instant: Date): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(ENGLAND).toPlainDate()
}
