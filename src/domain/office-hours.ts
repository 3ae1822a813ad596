import { Temporal } from 'temporal-polyfill'
import { bankHolidays } from './bank-holidays.ts'
import { type CalendarDate, ENGLAND } from './english-time.ts'

const OPENS_AT = 9
const CLOSES_AT = 17

/**
 * Whether authorities' offices are open at an instant: nine to five of the English clock, Monday to Friday, bank holidays
 * excepted. Nothing that an authority uploads says its hours, so these stand for all (rule 21.3).
 */
export function isOfficeHours(instant: Date): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(ENGLAND)
  const day = local.toPlainDate()
  const working = day.dayOfWeek <= 5 && !bankHolidays(day.year).has(day.toString() as CalendarDate)
  return working && local.hour >= OPENS_AT && local.hour < CLOSES_AT
}

export interface PhoneToRing {
  readonly kind: 'office' | 'duty'
  readonly phone: string
}

/** Which of an authority's numbers to ring now: the office in its hours, where there is one, otherwise the duty team. */
export function phoneToRing(
  authority: { readonly officePhone?: string; readonly dutyPhone?: string },
  now: Date,
): PhoneToRing | undefined {
  const { officePhone, dutyPhone } = authority
  if (officePhone !== undefined && (isOfficeHours(now) || dutyPhone === undefined)) {
    return { kind: 'office', phone: officePhone }
  }
  return dutyPhone === undefined ? undefined : { kind: 'duty', phone: dutyPhone }
}
