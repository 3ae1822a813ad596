import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { MeshMessage } from '../domain/mesh-message.ts'
import type { PayloadStore } from './ports.ts'

/** A chunk that says it is compressed and cannot be decompressed: the sender's fault, and no second try mends it. */
export class CorruptPayload extends Error {}

/** A message's content as its sender had it before it was cut into chunks and compressed. Throws `CorruptPayload`. */
export async function* readPayload(payloads: PayloadStore, message: MeshMessage): AsyncGenerator<Uint8Array> {
  if (!message.payloadId) return
  for (let number = 1; number <= message.totalChunks; number++) {
    const chunk = await payloads.read(message.payloadId, number)
    if (!chunk) throw new Error(`Chunk ${number} of message ${message.id} is gone`)
    yield* chunk.encoding === 'gzip' ? gunzipped(chunk.bytes) : chunk.bytes
  }
}

async function* gunzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* Readable.from(bytes).compose(createGunzip())
  } catch (error) {
    if (isZlibError(error)) throw new CorruptPayload('The compressed content is damaged', { cause: error })
    throw error
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}
