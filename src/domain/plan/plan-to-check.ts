import type { CalendarDate, PlanTime } from '../english-time.ts'
import type { NhsNumber } from '../nhs-number.ts'
import type { OverlappedPlan } from '../upload/acknowledgement.ts'
import { capital } from '../upload/reason.ts'
import { fileNumberWords } from '../upload/upload.ts'
import { PLAN_TYPE_WORDS, type PlanType } from './plan.ts'

/**
 * Why the authority should check a plan that it holds (rule 3.26). `overlaps`: a newer record gives the same person another plan of the
 * same type at the same time, so that the start may have been corrected. `left-out`: the newest file of an authority that sends all it
 * holds does not carry the plan.
 */
export type PlanDoubt = 'overlaps' | 'left-out'

/** A plan that clinicians are shown and that may not stand any more, as its authority holds it. */
export interface PlanToCheck {
  readonly doubt: PlanDoubt
  readonly nhsNumber: NhsNumber
  readonly type: PlanType
  readonly start: PlanTime
  /** Which unborn child it is for; empty for a plan of any other type. */
  readonly unborn: string
  readonly end?: PlanTime
  readonly given: string
  readonly family: string
  readonly birthDate: CalendarDate
  readonly localId?: string
  readonly localIdAuthority?: string
  /** Where another plan overlaps it: the start of that plan. */
  readonly beside?: PlanTime
  /** When the file was received that brought the doubt (instant). */
  readonly since: Date
  /** The last file that carried it. */
  readonly lastCarriedBy: { readonly sequence: number; readonly createdAt: Date }
}

/** What tells plans to check of one authority apart. */
export type PlanToCheckKey = Pick<PlanToCheck, 'doubt' | 'nhsNumber' | 'type' | 'start' | 'unborn'>

export function isSamePlanToCheck(one: PlanToCheckKey, other: PlanToCheckKey): boolean {
  return (
    one.doubt === other.doubt &&
    one.nhsNumber === other.nhsNumber &&
    one.type === other.type &&
    one.start === other.start &&
    one.unborn === other.unborn
  )
}

/** What the acknowledgement says of a record that was loaded beside another plan of the person, or after a newer file (rules 3.6 and 3.26). */
export function remarkWords({ plan: type, start: earlierStart, newer }: OverlappedPlan): string {
  if (newer !== undefined)
    return `${capital(PLAN_TYPE_WORDS[type])}: ${fileNumberWords(newer)} is newer and says something else of the one from ${day(earlierStart)}. That stands, and what this record says of it was not applied. If this record is right, send it in a new file.`
  return `${capital(PLAN_TYPE_WORDS[type])}: this was loaded. An earlier one from ${day(earlierStart)} is still shown for the same person. If the start date was corrected, delete the earlier one. If it has ended, send its end date. If both are right, confirm it on your page of plans to check.`
}

/** The day of a plan time, as an acknowledgement writes it: `01/11/2026`. */
function day(time: string): string {
  return `${time.slice(6, 8)}/${time.slice(4, 6)}/${time.slice(0, 4)}`
}
