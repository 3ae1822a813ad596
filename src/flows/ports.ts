import type { AuditEntry } from '../domain/audit/audit.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import type { NotifiedAccess } from '../domain/notification/access-notification.ts'
import type { OdsCode } from '../domain/organisation.ts'
import type { Demographics } from '../domain/person/demographics.ts'
import type { Access } from '../domain/query/access.ts'
import type { VisiblePlan } from '../domain/query/answer.ts'
import type { AccessKind, Author } from '../domain/query/requester.ts'
import type { RecordResult } from '../domain/upload/acknowledgement.ts'
import type { FileCode } from '../domain/upload/apply-upload.ts'
import type { RecordFault } from '../domain/upload/record-faults.ts'
import type { CheckedRecord, RecordAsSent, UploadHeader, UploadSeries } from '../domain/upload/upload.ts'
import type { SealedLog, SealStore } from './audit/ports.ts'
import type { MailboxStore, MessageStore, PayloadStore, WorkflowStore } from './mailbox/ports.ts'
import type { MissedAppointmentStore } from './notification/appointment-ports.ts'
import type { DeskStore } from './notification/ports.ts'
import type { NumberStore } from './person/ports.ts'
import type { AsynchronousAnswerStore, ClientSystemStore } from './query/ports.ts'
import type { AuthorityStore, OrganisationStore, UploadHistory } from './registration/ports.ts'
import type { RelayStore } from './relay/ports.ts'
import type { UploadAttempts } from './upload/upload-attempt-ports.ts'
import type { ConcernStore } from './watch/concern-ports.ts'
import type { OversightStore } from './watch/ports.ts'

export type * from './mailbox/ports.ts'
export type * from './registration/ports.ts'

/** Everything a flow may ask of the outside world. Flows take the ports they need as one `deps` object. */

/** The time (an instant) and new identifiers (UUID version 7), so that flows themselves stay predictable. */
export interface Clock {
  now(): Date
}
export type NewId = () => string

/** PDS, the only judge of whether a number belongs to a person (rule 3.7). Never throws: an outage is a value. */
export interface DemographicsService {
  find(number: NhsNumber): Promise<Demographics>
}

/** The stores, either each call on its own or all bound to one transaction. */
export interface Stores {
  readonly audit: AuditLog
  readonly seal: SealStore
  readonly sealedLog: SealedLog
  readonly authorities: Omit<AuthorityStore, 'add'>
  readonly organisations: Omit<OrganisationStore, 'add' | 'remove'>
  readonly clientSystems: Omit<ClientSystemStore, 'add' | 'remove'>
  readonly asynchronousAnswers: AsynchronousAnswerStore
  readonly uploads: UploadStore
  readonly uploadHistory: UploadHistory
  readonly uploadAttempts: UploadAttempts
  readonly queries: QueryStore
  readonly notifications: NotificationStore
  readonly missedAppointments: MissedAppointmentStore
  readonly numbers: NumberStore
  readonly concerns: ConcernStore
  readonly desk: DeskStore
  readonly oversight: OversightStore
  readonly mailboxes: Omit<MailboxStore, 'add'>
  readonly workflows: Omit<WorkflowStore, 'add'>
  readonly messages: MessageStore
  readonly payloads: PayloadStore
  readonly relay: RelayStore
  readonly jobs: JobQueue
}

/** The stores with which the register is changed: who exchanges what with whom. */
export interface RegisterStores extends Stores {
  readonly authorities: AuthorityStore
  readonly organisations: OrganisationStore
  readonly clientSystems: ClientSystemStore
  readonly mailboxes: MailboxStore
  readonly workflows: WorkflowStore
}

export interface Storage extends RegisterStores {
  /** All or nothing: what `work` does through the stores it is handed is committed together, or not at all. */
  transaction<T>(work: (stores: Stores) => Promise<T>): Promise<T>
  /** The same, and nobody else changes the register until the commit (rule 19.12). */
  registration<T>(work: (stores: RegisterStores) => Promise<T>): Promise<T>
}

export interface AuditLog {
  append(entry: AuditEntry): Promise<void>
}

/** A record judged by itself and by PDS, on its way to being applied. */
export interface JudgedRecord {
  readonly sent: RecordAsSent
  readonly outcome: { readonly checked: CheckedRecord } | { readonly fault: RecordFault }
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
  readonly acknowledgementPayloadId: string
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
  /** Marks the upload as applied and acknowledged. */
  complete(uploadId: string, fileCode: FileCode, acknowledgementPayloadId: string): Promise<void>
  /** Forgets what was staged for one upload that will not be applied, or before an instant for any that never was. */
  discard(staged: { readonly uploadId: string } | { readonly abandonedBefore: Date }): Promise<void>
}

export interface QueryToRecord {
  readonly id: string
  readonly nhsNumber: NhsNumber
  readonly access: AccessKind
  readonly author: Author
  readonly at: Date
  readonly audit: AuditEntry
}

export interface QueryStore {
  /**
   * The hot path, one statement and one commit: reads what is visible and the access list and, if the access is unscheduled
   * and something is visible, records the access, its notifications and, always, the audit entry.
   */
  answer(query: QueryToRecord): Promise<{ plans: readonly VisiblePlan[]; accesses: readonly Access[] }>
}

/** What one authority is still to be told. */
export interface PendingNotification extends NotifiedAccess {
  readonly id: string
  readonly authority: OdsCode
}

export interface NotificationStore {
  /** Authorities told in their mailbox with something to be told that was accessed before the instant given. */
  authoritiesWaiting(before: Date): Promise<readonly OdsCode[]>
  /**
   * Takes the oldest pending notifications of an authority, in order, for this transaction alone; empty when another holds them, or
   * where the authority is told at its desk.
   */
  take(authority: OdsCode, before: Date, limit: number): Promise<readonly PendingNotification[]>
  markDelivered(notifications: readonly PendingNotification[], messageId: string): Promise<void>
  /** Makes the notifications of a message that was not collected deliverable again (rule 6.5). */
  putBack(messageId: string): Promise<number>
}

export type JobName = 'receive-upload'

export interface JobQueue {
  /** Enqueued when the surrounding transaction commits; a job with the same key that still waits or runs is not doubled. */
  enqueue(name: JobName, key: string): Promise<void>
}
