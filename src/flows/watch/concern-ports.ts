import type { OdsCode } from '../../domain/organisation.ts'
import type { RecordCode } from '../../domain/upload/record-faults.ts'
import type { RecordAsSent } from '../../domain/upload/upload.ts'
import type { Concern, Finding } from '../../domain/watch/concern.ts'

/** When the exchange was last looked at, and by when somebody was to look again: an old answer is none (rule 16.9). */
export interface WatchRound {
  readonly at: Date
  readonly nextBy: Date
}

/** Phone numbers as clinicians are shown them: digits with an optional leading `+`. */
export interface ConfirmedPhones {
  readonly dutyPhone: string
  readonly officePhone?: string
}

/** What is wrong with the exchange with authorities, and what is done about it (rules 16.1 to 16.9). */
export interface ConcernStore {
  /** Begins a round: nobody else raises or clears until the commit. */
  beginRound(round: WatchRound): Promise<void>
  lastRound(): Promise<WatchRound | undefined>
  /** What is wrong at an instant, whatever was raised before. */
  find(at: Date): Promise<readonly Finding[]>
  /** What was raised and not cleared, by authority and kind; of all authorities, or of one. */
  open(authority?: OdsCode): Promise<readonly Concern[]>
  raise(findings: readonly Finding[], at: Date): Promise<void>
  update(findings: readonly Finding[]): Promise<void>
  clear(concerns: readonly Concern[], at: Date): Promise<void>
  confirmPhones(authority: OdsCode, phones: ConfirmedPhones, at: Date): Promise<void>
  /** From now on the gaps before the highest number applied are no concern. */
  acceptGaps(authority: OdsCode): Promise<void>
  /** The people of an authority whose records fail and were not loaded since, the longest failing first. For the authority's eyes. */
  failedRecords(authority: OdsCode): Promise<readonly FailedRecord[]>
}

/** A record as the newest file in which it failed carried it. */
export interface FailedRecord {
  readonly sent: RecordAsSent
  readonly code: RecordCode
  /** What is wrong and what to correct, in words (rule 3.14). */
  readonly reason: string
  /** When the first file in which the person failed since they were last loaded was received. */
  readonly since: Date
  readonly newest: { readonly sequence: number; readonly createdAt: Date }
}
