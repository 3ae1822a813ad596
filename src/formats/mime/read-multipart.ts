import { failure, type Result, success } from '../../domain/result.ts'
import { parseContentType } from './content-type.ts'
import { type MimeFault, type MimeProblem, mimeFault } from './mime-fault.ts'
import { bareContentId, readPartHeader } from './part-header.ts'
import { decodeTransfer, latin1 } from './transfer-encoding.ts'

export interface MimePart {
  /** Without angle brackets. */
  readonly contentId?: string
  readonly contentType?: string
  /** Decoded; otherwise exactly as they were sent. */
  readonly bytes: Uint8Array
}

export interface Multipart {
  readonly parts: readonly MimePart[]
  /** The part that the others belong to: the one that `start` names, or else the first (RFC 2387, clause 3.2). */
  readonly root: MimePart
}

/** In bytes, as they are sent; a question is about ten thousand. */
export const MIME_LIMITS = { parts: 3, header: 8_192, part: 2 ** 20, total: 2 ** 21 } as const

/** RFC 2046, clause 5.1.1: a blank may stand anywhere but at the end. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/

const [TAB, LF, CR, BLANK, DASH] = [9, 10, 13, 32, 45]

/**
 * Reads a multipart/related message, in one pass over its bytes. A line ends with CRLF or LF alone; what stands before the first
 * boundary and after the closing one is nobody's.
 */
export function readMultipart(
  contentType: string | undefined,
  bytes: Uint8Array,
): Result<Multipart, MimeFault> {
  const type = parseContentType(contentType ?? '')
  if (!type) return fault('content-type')
  if (type.mediaType !== 'multipart/related') return fault('not-multipart')
  const boundary = type.parameters.get('boundary') ?? ''
  if (!BOUNDARY.test(boundary)) return fault('boundary')
  if (bytes.length > MIME_LIMITS.total) return fault('too-large')
  const pieces = splitAtBoundary(bytes, boundary)
  if (!pieces.ok) return pieces

  const parts: MimePart[] = []
  for (const piece of pieces.value) {
    const part = readPart(piece)
    if (!part.ok) return part
    const { contentId } = part.value
    if (contentId !== undefined && parts.some(other => other.contentId === contentId)) {
      return fault('repeated-content-id')
    }
    parts.push(part.value)
  }
  const start = type.parameters.get('start')
  const root =
    start === undefined
      ? parts[0]
      : parts.find(part => part.contentId && part.contentId === bareContentId(start))
  return root ? success({ parts, root }) : fault('no-root')
}

/** What stands between the boundaries: the line end before a boundary belongs to it. */
function splitAtBoundary(bytes: Uint8Array, boundary: string): Result<Uint8Array[], MimeFault> {
  const delimiter = new TextEncoder().encode(`--${boundary}`)
  const pieces: Uint8Array[] = []
  let from: number | undefined
  for (let line = 0; line < bytes.length; line = endOfLine(bytes, line) + 1) {
    const found = boundaryAt(bytes, line, delimiter)
    if (!found) continue
    if (from !== undefined) pieces.push(bytes.subarray(from, Math.max(from, startOfLineEnd(bytes, line))))
    if (found === 'closing') return pieces.length > 0 ? success(pieces) : fault('no-parts')
    if (pieces.length === MIME_LIMITS.parts) return fault('too-many-parts')
    from = Math.min(endOfLine(bytes, line) + 1, bytes.length)
  }
  return fault(from === undefined ? 'no-parts' : 'not-closed')
}

/** Whether the line that starts here is a boundary: white space may stand after it, and nothing else. */
function boundaryAt(bytes: Uint8Array, line: number, delimiter: Uint8Array): 'next' | 'closing' | undefined {
  for (let index = 0; index < delimiter.length; index++) {
    if (bytes[line + index] !== delimiter[index]) return undefined
  }
  let at = line + delimiter.length
  const closing = bytes[at] === DASH && bytes[at + 1] === DASH
  if (closing) at += 2
  while (bytes[at] === BLANK || bytes[at] === TAB) at++
  if (bytes[at] === CR) at++
  if (at < bytes.length && bytes[at] !== LF) return undefined
  return closing ? 'closing' : 'next'
}

/** Where the line that starts here has its line feed; the length of the bytes, where it has none. */
function endOfLine(bytes: Uint8Array, line: number): number {
  let at = line
  while (at < bytes.length && bytes[at] !== LF) at++
  return at
}

/** Where the line end before this line starts. */
function startOfLineEnd(bytes: Uint8Array, line: number): number {
  return bytes[line - 2] === CR ? line - 2 : line - 1
}

function readPart(piece: Uint8Array): Result<MimePart, MimeFault> {
  const lines: string[] = []
  let line = 0
  for (;;) {
    const end = endOfLine(piece, line)
    if (end > MIME_LIMITS.header) return fault('part-header-too-large')
    // A header that goes on to the very end of its part has lost its empty line, and what stood behind it.
    if (end === piece.length) return fault('part-header')
    const text = latin1(piece.subarray(line, piece[end - 1] === CR && end > line ? end - 1 : end))
    line = end + 1
    if (text === '') break
    lines.push(text)
  }
  const header = readPartHeader(lines)
  if (!header.ok) return header
  const { transferEncoding, length, ...said } = header.value
  const encoded = piece.subarray(line)
  if (encoded.length > MIME_LIMITS.part) return fault('too-large')
  if (length !== undefined && length !== String(encoded.length)) return fault('wrong-length')
  const bytes = decodeTransfer(transferEncoding, encoded)
  return bytes ? success({ ...said, bytes }) : fault('transfer-encoding')
}

function fault(problem: MimeProblem): Result<never, MimeFault> {
  return failure(mimeFault(problem))
}
