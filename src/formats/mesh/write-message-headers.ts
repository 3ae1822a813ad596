import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import { writeChunkRange } from './chunk-range.ts'
import { MESSAGE_HEADERS, SENT_HEADERS } from './headers.ts'
import { compactTime } from './timestamps.ts'

/** The headers a message, or one chunk of it, is collected with; what is empty is left out. A report is chunk 1 of none. */
export function writeMessageHeaders(message: MeshMessage, chunk: number): Record<string, string> {
  const { kind, failure } = message
  const at = failure?.at ?? message.acceptedAt ?? message.uploadedAt
  const own = {
    [MESSAGE_HEADERS.from]: message.from,
    [MESSAGE_HEADERS.chunkRange]: writeChunkRange({ chunk, total: message.totalChunks }),
    [MESSAGE_HEADERS.totalChunks]: String(message.totalChunks),
    [MESSAGE_HEADERS.addressType]: 'ALL',
    [MESSAGE_HEADERS.version]: '1.0',
    [MESSAGE_HEADERS.messageType]: kind,
    [MESSAGE_HEADERS.messageId]: message.id,
    [MESSAGE_HEADERS.linkedMessageId]: message.linkedMessageId,
    [MESSAGE_HEADERS.statusCode]: failure?.code ?? '00',
    [MESSAGE_HEADERS.statusEvent]: failure?.event ?? 'TRANSFER',
    [MESSAGE_HEADERS.statusDescription]: failure?.description ?? 'Transferred to recipient mailbox',
    [MESSAGE_HEADERS.statusSuccess]: failure ? 'ERROR' : 'SUCCESS',
    [MESSAGE_HEADERS.statusTimestamp]: compactTime(at),
    'last-modified': at.toUTCString(),
  }
  const labels = Object.entries(SENT_HEADERS).map(([field, { name }]) => [
    name,
    field === 'fileName' ? fileNameOf(message) : message[field as keyof typeof SENT_HEADERS],
  ])
  const all = [...Object.entries(own), ...labels]
  return Object.fromEntries(all.filter((pair): pair is [string, string] => Boolean(pair[1])))
}

/** A message without a file name is given one; a report has no file. */
export function fileNameOf({ id, kind, fileName }: MeshMessage): string | undefined {
  return fileName ?? (kind === 'DATA' ? `${id}.dat` : undefined)
}
