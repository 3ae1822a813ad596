import type { MailboxId, OdsCode } from '../organisation.ts'

/** A MESH mailbox. The password is the shared secret of its token and never leaves the service. */
export interface Mailbox {
  readonly id: MailboxId
  readonly name: string
  readonly odsCode: OdsCode
  readonly password: string
}

/** A kind of exchange and the mailboxes that may take part in it (rule 7.6). */
export interface Workflow {
  readonly id: string
  readonly description: string
  readonly senders: readonly MailboxId[]
  readonly receivers: readonly MailboxId[]
}

/** Whether two workflow ids name one workflow: case does not count (rule 7.16). */
export function isSameWorkflow(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

export type MessageStatus = 'uploading' | 'accepted' | 'acknowledged' | 'undeliverable'

/** What a sender says of a message; all but `to` and `workflowId` is carried through untouched. */
export interface MessageLabel {
  readonly to: MailboxId
  readonly workflowId: string
  readonly localId?: string
  readonly partnerId?: string
  readonly subject?: string
  readonly fileName?: string
  readonly contentType?: string
  readonly contentChecksum?: string
  readonly contentEncrypted?: string
  readonly contentCompressed?: string
}

/** A message as the mailbox store keeps it. Instants are `Date`s. */
export interface MeshMessage extends MessageLabel {
  /** `yyyyMMddHHmmssffffff_XXXXXX`. */
  readonly id: string
  /** Absent on a report, which comes from MESH itself. */
  readonly from?: MailboxId
  readonly kind: 'DATA' | 'REPORT'
  readonly status: MessageStatus
  readonly totalChunks: number
  /** Bytes as stored, once accepted. */
  readonly size: number
  /** Where the payload is; messages may share one. Absent on a report. */
  readonly payloadId?: string
  readonly uploadedAt: Date
  readonly acceptedAt?: Date
  readonly acknowledgedAt?: Date
  /** When an uncollected message becomes undeliverable (rule 7.8). */
  readonly expiresAt: Date
  /** On a report, and on a message that failed: what happened. */
  readonly failure?: MessageFailure
  /** On a report: the message it is about. */
  readonly linkedMessageId?: string
}

export interface MessageFailure {
  readonly code: string
  readonly event: string
  readonly description: string
  readonly at: Date
}

/** Not collected in this time: undeliverable, and the sender gets a report (rule 7.8). */
export const COLLECT_WITHIN_DAYS = 5
/** After this time a message and its payload are gone (rule 7.8). */
export const KEEP_MESSAGE_DAYS = 30
/** A message may have this size in all its chunks (published limit: 100 GB). */
export const MAX_MESSAGE_BYTES = 100 * 1024 ** 3

/** When a message that is accepted at an instant must have been collected (rule 7.8). */
export function collectBy(accepted: Date): Date {
  return new Date(accepted.getTime() + COLLECT_WITHIN_DAYS * 86_400_000)
}
