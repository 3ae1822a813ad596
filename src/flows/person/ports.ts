import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { InactiveNumber } from '../../domain/notification/inactive-number-notification.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Demographics } from '../../domain/person/demographics.ts'
import type { HeldPersonFault } from '../../domain/person/held-person.ts'
import type { NumberRegister } from '../../domain/person/number-register.ts'
import type { PlanSubject } from '../../domain/plan/plan.ts'

/** An answer of PDS about a number, to be kept. */
export interface PdsAnswer {
  readonly nhsNumber: NhsNumber
  /** Drawn before PDS was asked: of two answers about one number the one with the greater version counts. */
  readonly version: number
  /** The instant of the answer. */
  readonly at: Date
  readonly says: NumberRegister
}

/** What became of an answer that joined or parted numbers, or changed what stands of one. */
export type Settled =
  /** Others joined or parted the same numbers meanwhile: nothing was written, and it is to be tried again. */
  | { readonly kind: 'moved' }
  /** A newer answer was kept before: nothing was written, but where the two disagree PDS is asked again at once. */
  | { readonly kind: 'older' }
  | {
      readonly kind: 'kept'
      /** Authorities that are to be told that the number is no longer in use (rule 14.2). */
      readonly toNotify: readonly OdsCode[]
      /** Whether the number was inactive before and is in use again (rule 14.6). */
      readonly inUseAgain: boolean
    }

/** What PDS last said of each number, and who is one person by that (rules 4.4 and 14.1 to 14.8). `settle.ts` is its only caller. */
export interface NumberDirectory {
  /** The version of a question that PDS is going to be asked. */
  question(): Promise<number>
  /**
   * Keeps all answers that say nothing new of their number, or are the first about it and name no replacement; answers the others.
   * A commit of its own unless it is called in a transaction. The next look is due `checkHours` after each answer.
   */
  keepUnchanged(answers: readonly PdsAnswer[], checkHours: number): Promise<readonly PdsAnswer[]>
  /** Makes sure that numbers are in the directory, before the transaction that joins them: rows made within it would block others. */
  enter(numbers: readonly NhsNumber[], at: Date): Promise<void>
  /** Keeps one answer, and joins or parts numbers by it: as a transaction with the audit entry of the caller. */
  regroup(answer: PdsAnswer, checkHours: number): Promise<Settled>
}

/** Which numbers are to be looked at in PDS (rules 14.1 and 14.3). */
export interface NumberLooks {
  /**
   * Numbers that are due, the longest ago first, to be called in a transaction: those of a person with a visible plan, and any that
   * were announced. Nobody else is handed them before `until`. Those whose person has no plan are put off, or forgotten where they lead
   * nowhere (rule 14.7).
   */
  claimDue(due: {
    readonly at: Date
    readonly checkHours: number
    readonly until: Date
    readonly limit: number
  }): Promise<readonly NhsNumber[]>
  /** Somebody says that the number changed: it is looked at next, whatever is known of it. */
  markDue(number: NhsNumber, at: Date): Promise<void>
}

/** What authorities are still to be told of numbers (rules 14.2 and 6.5). */
export interface NumberChanges {
  /** Those that are told in their mailbox. */
  authoritiesWaiting(): Promise<readonly OdsCode[]>
  /** What an authority is still to be told and is still true, for this transaction alone; empty when another tells it. */
  take(authority: OdsCode, limit: number): Promise<readonly InactiveNumber[]>
  markDelivered(authority: OdsCode, numbers: readonly InactiveNumber[], messageId: string): Promise<void>
  /** What was in a message that nobody collected is to be told again. */
  putBack(messageId: string): Promise<number>
}

/** People with a visible plan as their authorities hold them (rule 14.9). */
export interface HeldPeople {
  /** Who holds a visible plan under a number, how the newest describes the person, and what PDS was found to say otherwise. */
  find(
    nhsNumber: NhsNumber,
    at: Date,
  ): Promise<
    readonly {
      readonly authority: OdsCode
      readonly subject: PlanSubject
      readonly fault?: HeldPersonFault
    }[]
  >
  /** Keeps what is not as the authority holds it; undefined: nothing. */
  keep(nhsNumber: NhsNumber, authority: OdsCode, fault: HeldPersonFault | undefined, at: Date): Promise<void>
  /** Forgets what was kept of the number for all other authorities. */
  forgetOthers(nhsNumber: NhsNumber, authorities: readonly OdsCode[]): Promise<void>
}

export interface NumberStore extends NumberDirectory, NumberLooks, NumberChanges {}

/** PDS, the only judge of whether a number belongs to a person (rule 3.7). Never throws: an outage is a value. */
export interface DemographicsService {
  find(number: NhsNumber): Promise<Demographics>
}
