import type {
  Mailbox,
  MeshMessage,
  MessageFailure,
  MessageStatus,
  Workflow,
} from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'

/** What flows ask of the mailbox service's own store: mailboxes, workflows, messages and their content. */

export interface MailboxStore {
  find(id: MailboxId): Promise<Mailbox | undefined>
  list(): Promise<readonly Mailbox[]>
  add(mailbox: Mailbox): Promise<void>
  /** False when this token was used before: a token opens one request (rule 7.3). */
  spendToken(token: { mailbox: MailboxId; nonce: string; count: string; at: Date }): Promise<boolean>
  /** Forgets spent tokens that are too old to be accepted anyway. */
  forgetTokens(before: Date): Promise<void>
}

export interface WorkflowStore {
  find(id: string): Promise<Workflow | undefined>
  list(): Promise<readonly Workflow[]>
  /** Adds a workflow, or further senders and receivers to one. */
  add(workflow: Workflow): Promise<void>
}

export interface InboxPage {
  readonly mailbox: MailboxId
  readonly limit: number
  /** The id of the last message of the page before. */
  readonly after?: string
  /** `X`, `!X`, `X*`, `!X*`, `*X*` or `!*X*` (rule 7.7). */
  readonly workflowFilter?: string
  /** Only what was accepted at this instant or later. */
  readonly since?: Date
}

/** Messages a mailbox sent, in whatever status, oldest first. */
export interface OutboxPage {
  readonly mailbox: MailboxId
  readonly limit: number
  /** The id of the last message of the page before. */
  readonly after?: string
  /** Only what was sent under this local id of the sender's. */
  readonly localId?: string
  /** Only what was sent at this instant or later. */
  readonly since?: Date
}

/** What happens to a message. To keep the status is to hold the message against every other change until the commit. */
export interface MessageChange {
  readonly status: MessageStatus
  readonly at: Date
  readonly size?: number
  readonly expiresAt?: Date
  readonly failure?: MessageFailure
}

export interface MessageStore {
  add(message: MeshMessage): Promise<void>
  find(id: string): Promise<MeshMessage | undefined>
  /** Moves a message on if it still has the status `from`; false when it had not. */
  advance(id: string, from: MessageStatus, change: MessageChange): Promise<boolean>
  /** Accepted messages, first in first out, with how many there are in all. */
  inbox(page: InboxPage): Promise<{ readonly messages: readonly MeshMessage[]; readonly total: number }>
  outbox(page: OutboxPage): Promise<readonly MeshMessage[]>
  /** Accepted messages whose time to be collected is over, and uploads given up half-way, oldest first; of one sender none. */
  overdue(now: Date, limit: number, exceptFrom?: MailboxId): Promise<readonly MeshMessage[]>
}

/** How the bytes of a chunk are to be read: as they are, or through gzip, each chunk by itself. */
export type ContentEncoding = 'gzip' | 'identity'

/** A chunk's bytes as they were sent. */
export interface StoredChunk {
  readonly encoding: ContentEncoding
  readonly size: number
  readonly bytes: AsyncIterable<Uint8Array>
}

/** Bytes that were stored and belong to no payload yet. */
export interface StoredContent {
  readonly contentId: string
  readonly size: number
}

export interface PayloadStore {
  /** Stores bytes as they stream in, each piece durable by itself. If they break off this throws, and nothing is kept. */
  store(bytes: AsyncIterable<Uint8Array>): Promise<StoredContent>
  /** Makes stored bytes a chunk of a payload, in place of an earlier attempt. Chunks are counted from 1. */
  attach(payloadId: string, chunk: number, encoding: ContentEncoding, content: StoredContent): Promise<void>
  /** Forgets stored bytes that will not be attached. */
  discard(content: StoredContent): Promise<void>
  /** What a payload holds so far, chunk by chunk. */
  chunks(
    payloadId: string,
  ): Promise<readonly { readonly chunk: number; readonly size: number; readonly encoding: ContentEncoding }[]>
  read(payloadId: string, chunk: number): Promise<StoredChunk | undefined>
  /**
   * Deletes messages sent before the one instant that no longer wait for anybody, payloads that nothing refers to any more, and
   * bytes stored before the other that never became part of a payload; answers how many messages went.
   */
  purge(before: { readonly messages: Date; readonly strays: Date }): Promise<number>
}
