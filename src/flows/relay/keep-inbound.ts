import { collectBy, type MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import { parseMailboxId } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { checkedGzip, UnreadablePayload } from '../mailbox/decompress.ts'
import { type EndMessageDeps, endMessage } from '../mailbox/end-message.ts'
import type { ContentEncoding, PayloadStore, StoredContent } from '../mailbox/ports.ts'
import { handOver, refusalOf, type SendMessageDeps } from '../mailbox/send-message.ts'
import type { Stores } from '../ports.ts'
import { ContentBrokeOff, type InboundMessage, type OutsideFault, type OutsideMailbox } from './ports.ts'

export interface KeepInboundDeps extends SendMessageDeps, EndMessageDeps {
  readonly outside: OutsideMailbox
}

export type Kept = 'taken' | 'set-aside' | 'report' | 'known'

/**
 * Fetches one message and keeps it as if its sender had handed it in at our own API: with its job, and once. A sender that may not
 * is no reason to lose what it sent: the message is set aside, whole, in nobody's inbox (rule 18.3). A report ends the message that
 * it is about (rule 18.6).
 */
export async function keepInbound(
  deps: KeepInboundDeps,
  outsideId: string,
): Promise<Result<Kept, OutsideFault>> {
  const received = await deps.outside.receive(outsideId)
  if (!received.ok) return received
  const inbound = received.value
  if (inbound.kind === 'report') return success(await keepReport(deps, outsideId, inbound))
  const stored = await storeChunks(deps.storage.payloads, inbound.chunks)
  if (!stored.ok) return stored
  const kept = await keepMessage(deps, outsideId, inbound, stored.value)
  if (kept === 'known') await discardAll(deps.storage.payloads, stored.value)
  return success(kept)
}

/** What was set aside is looked at again: once its sender may send, it is taken in (rule 18.3). Answers how many were. */
export async function readmitInbound(deps: SendMessageDeps): Promise<number> {
  const { storage, clock } = deps
  let admitted = 0
  for (const { outsideId, messageId } of await storage.relay.setAside()) {
    const message = await storage.messages.find(messageId)
    if (!message?.from || (await refusalOf(storage, message.from, message))) continue
    const { from } = message
    await storage.transaction(async stores => {
      const at = clock.now()
      const change = { status: 'accepted', at, expiresAt: collectBy(at) } as const
      if (!(await stores.messages.advance(messageId, 'undeliverable', change))) return
      await stores.relay.admitted(outsideId)
      await handOver(deps, stores, message)
      await record(deps, stores, { action: 'admit message', actor: from, subject: messageId, outsideId })
    })
    admitted++
  }
  return admitted
}

interface StoredPart {
  readonly encoding: ContentEncoding
  readonly content: StoredContent
}

/** Content that expands further is taken as it is: whoever reads it refuses it (rule 3.21). */
const MOST_EXPANSION = 100

/**
 * All of it or nothing: what broke off is fetched again from its beginning, and what is damaged within its compression was not received
 * (rule 18.10).
 */
async function storeChunks(
  payloads: PayloadStore,
  chunks: (InboundMessage & { kind: 'message' })['chunks'],
): Promise<Result<readonly StoredPart[], OutsideFault>> {
  const stored: StoredPart[] = []
  try {
    for await (const { encoding, bytes } of chunks) {
      const whole = encoding === 'gzip' ? checkedGzip(bytes, MOST_EXPANSION) : bytes
      stored.push({ encoding, content: await payloads.store(whole) })
    }
    return success(stored)
  } catch (error) {
    await discardAll(payloads, stored)
    if (error instanceof ContentBrokeOff) return failure({ kind: 'unavailable' })
    if (error instanceof UnreadablePayload) return failure({ kind: 'damaged' })
    throw error
  }
}

async function discardAll(payloads: PayloadStore, parts: readonly StoredPart[]): Promise<void> {
  for (const { content } of parts) await payloads.discard(content)
}

async function keepMessage(
  deps: KeepInboundDeps,
  outsideId: string,
  { label: said }: InboundMessage & { kind: 'message' },
  parts: readonly StoredPart[],
): Promise<Kept> {
  const { storage, clock, cpisMailbox } = deps
  const { from: sender = '', ...rest } = said
  const from = parseMailboxId(sender)
  const label = { ...rest, to: cpisMailbox }
  const reason = from ? await refusalOf(storage, from, label) : 'sender-not-allowed'
  const at = clock.now()
  const id = deps.newMessageId()
  const message: MeshMessage = {
    ...label,
    id,
    kind: 'DATA',
    status: reason ? 'undeliverable' : 'accepted',
    totalChunks: parts.length,
    size: parts.reduce((sum, { content }) => sum + content.size, 0),
    payloadId: id,
    uploadedAt: at,
    ...(!reason && { acceptedAt: at }),
    expiresAt: collectBy(at),
    ...(from && { from }),
  }
  return storage.transaction(async stores => {
    const inbound = { outsideId, messageId: id, at, ...(reason && { reason }) }
    if (!(await stores.relay.addInbound(inbound))) return 'known'
    for (const [index, { encoding, content }] of parts.entries()) {
      await stores.payloads.attach(id, index + 1, encoding, content)
    }
    await stores.messages.add(message)
    if (!reason) await handOver(deps, stores, message)
    await record(deps, stores, {
      action: 'fetch message',
      subject: id,
      outsideId,
      ...(from && { actor: from }),
      ...(reason && { reason }),
    })
    return reason ? 'set-aside' : 'taken'
  })
}

/** The message that failed ends as one that nobody collected here; of one that we do not know the operator is told all the same. */
async function keepReport(
  deps: KeepInboundDeps,
  outsideId: string,
  { label, about, failure: told }: InboundMessage & { kind: 'report' },
): Promise<Kept> {
  const { storage, clock, cpisMailbox } = deps
  const messageId = (about && (await storage.relay.sentAs(about))) ?? label.localId
  return storage.transaction(async stores => {
    const at = clock.now()
    const failed = { ...told, at }
    const id = deps.newMessageId()
    if (!(await stores.relay.addInbound({ outsideId, messageId: messageId ?? id, at }))) return 'known'
    const message = messageId === undefined ? undefined : await stores.messages.find(messageId)
    const ours = message?.from === cpisMailbox && message.status !== 'undeliverable'
    if (!message || !ours || !(await endMessage(deps, stores, message, failed))) {
      await stores.messages.add({
        id,
        to: cpisMailbox,
        workflowId: label.workflowId,
        kind: 'REPORT',
        status: 'accepted',
        totalChunks: 0,
        size: 0,
        uploadedAt: at,
        acceptedAt: at,
        expiresAt: collectBy(at),
        failure: failed,
        ...(about !== undefined && { linkedMessageId: about }),
      })
    }
    await record(deps, stores, {
      action: 'fetch report',
      actor: cpisMailbox,
      subject: messageId ?? id,
      outsideId,
    })
    return 'report'
  })
}

function record(
  { newId, clock }: SendMessageDeps,
  stores: Stores,
  entry: {
    readonly action: string
    readonly actor?: string
    readonly subject: string
    readonly outsideId: string
    readonly reason?: string
  },
): Promise<void> {
  const { outsideId, ...rest } = entry
  const outcome = entry.reason === undefined ? 'allowed' : 'refused'
  return stores.audit.append({
    ...rest,
    id: newId(),
    at: clock.now(),
    via: 'worker',
    outcome,
    traceId: outsideId,
  })
}
