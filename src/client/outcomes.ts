import type { PlanState } from '../domain/plan/plan-state.ts'
import type { ConnectionProblem } from './connection-problem.ts'

export type { PlanState }

/** The kinds of plan; `other` is one this client does not know, to be shown by its description all the same. */
export type PlanKind = 'CPP' | 'LAC' | 'UCPP' | 'other'

/** A local authority, by day and by night. */
export interface AuthorityToPhone {
  readonly odsCode?: string
  readonly name: string
  readonly dutyPhone?: string
  readonly officePhone?: string
  /** When which number is answered; absent where the authority has not said, or the answer has no place for it. */
  readonly hours?: AuthorityHours
}

/** From an instant to another, the last not included. */
export interface OpenPeriod {
  readonly from: Date
  readonly to: Date
}

/** When an authority's office is open and its duty team answers, up to an instant; nothing is known of later ones. */
export interface AuthorityHours {
  readonly knownFrom: Date
  readonly knownUntil: Date
  readonly office: readonly OpenPeriod[]
  readonly duty: readonly OpenPeriod[]
}

/** A plan that is held for the person asked for, and whom to phone about it. Days are `YYYY-MM-DD`. */
export interface HeldPlan {
  /** The service's own, for the plan; HL7 v3 carries none. */
  readonly id?: string
  readonly type: PlanKind
  /** The kind of plan in words, as the service gives it. */
  readonly description: string
  readonly start?: string
  readonly end?: string
  /**
   * On the English day of the answer, decided from start and end: whoever shows a plan must say that it has ended, or has not started
   * yet (`planHeadline` does).
   */
  readonly state: PlanState
  readonly subjectName?: string
  /** The number the authority holds the plan under, where the answer names another than was asked for: PDS may have replaced one. */
  readonly heldUnder?: string
  readonly authority: AuthorityToPhone
  readonly lastUploadedAt?: Date
}

/** Somebody in health who viewed the person's record. A view is not an attendance. */
export interface ListedAccess {
  /** The same at every interface; of another service it may be missing. */
  readonly id?: string
  readonly at: Date
  readonly viewer: string
  readonly role?: string
  readonly organisation?: string
}

/** What is said of the number that was asked for, whatever is held. */
export interface OfNumber {
  /** The person's current NHS number, where PDS has superseded the one asked for. Over HL7 v3 there is no place for it. */
  readonly supersededBy?: string
}

/** "No information held": never an assurance that nothing is wrong. */
export interface NothingHeld extends OfNumber {
  readonly kind: 'nothing-held'
}

/**
 * Nothing is held under the number, and the service could not ask PDS in time whether it is the person's current one: never to be shown
 * as "nothing held". Ask again, or by the number that PDS gives.
 */
export interface Unchecked extends OfNumber {
  readonly kind: 'unchecked'
}

/** The service refused the request; asking again in the same way will not help. */
export interface Refused {
  readonly kind: 'refused'
  /** Of HTTP; absent where nothing was sent. */
  readonly status?: number
  readonly message: string
  /** The codes that the service gave for it, of HL7 v3 and its envelopes. */
  readonly codes?: readonly string[]
}

/** Nobody knows whether anything is held. It must be shown as exactly that, and never as "nothing held". */
export interface CouldNotLook {
  readonly kind: 'could-not-look'
  readonly message: string
  /** Why there was no connection, where there was none and the platform says why. */
  readonly problem?: ConnectionProblem
  readonly retryAfterSeconds?: number
  /** As for a refusal. */
  readonly codes?: readonly string[]
}

/** Whether the report arrived, nobody knows. Sent again under the same identifier it tells nobody twice. */
export interface NotKnown {
  readonly kind: 'not-known'
  readonly message: string
  /** As for what could not be looked at. */
  readonly problem?: ConnectionProblem
  readonly retryAfterSeconds?: number
}

export type MissedAppointmentOutcome =
  | {
      readonly kind: 'told'
      readonly id: string
      /** The same report was made before, and nobody is told again. */
      readonly repeated: boolean
      readonly authorities: readonly AuthorityToPhone[]
    }
  /** No information is held, and nobody was told: never an assurance that nothing is wrong. */
  | { readonly kind: 'nobody-told'; readonly message: string }
  | Refused
  | NotKnown

export type CareTeamsOutcome =
  | ({ readonly kind: 'held'; readonly plans: readonly HeldPlan[] } & OfNumber)
  | NothingHeld
  | Unchecked
  | Refused
  | CouldNotLook

/** What is answered over HL7 v3, where plans and accesses come together. */
export type QueryOutcome =
  | {
      readonly kind: 'held'
      readonly plans: readonly HeldPlan[]
      /** Newest first; that none is listed says nothing of who else has looked in silence. */
      readonly accesses: readonly ListedAccess[]
      /** A mini service answered from a copy of its own, which may be out of date, because it could not reach Spine. */
      readonly fromLocalStore?: true
    }
  | NothingHeld
  | Unchecked
  | Refused
  | CouldNotLook

/** That no access is listed does not say that no plan is held: only scheduled looks may have been made. */
export type AccessHistoryOutcome =
  | { readonly kind: 'listed'; readonly accesses: readonly ListedAccess[] }
  | { readonly kind: 'none-listed' }
  | Unchecked
  | Refused
  | CouldNotLook

export type MetadataOutcome =
  | {
      readonly kind: 'described'
      readonly fhirVersion: string
      readonly softwareVersion?: string
      /** The kinds of resource that can be asked for or sent. */
      readonly resources: readonly string[]
    }
  | Refused
  | CouldNotLook
