import { Temporal } from 'temporal-polyfill'
import { type HolidaysSet, isBankHoliday } from './bank-holidays.ts'
import { type CalendarDate, ENGLAND } from './english-time.ts'

const OPENS_AT = 9
const CLOSES_AT = 17

/**
 * Whether most offices are open at an instant: nine to five of the English clock, Monday to Friday, bank holidays excepted. It orders the
 * numbers of authorities that have not said their own hours, and is told to nobody (rule 21.3).
 */
export function isOfficeHours(instant: Date, holidays: HolidaysSet = []): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(ENGLAND)
  const day = local.toPlainDate()
  const working = day.dayOfWeek <= 5 && !isBankHoliday(day.toString() as CalendarDate, holidays)
  return working && local.hour >= OPENS_AT && local.hour < CLOSES_AT
}

export interface PhoneToRing {
  readonly kind: 'office' | 'duty'
  readonly phone: string
}

/** An authority's numbers, the one that is likelier to be answered first: the office while most are open, otherwise the duty team. */
export function phonesToRing(
  authority: { readonly officePhone?: string; readonly dutyPhone?: string },
  now: Date,
  holidays: HolidaysSet = [],
): readonly PhoneToRing[] {
  const { officePhone, dutyPhone } = authority
  const office = officePhone === undefined ? [] : [{ kind: 'office', phone: officePhone } as const]
  const duty = dutyPhone === undefined ? [] : [{ kind: 'duty', phone: dutyPhone } as const]
  return isOfficeHours(now, holidays) ? [...office, ...duty] : [...duty, ...office]
}
