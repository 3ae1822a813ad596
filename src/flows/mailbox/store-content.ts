import type { ContentFault } from '../../domain/mailbox/mesh-faults.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { ContentEncoding, PayloadStore, StoredContent } from './ports.ts'

/** The two bytes that every gzip file begins with (RFC 1952, 2.3.1). */
const GZIP_MAGIC = [0x1f, 0x8b]

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
