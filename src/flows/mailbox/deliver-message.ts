import { collectBy, type MeshMessage, type MessageLabel } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import type { Clock, Stores } from '../ports.ts'
import { chunksOf } from './chunks-of.ts'

export interface DeliverMessageDeps {
  readonly clock: Clock
  readonly newMessageId: () => string
}

/** Comfortably within what a recipient's client takes in one request (published limit: 100 MB). */
const LARGEST_CHUNK = 90_000_000

/**
 * CP-IS itself puts a message into a mailbox, as part of the caller's transaction: content and message are there together with
 * what they tell of, or not at all. `{ payloadId }` sends the content of an earlier message again without copying it.
 */
export async function deliverMessage(
  stores: Stores,
  deps: DeliverMessageDeps,
  label: MessageLabel & { readonly from: MailboxId },
  payload: AsyncIterable<Uint8Array> | { readonly payloadId: string },
): Promise<MeshMessage> {
  const id = deps.newMessageId()
  const payloadId = 'payloadId' in payload ? payload.payloadId : id
  if (!('payloadId' in payload)) await keepPayload(stores, payloadId, payload)
  const chunks = await stores.payloads.chunks(payloadId)
  if (chunks.length === 0) throw new Error(`Payload ${payloadId} is gone`)
  const now = deps.clock.now()
  const message: MeshMessage = {
    ...label,
    id,
    kind: 'DATA',
    status: 'accepted',
    totalChunks: chunks.length,
    size: chunks.reduce((sum, chunk) => sum + chunk.size, 0),
    payloadId,
    uploadedAt: now,
    acceptedAt: now,
    expiresAt: collectBy(now),
  }
  await stores.messages.add(message)
  return message
}

/** Keeps content under an id, whether or not a message carries it; part of the caller's transaction. */
export async function keepPayload(
  { payloads }: Stores,
  payloadId: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  let number = 0
  for await (const chunk of chunksOf(bytes, LARGEST_CHUNK)) {
    await payloads.attach(payloadId, ++number, 'identity', await payloads.store(chunk))
  }
}
