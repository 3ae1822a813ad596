import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { InactiveNumber } from '../../domain/notification/inactive-number-notification.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Demographics } from '../../domain/person/demographics.ts'

/** NHS numbers under which plans are held: when each was last looked at in PDS, and what became of it (rules 14.1 to 14.6). */
export interface NumberStore {
  /**
   * Numbers with a visible plan that were last looked at before `lookedAtBefore`, the longest ago first; nobody else is handed
   * them before `until`.
   */
  claim(due: {
    readonly at: Date
    readonly checkedBefore: Date
    readonly until: Date
    readonly limit: number
  }): Promise<readonly NhsNumber[]>
  /** A number's turn comes at the next look, whenever it was looked at; nothing happens to one without a visible plan. */
  bringForward(number: NhsNumber): Promise<void>
  /** PDS says that the number is a person's: whatever made it inactive before is over. Answers whether anything did. */
  inUse(number: NhsNumber, at: Date): Promise<boolean>
  /**
   * PDS says that the number is no longer in use, and what replaced it, if anything. Answers which authorities have not been told
   * of this change before: from now on they are to be.
   */
  inactive(number: NhsNumber, replacement: NhsNumber | undefined, at: Date): Promise<readonly OdsCode[]>
  /** Remembers that PDS replaced one number by another, so that the plans are found by both (rule 4.4). */
  link(old: NhsNumber, replacement: NhsNumber): Promise<void>
  /** Those that are told in their mailbox. */
  authoritiesWaiting(): Promise<readonly OdsCode[]>
  /** What an authority is still to be told, for this transaction alone; empty when another tells it. */
  take(authority: OdsCode, limit: number): Promise<readonly InactiveNumber[]>
  markDelivered(authority: OdsCode, numbers: readonly InactiveNumber[], messageId: string): Promise<void>
  /** What was in a message that nobody collected is to be told again. */
  putBack(messageId: string): Promise<number>
}

/** PDS, the only judge of whether a number belongs to a person (rule 3.7). Never throws: an outage is a value. */
export interface DemographicsService {
  find(number: NhsNumber): Promise<Demographics>
}
