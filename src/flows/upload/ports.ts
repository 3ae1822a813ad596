import type { OdsCode } from '../../domain/organisation.ts'
import type { DecidedMatch, MatchDecision } from '../../domain/person/match-decision.ts'
import type { PlanToCheck } from '../../domain/plan/plan-to-check.ts'
import type { NumberMatch } from '../../domain/registration/authority.ts'
import type { MatchRate } from '../../domain/registration/match-rate.ts'
import type { RecordResult } from '../../domain/upload/acknowledgement.ts'
import type { FileCode } from '../../domain/upload/apply-upload.ts'
import type { RecordFault } from '../../domain/upload/record-faults.ts'
import type { CheckedRecord, RecordAsSent, UploadHeader, UploadSeries } from '../../domain/upload/upload.ts'

/** A record judged by itself and by PDS, on its way to being applied. */
export interface JudgedRecord {
  readonly sent: RecordAsSent
  /** `unproven`: what a record would say, had PDS confirmed the person: enough to take back what is held (rule 3.24). */
  readonly outcome:
    | { readonly checked: CheckedRecord }
    | { readonly fault: RecordFault; readonly unproven?: CheckedRecord }
}

export interface UploadReceipt {
  readonly id: string
  readonly authority: OdsCode
  readonly header: UploadHeader
  readonly series: UploadSeries
  readonly messageId: string
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly digest: string
  readonly receivedAt: Date
}

export interface AppliedUpload {
  readonly id: string
  readonly digest: string
  readonly createdAt: Date
  /** Absent once the acknowledgement is no longer kept (rule 23.3). */
  readonly acknowledgementPayloadId?: string
}

export interface UploadStore {
  /** An applied upload of the series with this sequence number since the sequence was last restarted (rule 3.8). */
  bySequence(authority: OdsCode, series: UploadSeries, sequence: number): Promise<AppliedUpload | undefined>
  /** Adds judged records to the staging area of an upload; nothing is visible to anybody yet. */
  stage(uploadId: string, records: readonly JudgedRecord[]): Promise<void>
  /** Applies everything staged, in a transaction, and answers how many records were loaded and failed (rules 3.4 to 3.6). */
  apply(upload: UploadReceipt): Promise<{ readonly loaded: number; readonly failed: number }>
  /** Judges everything staged as `apply` would, and applies nothing (rule 19.2). */
  assess(
    upload: UploadReceipt,
  ): Promise<{ readonly loaded: number; readonly failed: number; readonly matched: number }>
  /** The records of an upload with their outcomes, in file order, a page at a time. */
  results(uploadId: string): AsyncIterable<readonly RecordResult[]>
  /**
   * Marks the upload as applied and acknowledged. What was staged goes with it, but for the records that were refused (rule 23.2).
   */
  complete(uploadId: string, fileCode: FileCode, acknowledgementPayloadId: string): Promise<void>
  /** Forgets what was staged for one upload that will not be applied, or before an instant for any that never was. */
  discard(staged: { readonly uploadId: string } | { readonly abandonedBefore: Date }): Promise<void>
}

/** What became of a file that could be judged. */
export interface UploadOutcome {
  readonly sequence: number
  readonly createdAt: Date
  readonly receivedAt: Date
  readonly fileCode: FileCode
  readonly loaded: number
  readonly failed: number
  readonly match: NumberMatch
}

/** Sequence numbers that no applied file bears, both included. */
export interface SequenceGap {
  readonly from: number
  readonly to: number
}

/** What authorities sent and what they hold, for those who look after them. Newest first. */
export interface UploadHistory {
  keepTest(id: string, authority: OdsCode, outcome: UploadOutcome): Promise<void>
  tests(authority: OdsCode, limit: number): Promise<readonly UploadOutcome[]>
  applied(authority: OdsCode, limit: number): Promise<readonly UploadOutcome[]>
  /** Since the sequence was last restarted, those apart that somebody accepted. */
  gaps(authority: OdsCode, limit: number): Promise<readonly SequenceGap[]>
  /** The one match rate of every authority that has one at an instant, or of one authority (rules 16.6, 19.3 and 19.5). */
  matchRates(at: Date, authority?: OdsCode): Promise<ReadonlyMap<OdsCode, MatchRate>>
}

/** Plans of an authority that may not stand any more (rule 3.26). */
export interface PlansToCheckStore {
  /** The longest in doubt first, as at an instant. */
  list(authority: OdsCode, at: Date): Promise<readonly PlanToCheck[]>
  /** From now on the plan is in doubt no longer for this reason. */
  confirm(authority: OdsCode, plan: PlanToCheck, at: Date): Promise<void>
}

/** What officers have decided about possible matches (rule 3.25). */
export interface MatchDecisionStore {
  find(authority: OdsCode, match: DecidedMatch): Promise<MatchDecision | undefined>
  /** Puts a decision into the place of an earlier one; answers whether anything has changed. */
  keep(authority: OdsCode, match: DecidedMatch, decision: MatchDecision, at: Date): Promise<boolean>
}
