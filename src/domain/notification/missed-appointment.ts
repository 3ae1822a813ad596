import type { NhsNumber } from '../nhs-number.ts'
import type { OdsCode } from '../organisation.ts'
import type { AuthorityContact } from '../query/answer.ts'
import { ACTIVITY_FOR, type Author, type Requester } from '../query/requester.ts'
import { failure, type Result, success } from '../result.ts'

/** A name of an appointment. The system is a URI, or empty where the organisation itself is the namespace. */
export interface AppointmentIdentifier {
  readonly system: string
  readonly value: string
}

/** A booked appointment that somebody was expected at and did not come to. */
export interface MissedAppointment {
  /** The reporting organisation's own name for the appointment: who repeats it reports nothing new. */
  readonly identifier: AppointmentIdentifier
  /** Further names of the same appointment: a report under any of them is the same report. */
  readonly otherIdentifiers?: readonly AppointmentIdentifier[]
  /** Who was expected: a child or, of an unborn child, the mother. */
  readonly nhsNumber: NhsNumber
  /** When it was to begin (instant). */
  readonly start: Date
  readonly end?: Date
  /** The kind of care, in the reporter's words. */
  readonly service?: string
  /** What it was for, in the reporter's words. */
  readonly description?: string
}

/** A missed appointment as it was reported and kept. */
export interface AppointmentReport {
  readonly id: string
  readonly appointment: MissedAppointment
  readonly author: Author
  readonly reportedAt: Date
}

/** A report with the authorities that are told of it. */
export interface NotifiedReport extends AppointmentReport {
  readonly told: readonly AuthorityContact[]
}

/** What an authority finds on its notifications page: the report, about a person as the authority itself knows them. */
export interface AppointmentAlert extends AppointmentReport {
  readonly authority: OdsCode
  /** The number the authority holds the person under. */
  readonly nhsNumber: NhsNumber
  readonly localId?: string
  readonly localIdAuthority?: string
  /** The message that told the authority's own system; absent until there is one. */
  readonly messageId?: string
}

/** How long afterwards an appointment may still be reported. */
export const REPORT_WITHIN_DAYS = 365

export type AppointmentTimeFault = { readonly kind: 'not-past' } | { readonly kind: 'too-long-ago' }

/** Only what is over can have been missed, and an old appointment is no news to anybody. */
export function checkAppointmentTime(start: Date, now: Date): Result<true, AppointmentTimeFault> {
  const age = now.getTime() - start.getTime()
  if (age < 0) return failure({ kind: 'not-past' })
  return age > REPORT_WITHIN_DAYS * 86_400_000 ? failure({ kind: 'too-long-ago' }) : success(true)
}

/** Whoever may look at a record, by either activity, may report: missed appointments are booked ones. */
export function mayReport({ activities }: Requester): Result<true, { readonly kind: 'no-activity' }> {
  return Object.values(ACTIVITY_FOR).some(activity => activities.has(activity))
    ? success(true)
    : failure({ kind: 'no-activity' })
}

/** Whether two reports under one name say the same of the same person. */
export function isSameAppointment(one: MissedAppointment, other: MissedAppointment): boolean {
  return (
    one.nhsNumber === other.nhsNumber &&
    one.start.getTime() === other.start.getTime() &&
    one.end?.getTime() === other.end?.getTime() &&
    one.service === other.service &&
    one.description === other.description
  )
}
