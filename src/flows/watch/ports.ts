import type { AuditEntry, InterfaceName } from '../../domain/audit/audit.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { RecordCode } from '../../domain/upload/record-faults.ts'
import type { RecordAsSent } from '../../domain/upload/upload.ts'
import type { Finding, Issue } from '../../domain/watch/issue.ts'

/** How the exchange with one authority goes. */
export interface ExchangeState {
  readonly authority: OdsCode
  /** When a file of the authority was last applied. */
  readonly lastApplied?: Date
  /** Since when the oldest message has waited in its mailbox. */
  readonly waitingSince?: Date
  /** Since when the oldest thing at the notifications page of one that is told there was not acknowledged. */
  readonly unreadSince?: Date
}

/** What is counted by the hour. */
export const COUNTED = ['queries', 'uploads', 'notifications'] as const
export type Counted = (typeof COUNTED)[number]

export interface HourCount {
  /** The first instant of the hour. */
  readonly hour: Date
  readonly what: Counted
  readonly count: number
}

/** What one interface said in a time. */
export interface InterfaceCount {
  readonly via: InterfaceName
  readonly allowed: number
  readonly refused: number
  readonly failed: number
}

/** A message that never reached its mailbox, or was not collected. */
export interface NonDelivery {
  readonly messageId: string
  readonly workflowId: string
  readonly recipient: string
  readonly at: Date
  /** The code of MESH. */
  readonly code: string
}

/** A job that failed and waits to be tried again. */
export interface FailedJob {
  readonly id: string
  readonly name: string
  /** The message it is for. */
  readonly key: string
  readonly since: Date
  readonly attempts: number
  readonly nextAt: Date
}

export interface AuditSearch {
  /** Both are instants; `before` is not included. */
  readonly from: Date
  readonly before: Date
  readonly nhsNumber?: NhsNumber
  /** A part of a name, or a whole user id, ASID, mailbox or organisation code. */
  readonly who?: string
  readonly via?: InterfaceName
  readonly outcome?: AuditEntry['outcome']
}

export interface Window {
  readonly limit: number
  readonly offset: number
}

/** What the operator sees of the whole service. */
export interface OversightStore {
  exchangeStates(): Promise<readonly ExchangeState[]>
  /** Hours since an instant in which there was something to count. Hours that are over are counted once and kept. */
  hours(from: Date, now: Date): Promise<readonly HourCount[]>
  interfaces(from: Date): Promise<readonly InterfaceCount[]>
  /** Newest first. */
  nonDeliveries(limit: number): Promise<readonly NonDelivery[]>
  /** The longest failing first. */
  failedJobs(limit: number): Promise<readonly FailedJob[]>
  /** A job that failed becomes due at once; false where there is none. */
  retryJob(id: string): Promise<boolean>
  /** Newest first. */
  searchAudit(search: AuditSearch, window: Window): Promise<readonly AuditEntry[]>
}

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
export interface IssueStore {
  /** Begins a round: nobody else raises or clears until the commit. */
  beginRound(round: WatchRound): Promise<void>
  lastRound(): Promise<WatchRound | undefined>
  /** What is wrong at an instant, whatever was raised before. */
  find(at: Date): Promise<readonly Finding[]>
  /** What was raised and not cleared, by authority and kind; of all authorities, or of one. */
  open(authority?: OdsCode): Promise<readonly Issue[]>
  raise(findings: readonly Finding[], at: Date): Promise<void>
  update(findings: readonly Finding[]): Promise<void>
  clear(concerns: readonly Issue[], at: Date): Promise<void>
  confirmPhones(authority: OdsCode, phones: ConfirmedPhones, at: Date): Promise<void>
  /** From now on the gaps before the highest number applied are no issue. */
  acceptGaps(authority: OdsCode): Promise<void>
  /** The people of an authority whose records fail and were not loaded since, the longest failing first. For the authority's eyes. */
  failedRecords(authority: OdsCode): Promise<readonly FailedRecord[]>
}

/** A record as the newest file in which it failed carried it. */
export interface FailedRecord {
  readonly sent: RecordAsSent
  readonly code: RecordCode
  /** Whether an officer may decide that the number is this person's (rule 3.25). */
  readonly isPossibleMatch: boolean
  /** What is wrong and what to correct, in words (rule 3.14). */
  readonly reason: string
  /** When the first file in which the person failed since they were last loaded was received. */
  readonly since: Date
  readonly newest: { readonly sequence: number; readonly createdAt: Date }
}
