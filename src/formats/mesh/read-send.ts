import type { MessageLabel } from '../../domain/mailbox/mesh-message.ts'
import { type MailboxId, parseMailboxId } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { type ChunkRange, readChunkRange } from './chunk-range.ts'
import { readFlag } from './flag.ts'
import { headerOf, REQUEST_HEADERS, type RequestHeaders, SENT_HEADERS } from './headers.ts'
import { invalid, lengthFault } from './invalid-part.ts'
import type { InvalidPart, MeshFault } from './mesh-fault.ts'

/** What the headers of a sent message say. */
export interface SendHeaders {
  readonly label: MessageLabel
  readonly totalChunks: number
  readonly encoding: 'gzip' | 'identity'
}

type LabelField = keyof typeof SENT_HEADERS
type Labels = Partial<Record<LabelField, string>>

/** Reads the headers of a message, or of its first chunk, that `sender` sends. */
export function readSendHeaders(headers: RequestHeaders, sender: MailboxId): Result<SendHeaders, MeshFault> {
  const sent = readLabels(headers)
  const wrong = invalidParts(headers, sent)
  if (wrong.length > 0) return failure({ invalid: wrong })
  const { to: recipient = '', workflowId = '', ...rest } = sent
  if (recipient === '') return failure('recipient-missing')
  if ([recipient, workflowId, rest.contentChecksum ?? ''].some(isMalformed))
    return failure('malformed-header')
  if (rest.contentChecksum && !/^[A-Za-z0-9\s:/-]*$/.test(rest.contentChecksum))
    return failure('bad-checksum')
  const fault = requestFault(headers, sender)
  if (fault) return failure(fault)
  const encoding = readContentEncoding(headers)
  if (!encoding.ok) return encoding
  const range = readFirstRange(headers)
  if (!range) return failure('bad-chunk-range')
  const to = parseMailboxId(recipient)
  if (!to) return failure('unknown-recipient')
  const contentType = rest.contentType ?? headerOf(headers, 'content-type')
  const { contentEncrypted, contentCompressed, ...labels } = rest
  return success({
    label: {
      ...labels,
      to,
      workflowId,
      ...(contentType && { contentType }),
      ...flag('contentEncrypted', contentEncrypted),
      ...flag('contentCompressed', contentCompressed),
    },
    totalChunks: range.total,
    encoding: encoding.value ?? 'identity',
  })
}

/** What the headers of a further chunk say; without `Content-Encoding` it is encoded like the first. */
export function readChunkHeaders(
  headers: RequestHeaders,
): Result<{ readonly range: ChunkRange; readonly encoding?: 'gzip' }, MeshFault> {
  const encoding = readContentEncoding(headers)
  if (!encoding.ok) return encoding
  const range = readChunkRange(headerOf(headers, REQUEST_HEADERS.chunkRange.name) ?? '')
  if (!range) return failure('bad-chunk-range')
  return success({ range, ...(encoding.value && { encoding: encoding.value }) })
}

/** A flag as it is handed on: `Y` or `N`; nothing where what was sent says neither (rule 7.15). */
function flag<Field extends 'contentEncrypted' | 'contentCompressed'>(
  field: Field,
  sent: string | undefined,
): Partial<Record<Field, string>> {
  const said = readFlag(sent)
  return said === undefined ? {} : ({ [field]: said ? 'Y' : 'N' } as Record<Field, string>)
}

/** The labels that were sent with a value; who it is to and the workflow also where they are empty. */
function readLabels(headers: RequestHeaders): Labels {
  const sent: Labels = {}
  for (const field of Object.keys(SENT_HEADERS) as LabelField[]) {
    const value = headerOf(headers, SENT_HEADERS[field].name)?.trim()
    if (value || (value === '' && (field === 'to' || field === 'workflowId'))) sent[field] = value
  }
  const checksum = headerOf(headers, REQUEST_HEADERS.checksumAlias)?.trim()
  if (checksum && !sent.contentChecksum) sent.contentChecksum = checksum
  return sent
}

function invalidParts(headers: RequestHeaders, sent: Labels): InvalidPart[] {
  const wrong: (InvalidPart | undefined)[] = []
  for (const field of ['to', 'workflowId'] as const) {
    if (sent[field] === undefined) wrong.push(invalid.missing(['header', SENT_HEADERS[field].name]))
  }
  if (sent.workflowId === '') wrong.push(invalid.tooShort(['header', SENT_HEADERS.workflowId.name], 1))
  for (const [field, value] of Object.entries(sent)) {
    const { name, longest } = SENT_HEADERS[field as LabelField]
    wrong.push(lengthFault(['header', name], value, { longest }))
  }
  const { name, longest } = REQUEST_HEADERS.chunkRange
  wrong.push(lengthFault(['header', name], headerOf(headers, name) ?? '', { longest }))
  return wrong.filter(part => part !== undefined)
}

/** Control characters, or an address where a name belongs. */
function isMalformed(value: string): boolean {
  return /\p{Cc}|https?:\/\//iu.test(value)
}

function requestFault(headers: RequestHeaders, sender: MailboxId): MeshFault | undefined {
  const from = headerOf(headers, REQUEST_HEADERS.from)
  if (from && from.toUpperCase() !== sender) return 'wrong-sender'
  const type = headerOf(headers, REQUEST_HEADERS.messageType)
  return type && type.toUpperCase() !== 'DATA' ? 'wrong-message-type' : undefined
}

function readContentEncoding(headers: RequestHeaders): Result<'gzip' | undefined, 'unsupported-encoding'> {
  const sent = headerOf(headers, 'content-encoding')?.trim().toLowerCase()
  if (!sent) return success(undefined)
  return sent === 'gzip' ? success('gzip') : failure('unsupported-encoding')
}

/** Without a range a message is whole; with one it must begin at the beginning. */
function readFirstRange(headers: RequestHeaders): ChunkRange | undefined {
  const sent = headerOf(headers, REQUEST_HEADERS.chunkRange.name)
  if (sent === undefined) return { chunk: 1, total: 1 }
  const range = readChunkRange(sent)
  return range?.chunk === 1 ? range : undefined
}
