import type { ContentFault, SendFault } from '../../domain/mailbox/mesh-faults.ts'
import {
  collectBy,
  isSameWorkflow,
  type MeshMessage,
  type MessageLabel,
} from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { Stores } from '../ports.ts'
import { GZIP_MAGIC } from './decompress.ts'
import type { ContentEncoding, PayloadStore, StoredContent } from './ports.ts'
import { type MailboxCallDeps, recordMailboxCall } from './record-mailbox-call.ts'

export interface SendMessageDeps extends MailboxCallDeps {
  readonly newMessageId: () => string
  readonly cpisMailbox: MailboxId
  readonly uploadWorkflow: string
}

/** A message as its sender hands it in: whole, or the first of several chunks. */
export interface Posting {
  readonly from: MailboxId
  readonly label: MessageLabel
  readonly totalChunks: number
  readonly encoding: ContentEncoding
  readonly bytes: AsyncIterable<Uint8Array>
}

/**
 * Takes a message, or its first chunk. Who may send what to whom is judged before the body is read (rule 7.6); the bytes are
 * stored before the message is accepted (rule 7.4). Throws what `bytes` throws, and then nothing was accepted.
 */
export async function sendMessage(
  deps: SendMessageDeps,
  posting: Posting,
): Promise<Result<MeshMessage, SendFault>> {
  const { from, label, totalChunks, encoding, bytes } = posting
  const refusal = await refusalOf(deps.storage, from, label)
  if (refusal) return failure(refusal)
  const content = await storeContent(deps.storage.payloads, encoding, bytes)
  if (!content.ok) return content

  const now = deps.clock.now()
  const id = deps.newMessageId()
  const unsent = { ...label, id, from, kind: 'DATA', totalChunks, payloadId: id, uploadedAt: now } as const
  const message: MeshMessage =
    totalChunks === 1
      ? {
          ...unsent,
          status: 'accepted',
          size: content.value.size,
          acceptedAt: now,
          expiresAt: collectBy(now),
        }
      : { ...unsent, status: 'uploading', size: 0, expiresAt: collectBy(now) }
  await deps.storage.transaction(async stores => {
    await stores.payloads.attach(id, 1, encoding, content.value)
    if (message.status === 'accepted') await handOver(deps, stores, message)
    await recordMailboxCall(deps, stores, from, { action: 'send message', subject: id })
    // Last, since from here to the commit others who send to the same mailbox wait (rule 7.7).
    await stores.messages.add(message)
  })
  return success(message)
}

/** Whether a mailbox may send this (rule 7.6); undefined where it may. */
export async function refusalOf(
  storage: Pick<Stores, 'mailboxes' | 'workflows'>,
  from: MailboxId,
  { to, workflowId }: MessageLabel,
): Promise<SendFault | undefined> {
  if (!(await storage.mailboxes.find(to))) return 'unknown-recipient'
  const workflow = await storage.workflows.find(workflowId)
  if (!workflow?.senders.includes(from)) return 'sender-not-allowed'
  return workflow.receivers.includes(to) ? undefined : 'recipient-not-allowed'
}

/** An upload for CP-IS itself gets its job in the transaction that accepts it, so that none can be forgotten. */
export async function handOver(deps: SendMessageDeps, stores: Stores, message: MeshMessage): Promise<void> {
  if (message.to === deps.cpisMailbox && isSameWorkflow(message.workflowId, deps.uploadWorkflow)) {
    await stores.jobs.enqueue('receive-upload', message.id)
  }
}

/**
 * Stores bytes as they come in. Nothing is kept of an empty body, or of one that is said to be compressed and does not begin
 * so: its recipient could not read it.
 */
export async function storeContent(
  payloads: PayloadStore,
  encoding: ContentEncoding,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Result<StoredContent, ContentFault>> {
  const start: number[] = []
  const content = await payloads.store(watched(bytes, start))
  const fault = faultOf(content, encoding, start)
  if (!fault) return success(content)
  await payloads.discard(content)
  return failure(fault)
}

function faultOf(
  content: StoredContent,
  encoding: ContentEncoding,
  start: readonly number[],
): ContentFault | undefined {
  if (content.size === 0) return 'empty'
  const compressed = GZIP_MAGIC.every((byte, index) => start[index] === byte)
  return encoding === 'gzip' && !compressed ? 'not-gzip' : undefined
}

async function* watched(bytes: AsyncIterable<Uint8Array>, start: number[]): AsyncGenerator<Uint8Array> {
  for await (const part of bytes) {
    if (start.length < GZIP_MAGIC.length) start.push(...part.subarray(0, GZIP_MAGIC.length))
    yield part
  }
}
