import type { ChunkFault } from '../../domain/mailbox/mesh-faults.ts'
import { collectBy, MAX_MESSAGE_BYTES, type MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { Stores } from '../ports.ts'
import type { ContentEncoding, StoredContent } from './ports.ts'
import { recordMailboxCall } from './record-mailbox-call.ts'
import { handOver, type SendMessageDeps, storeContent } from './send-message.ts'

/** A further chunk of a message. */
export interface ChunkPosting {
  readonly from: MailboxId
  readonly messageId: string
  /** Which chunk it is by the address it was sent to, and by its range header. */
  readonly chunk: number
  readonly range: { readonly chunk: number; readonly total: number }
  /** Absent where the sender does not say: then as the first chunk. */
  readonly encoding?: ContentEncoding
  readonly bytes: AsyncIterable<Uint8Array>
}

interface Upload {
  readonly message: MeshMessage
  readonly chunks: Awaited<ReturnType<Stores['payloads']['chunks']>>
}

/**
 * Takes a further chunk, in any order and again if need be; the last one completes the message, once all the others are there.
 * A chunk is judged before its body is read, and again under the message's lock, since another may have completed it meanwhile.
 */
export async function sendChunk(
  deps: SendMessageDeps,
  posting: ChunkPosting,
): Promise<Result<MeshMessage, ChunkFault>> {
  const { payloads } = deps.storage
  const begun = await findUpload(deps.storage, posting)
  if (!begun.ok) return begun
  const encoding = posting.encoding ?? firstEncoding(begun.value) ?? 'identity'
  const content = await storeContent(payloads, encoding, posting.bytes)
  if (!content.ok) return content
  const taken = await deps.storage.transaction(async stores => {
    const at = deps.clock.now()
    await stores.messages.advance(posting.messageId, 'uploading', { status: 'uploading', at })
    const upload = await findUpload(stores, posting)
    return upload.ok ? take(deps, stores, posting, upload.value, encoding, content.value) : upload
  })
  if (!taken.ok) await payloads.discard(content.value)
  return taken
}

async function findUpload(stores: Stores, posting: ChunkPosting): Promise<Result<Upload, ChunkFault>> {
  const message = await stores.messages.find(posting.messageId)
  if (!message?.payloadId || message.from !== posting.from) return failure('unknown-upload')
  const upload = { message, chunks: await stores.payloads.chunks(message.payloadId) }
  const fault = faultOf(posting, upload)
  return fault ? failure(fault) : success(upload)
}

function faultOf(posting: ChunkPosting, upload: Upload): ChunkFault | undefined {
  const { chunk, range, encoding } = posting
  const { status, totalChunks } = upload.message
  if (status !== 'uploading') return 'upload-finished'
  if (chunk > totalChunks) return 'chunk-beyond-total'
  if (range.chunk !== chunk || range.total !== totalChunks) return 'wrong-chunk-range'
  if (encoding && encoding !== firstEncoding(upload)) return 'encoding-changed'
  const others = upload.chunks.filter(held => held.chunk !== chunk)
  if (chunk === totalChunks && others.length < totalChunks - 1) return 'chunks-missing'
  return undefined
}

function firstEncoding({ chunks }: Upload): ContentEncoding | undefined {
  return chunks[0]?.encoding
}

async function take(
  deps: SendMessageDeps,
  stores: Stores,
  { from, chunk }: ChunkPosting,
  { message, chunks }: Upload,
  encoding: ContentEncoding,
  content: StoredContent,
): Promise<Result<MeshMessage, ChunkFault>> {
  const { id, payloadId, totalChunks } = message
  if (!payloadId) throw new Error('An upload without a payload was taken for one')
  const size = chunks.reduce((sum, held) => sum + (held.chunk === chunk ? 0 : held.size), content.size)
  if (size > MAX_MESSAGE_BYTES) return failure('message-too-large')
  await stores.payloads.attach(payloadId, chunk, encoding, content)
  await recordMailboxCall(deps, stores, from, { action: 'send chunk', subject: id, details: { chunk } })
  if (chunk < totalChunks) return success(message)
  await handOver(deps, stores, message)
  const at = deps.clock.now()
  // Last, since from here to the commit others who send to the same mailbox wait (rule 7.7).
  await stores.messages.advance(id, 'uploading', { status: 'accepted', at, size, expiresAt: collectBy(at) })
  return success(message)
}
