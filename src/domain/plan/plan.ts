import { addDays, birthday, type CalendarDate, dayOf, endOfDay, type PlanTime } from '../english-time.ts'
import type { NhsNumber } from '../nhs-number.ts'
import type { OdsCode } from '../organisation.ts'

/** CPP child protection plan, LAC looked after child, UCPP unborn child's plan held against the mother. */
export const PLAN_TYPES = ['CPP', 'LAC', 'UCPP'] as const
export type PlanType = (typeof PLAN_TYPES)[number]

export const PLAN_TYPE_WORDS: Readonly<Record<PlanType, string>> = {
  CPP: 'child protection plan',
  LAC: 'looked after child',
  UCPP: 'unborn child protection plan',
}

/** What makes two plans the same plan (rule 3.4). */
export interface PlanKey {
  readonly authority: OdsCode
  readonly nhsNumber: NhsNumber
  readonly type: PlanType
  readonly start: PlanTime
  /** Which unborn child of a mother a plan is for: its local id. Empty for a plan of any other type. */
  readonly unborn: string
}

/** The plans of unborn twins stand under their mother, each with a local id of its own. */
export function unbornOf(type: PlanType, subject: { readonly localId?: string | undefined }): string {
  return type === 'UCPP' ? (subject.localId ?? '') : ''
}

/** The person as the authority describes them; for a UCPP this is the mother. */
export interface PlanSubject {
  /** Empty where the person has none. */
  readonly given: string
  readonly family: string
  readonly birthDate: CalendarDate
  readonly localId?: string
  /** `ODS:NAME` of whoever gave the local id, as sent. */
  readonly localIdAuthority?: string
}

export const ENDED_PLAN_VISIBLE_DAYS = 365
export const UNBORN_PLAN_VISIBLE_DAYS = 28
export const ADULT_AGE = 18

/**
 * The first instant at which a plan is no longer visible, deletion aside (rules 2.3 to 2.6): for CPP and LAC the end of
 * the day 365 days after the plan's end or of the 18th birthday, whichever comes first; for UCPP the end of the day 28 days
 * after its end. Days are English days.
 */
export function visibleUntil(plan: {
  readonly type: PlanType
  readonly end?: PlanTime | undefined
  readonly birthDate: CalendarDate
}): Date {
  if (plan.type === 'UCPP') {
    if (!plan.end) throw new Error('A UCPP has no end: it must be refused before its visibility is asked for')
    return endOfDay(addDays(dayOf(plan.end), UNBORN_PLAN_VISIBLE_DAYS))
  }
  const adult = birthday(plan.birthDate, ADULT_AGE)
  if (!plan.end) return endOfDay(adult)
  const lastDay = addDays(dayOf(plan.end), ENDED_PLAN_VISIBLE_DAYS)
  return endOfDay(lastDay < adult ? lastDay : adult)
}
