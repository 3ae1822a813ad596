import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { NotifiedAccess } from '../../domain/notification/access-notification.ts'
import type {
  AppointmentAlert,
  AppointmentIdentifier,
  AppointmentReport,
  MissedAppointment,
  NotifiedReport,
} from '../../domain/notification/missed-appointment.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { Author } from '../../domain/query/requester.ts'
import type { UploadHeader } from '../../domain/upload/upload.ts'
import type { ConfirmedPhones } from '../watch/ports.ts'

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
   * where the authority is told on its notifications page.
   */
  take(authority: OdsCode, before: Date, limit: number): Promise<readonly PendingNotification[]>
  markDelivered(notifications: readonly PendingNotification[], messageId: string): Promise<void>
  /** Makes the notifications of a message that was not collected deliverable again (rule 6.5). */
  putBack(messageId: string): Promise<number>
}

/** What comes to an authority's notifications page. */
export const NOTIFICATION_KINDS = ['access', 'missed-appointment', 'inactive-number'] as const
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number]

export const NOTIFICATION_STATES = ['open', 'overdue', 'done', 'all'] as const
export type NotificationState = (typeof NOTIFICATION_STATES)[number]

/** Something that an authority was told, about a person as the authority itself knows them. */
export interface NotificationItem {
  readonly id: string
  readonly kind: NotificationKind
  readonly at: Date
  readonly nhsNumber: NhsNumber
  readonly localId?: string
  /** Who looked, or who reported. */
  readonly author?: Author
  readonly appointment?: { readonly start: Date; readonly service?: string; readonly description?: string }
  /** The number that replaces an inactive one. */
  readonly replacement?: NhsNumber
  readonly acknowledgedAt?: Date
  readonly assignedTo?: string
}

export const NOTIFICATION_STEPS = ['acknowledged', 'assigned', 'noted'] as const

/** What an officer did with an item. Steps are added and never changed. */
export interface NotificationStep {
  readonly id: string
  readonly at: Date
  readonly by: string
  readonly kind: (typeof NOTIFICATION_STEPS)[number]
  /** To whom, or what was noted. */
  readonly text?: string
}

/** An item with the person it is about and all that was done with it, the oldest first. */
export interface OpenedNotificationItem extends NotificationItem {
  readonly person?: { readonly given: string; readonly family: string; readonly birthDate: string }
  readonly steps: readonly NotificationStep[]
}

export interface NotificationFilter {
  readonly state: NotificationState
  readonly kind?: NotificationKind
  readonly assigned?: 'nobody' | 'somebody'
  /** What came before is overdue, unless it was acknowledged. */
  readonly overdueBefore: Date
}

/** What became of a file, as the audit log has it: also of one that was refused. */
export interface ReceivedFile {
  readonly at: Date
  readonly outcome: 'allowed' | 'refused' | 'failed'
  /** A file code, `test` or `repeated`. */
  readonly reason: string
  readonly sequence?: number
  readonly loaded?: number
  readonly failed?: number
  /** Why a file was refused: the kind of its fault. */
  readonly fault?: string
}

/** A table that an officer has handed in, and not yet sent as a file. */
export interface UploadDraft {
  readonly id: string
  readonly authority: OdsCode
  readonly madeAt: Date
  readonly contact: UploadHeader['authority']
  /** Absent once it was sent. */
  readonly content?: Uint8Array
  readonly sent?: { readonly messageId: string; readonly sequence: number }
}

/** The pages of an authority. Every question is of one authority, and another's items are as if they were not. */
export interface AuthorityPageStore {
  /** Newest first. */
  items(
    authority: OdsCode,
    filter: NotificationFilter,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<readonly NotificationItem[]>
  counts(
    authority: OdsCode,
    overdueBefore: Date,
  ): Promise<{ readonly unread: number; readonly overdue: number }>
  item(authority: OdsCode, id: string): Promise<OpenedNotificationItem | undefined>
  /**
   * What is acknowledged at the notifications page of an authority that is told there is told for good, and goes into no mailbox later (rule
   * 19.11). False where the step was taken before: sent twice, or acknowledged by somebody else.
   */
  take(authority: OdsCode, item: NotificationItem, step: NotificationStep): Promise<boolean>
  /** Whether a message is a file that was made on a notifications page: for as long as it waits, and as drafts are kept. */
  hasSent(messageId: string): Promise<boolean>
  /** What became of an authority's newest files, and when those came that wait to be checked. */
  /** What became of its files; of those from a mailbox that serves several, its own (rule 19.19). */
  files(authority: OdsCode, mailbox: MailboxId, limit: number): Promise<readonly ReceivedFile[]>
  waiting(mailbox: MailboxId, uploadWorkflow: string): Promise<readonly Date[]>
  confirmedPhones(authority: OdsCode): Promise<(ConfirmedPhones & { readonly at: Date }) | undefined>
  keepDraft(draft: UploadDraft): Promise<void>
  /** Holds it against everybody else until the commit. */
  draft(authority: OdsCode, id: string): Promise<UploadDraft | undefined>
  draftSent(draft: UploadDraft, sent: NonNullable<UploadDraft['sent']>): Promise<void>
  /** Those apart whose file still waits to be judged. */
  forgetDrafts(before: Date): Promise<void>
  /** A number that no table of the authority has had, taken for good; restarting its sequence changes nothing (rule 3.23). */
  takeSequence(authority: OdsCode): Promise<number>
}

/** Missed appointments that authorities are told of (rules 15.1 to 15.8). */
export interface MissedAppointmentStore {
  /** Whether PDS restricts who may know of the person whose number it is (rule 10.1). */
  isRestricted(nhsNumber: NhsNumber): Promise<boolean>
  /**
   * Claims the names of an organisation's appointment for a report, and answers whose they are now: the id of this report, of others
   * that had one of them before, or of both. Of two that claim the same name at once the second waits for the first.
   */
  claim(
    organisation: OdsCode,
    names: readonly AppointmentIdentifier[],
    id: string,
  ): Promise<readonly string[]>
  /** What was claimed for a report that is not kept goes to the one that it repeats, or back. */
  release(id: string, to?: string): Promise<void>
  /**
   * Keeps a report, with an alert for each authority that has a visible plan of the person. Answers false, and keeps nothing,
   * where no plan is visible. The names have been claimed before.
   */
  keep(report: AppointmentReport): Promise<boolean>
  /** What an organisation has reported under an identifier, and who was told. */
  find(
    organisation: OdsCode,
    identifier: MissedAppointment['identifier'],
  ): Promise<NotifiedReport | undefined>
  /** The report of an id, and who was told. */
  findById(id: string): Promise<NotifiedReport | undefined>
  /** An authority's alerts, newest first. */
  alerts(authority: OdsCode, limit: number): Promise<readonly AppointmentAlert[]>
}
