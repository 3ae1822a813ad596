import type { PlanTime } from '../english-time.ts'
import type { NhsNumber } from '../nhs-number.ts'
import type { Organisation } from '../organisation.ts'
import type { PlanSubject, PlanType } from '../plan/plan.ts'
import type { Access } from './access.ts'
import type { AccessKind } from './requester.ts'

/** An authority as clinicians are shown it: whom to phone, by day and by night. Numbers are digits with an optional `+`. */
export interface AuthorityContact extends Organisation {
  readonly dutyPhone: string
  readonly officePhone?: string
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

/** The one answer to a query; every interface writes it in its own form. No visible plans means "no information held". */
export interface Answer {
  readonly nhsNumber: NhsNumber
  readonly access: AccessKind
  /** The instant of the query. */
  readonly askedAt: Date
  readonly plans: readonly VisiblePlan[]
  /** Empty unless a plan is visible; newest first, at most 25, this access included when it is listed (rule 5.7). */
  readonly accesses: readonly Access[]
}
