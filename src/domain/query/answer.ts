import type { PlanTime } from '../english-time.ts'
import type { NhsNumber } from '../nhs-number.ts'
import type { Organisation } from '../organisation.ts'
import type { PlanSubject, PlanType } from '../plan/plan.ts'
import type { KnownHours } from '../registration/opening-times.ts'
import type { Access } from './access.ts'
import type { AccessKind, MissingActivity } from './requester.ts'

/** An authority as clinicians are shown it: whom to phone, by day and by night. Numbers are digits with an optional `+`. */
export interface AuthorityContact extends Organisation {
  readonly dutyPhone: string
  readonly officePhone?: string
  /** When which is answered; absent where the authority has not said (rule 16.11). */
  readonly hours?: KnownHours
}

export interface VisiblePlan {
  /** Stable for the plan; not derived from the NHS number. */
  readonly id: string
  /** The number the authority holds the plan under: it may differ from the one asked for when PDS renumbered (rule 4.4). */
  readonly nhsNumber: NhsNumber
  readonly type: PlanType
  readonly start: PlanTime
  readonly end?: PlanTime
  readonly subject: PlanSubject
  readonly authority: AuthorityContact
  /** When the authority last uploaded this plan (instant). */
  readonly lastUploadedAt: Date
}

/** Why a query that could be read is not answered: the caller may not ask, or nobody may be told of the person (rule 10.1). */
export type NotAnswered = MissingActivity | { readonly kind: 'restricted' }

/** The one answer to a query; every interface writes it in its own form. No visible plans means "no information held". */
export interface Answer {
  /** Of the access just made, by which it can be found among those listed; of a query that made none, its own. */
  readonly id: string
  /** The number that was asked for. */
  readonly nhsNumber: NhsNumber
  /** The person's current number, where PDS has superseded the one that was asked for (rule 4.9). */
  readonly supersededBy?: NhsNumber
  readonly access: AccessKind
  /** The instant of the query. */
  readonly askedAt: Date
  readonly plans: readonly VisiblePlan[]
  /**
   * False: nothing is held under the number, and PDS could not be asked in time whether it is the person's current one (rule 4.8).
   * Never to be shown as a plain "nothing held".
   */
  readonly checked: boolean
  /** Empty unless a plan is visible; newest first, at most 25, this access included when it is listed (rule 5.7). */
  readonly accesses: readonly Access[]
}
