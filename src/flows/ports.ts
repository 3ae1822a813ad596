import type { AuditLog, SealedLog, SealStore } from './audit/ports.ts'
import type { MailboxStore, MessageStore, PayloadStore, WorkflowStore } from './mailbox/ports.ts'
import type { AuthorityPageStore, MissedAppointmentStore, NotificationStore } from './notification/ports.ts'
import type { HeldPeople, NumberStore } from './person/ports.ts'
import type { AsynchronousAnswerStore, QueryMessageStore, QueryStore } from './query/ports.ts'
import type {
  AuthorityStore,
  ClientSystemStore,
  HolidayStore,
  OrganisationStore,
  SuccessionStore,
} from './registration/ports.ts'
import type { RelayStore } from './relay/ports.ts'
import type { RetentionStore } from './retention/ports.ts'
import type { MatchDecisionStore, PlansToCheckStore, UploadHistory, UploadStore } from './upload/ports.ts'
import type { UploadAttempts } from './upload/upload-attempt-ports.ts'
import type { IssueStore, OversightStore } from './watch/ports.ts'

/** Everything a flow may ask of the outside world. Flows take the ports they need as one `deps` object. */

/** The time (an instant) and new identifiers (UUID version 7), so that flows themselves stay predictable. */
export interface Clock {
  now(): Date
}
export type NewId = () => string

/** The stores, either each call on its own or all bound to one transaction. */
export interface Stores {
  readonly audit: AuditLog
  readonly seal: SealStore
  readonly sealedLog: SealedLog
  readonly authorities: Omit<AuthorityStore, 'add'>
  readonly holidays: Omit<HolidayStore, 'replace'>
  readonly successions: SuccessionStore
  readonly organisations: Omit<OrganisationStore, 'add' | 'remove'>
  readonly clientSystems: Omit<ClientSystemStore, 'add' | 'remove'>
  readonly asynchronousAnswers: AsynchronousAnswerStore
  readonly queryMessages: QueryMessageStore
  readonly uploads: UploadStore
  readonly uploadHistory: UploadHistory
  readonly uploadAttempts: UploadAttempts
  readonly matchDecisions: MatchDecisionStore
  readonly plansToCheck: PlansToCheckStore
  readonly queries: QueryStore
  readonly notifications: NotificationStore
  readonly missedAppointments: MissedAppointmentStore
  readonly numbers: NumberStore
  readonly heldPeople: HeldPeople
  readonly issues: IssueStore
  readonly authorityPages: AuthorityPageStore
  readonly oversight: OversightStore
  readonly mailboxes: Omit<MailboxStore, 'add'>
  readonly workflows: Omit<WorkflowStore, 'add'>
  readonly messages: MessageStore
  readonly payloads: PayloadStore
  readonly relay: RelayStore
  readonly retention: RetentionStore
  readonly jobs: JobQueue
}

/** The stores with which the register is changed: who exchanges what with whom. */
export interface RegisterStores extends Stores {
  readonly authorities: AuthorityStore
  readonly holidays: HolidayStore
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

export type JobName = 'receive-upload'

export interface JobQueue {
  /** Enqueued when the surrounding transaction commits; a job with the same key that still waits or runs is not doubled. */
  enqueue(name: JobName, key: string): Promise<void>
}
