import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import { gunzipped } from './decompress.ts'
import type { PayloadStore } from './ports.ts'

/**
 * A message's content as its sender had it before it was cut into chunks and compressed. Throws `UnreadablePayload` where a chunk
 * cannot be decompressed or expands more than `maxExpansion` times.
 */
export async function* readPayload(
  payloads: PayloadStore,
  message: MeshMessage,
  maxExpansion = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  if (!message.payloadId) return
  for (let number = 1; number <= message.totalChunks; number++) {
    const chunk = await payloads.read(message.payloadId, number)
    if (!chunk) throw new Error(`Chunk ${number} of message ${message.id} is gone`)
    yield* chunk.encoding === 'gzip' ? gunzipped(chunk.bytes, maxExpansion) : chunk.bytes
  }
}
