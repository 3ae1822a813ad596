import { Temporal } from 'temporal-polyfill'
import { type HolidaysSet, isBankHoliday } from '../bank-holidays.ts'
import { addDays, type CalendarDate, ENGLAND, localDay, startOfDay } from '../english-time.ts'
import type { OfficeHours } from '../registration/office-hours.ts'
import { lastClosing } from '../registration/opening-times.ts'
import { ACT_WITHIN_HOURS } from '../watch/issue.ts'

/** Of an authority that has not said its hours, the office closes at this hour of the English clock. */
const CLOSES_AT = 17

/** By whose hours something is due: an authority's own where it has said them, and the bank holidays that were set. */
export interface OfficeOfItems {
  readonly hours?: OfficeHours | undefined
  readonly holidays: HolidaysSet
}

/** Without hours, and with the bank holidays that are worked out. */
const ANY_OFFICE: OfficeOfItems = { holidays: [] }

/**
 * When somebody at the authority should have looked at what came at an instant: when its office closes on the first day it is open after
 * the English day it came on (rule 21.10).
 */
export function dueBy(cameAt: Date, office = ANY_OFFICE): Date {
  for (let day = addDays(localDay(cameAt), 1); ; day = addDays(day, 1)) {
    const closes = closing(day, office)
    if (closes) return closes
  }
}

/** What came before this instant and was not looked at is overdue now: exactly what was due by now. */
export function overdueBefore(now: Date, office = ANY_OFFICE): Date {
  for (let day = localDay(now); ; day = addDays(day, -1)) {
    const closes = closing(day, office)
    if (closes && closes < now) return startOfDay(day)
  }
}

/** What came before this instant and was not acknowledged has been overdue for so long that nobody looks on the notifications page (rule 16.10). */
export function neglectedBefore(now: Date, office = ANY_OFFICE): Date {
  return overdueBefore(new Date(now.getTime() - ACT_WITHIN_HOURS * 3_600_000), office)
}

/** When the office closes on an English day; undefined where it is not open at all. */
function closing(day: CalendarDate, { hours, holidays }: OfficeOfItems): Date | undefined {
  if (hours !== undefined) return lastClosing({ hours, holidays }, day)
  const date = Temporal.PlainDate.from(day)
  if (date.dayOfWeek > 5 || isBankHoliday(day, holidays)) return undefined
  const time = Temporal.PlainTime.from({ hour: CLOSES_AT })
  return new Date(date.toZonedDateTime({ timeZone: ENGLAND, plainTime: time }).epochMilliseconds)
}
