import { failure, type Result, success } from '../../domain/result.ts'
import { declaredEncoding, LONGEST_DECLARATION, singleByteEncoding } from './declared-encoding.ts'

/**
 * The encodings a document may have (rule 3.13), as `TextDecoder` names them: UTF-8, UTF-16, or where it declares one an encoding of one
 * byte a character.
 */
export type XmlEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | (string & {})

/** A byte that the encoding does not allow, or an encoding that is not accepted. */
export interface DecodingFault {
  readonly encoding: XmlEncoding
  /** The characters before the wrong byte that were not handed out yet. */
  readonly before: string
  readonly detail: string
}

export interface TextPiece {
  readonly encoding: XmlEncoding
  readonly text: string
}

/**
 * Bytes as text in small pieces. A byte order mark decides the encoding and is taken off; without one the XML declaration does where it
 * names an encoding of one byte a character; otherwise it is UTF-8. A byte that
 * the encoding does not allow is a fault, and ends it.
 */
export async function* decodeXml(
  bytes: AsyncIterable<Uint8Array>,
  pieceSize: number,
): AsyncGenerator<Result<TextPiece, DecodingFault>> {
  let encoding: XmlEncoding | undefined
  let rest: Uint8Array = new Uint8Array()
  for await (const chunk of bytes) {
    if (!encoding) {
      rest = joined(rest, chunk)
      if (rest.length < 4) continue
      if (mayDeclare(rest)) continue
      const start = startOf(rest)
      if (!start) return yield failure(unknownEncoding(rest))
      encoding = start.encoding
      rest = rest.subarray(start.markLength)
    } else rest = joined(rest, chunk)
    while (rest.length >= pieceSize) {
      const length = wholeCharacters(rest.subarray(0, pieceSize), encoding)
      const piece = decode(rest.subarray(0, length), encoding)
      yield piece
      if (!piece.ok) return
      rest = rest.subarray(length)
    }
  }
  const start = encoding ? { encoding, markLength: 0 } : startOf(rest)
  if (!start) return yield failure(unknownEncoding(rest))
  yield decode(rest.subarray(start.markLength), start.encoding)
}

function unknownEncoding([a, b]: Uint8Array): DecodingFault {
  const isGzip = a === 0x1f && b === 0x8b
  const isZip = a === 0x50 && b === 0x4b
  const detail = isGzip
    ? 'The file is compressed with gzip, and was compressed before that: compress it once.'
    : isZip
      ? 'The file is a ZIP archive: send the XML in it, by itself or compressed with gzip.'
      : 'The file is neither UTF-8 nor UTF-16 with a byte order mark, and declares no other encoding.'
  return { encoding: 'utf-8', before: '', detail }
}

/** Whether a declaration has begun that is still to end. */
function mayDeclare(bytes: Uint8Array): boolean {
  if (bytes.length >= LONGEST_DECLARATION) return false
  const text = Buffer.from(bytes).toString('latin1')
  return text.startsWith('<?xml'.slice(0, text.length)) && !text.includes('?>')
}

/** What the first bytes say (XML 1.0, appendix F); undefined where nobody can know. */
function startOf(bytes: Uint8Array): { encoding: XmlEncoding; markLength: number } | undefined {
  const [a, b, c, d] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', markLength: 3 }
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', markLength: 2 }
  const utf32 = c === 0 && d === 0
  if (a === 0xff && b === 0xfe && !utf32) return { encoding: 'utf-16le', markLength: 2 }
  const zeroAhead = a === 0 || b === 0 || utf32
  const archive = (a === 0x1f && b === 0x8b) || (a === 0x50 && b === 0x4b)
  if (zeroAhead || archive) return undefined
  const declared = declaredEncoding(bytes)
  return { encoding: (declared && singleByteEncoding(declared)) ?? 'utf-8', markLength: 0 }
}

/** How many of these bytes make whole characters: one that is cut off at the end waits for the next piece. */
function wholeCharacters(bytes: Uint8Array, encoding: XmlEncoding): number {
  const { length } = bytes
  if (encoding === 'utf-8') {
    for (let back = 1; back <= 3; back++) {
      const byte = bytes[length - back] ?? 0
      if (byte < 0x80) return length
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0
      if (needed > 0) return needed > back ? length - back : length
    }
    return length
  }
  if (!encoding.startsWith('utf-16')) return length
  const even = length - (length % 2)
  const high = bytes[encoding === 'utf-16le' ? even - 1 : even - 2] ?? 0
  return high >= 0xd8 && high <= 0xdb ? even - 2 : even
}

function decode(bytes: Uint8Array, encoding: XmlEncoding): Result<TextPiece, DecodingFault> {
  const text = decoded(bytes, encoding, false)
  if (text !== undefined) return success({ encoding, text })
  let good = 0
  for (let bad = bytes.length; bad - good > 1; ) {
    const middle = Math.floor((good + bad) / 2)
    if (decoded(bytes.subarray(0, middle), encoding, true) === undefined) bad = middle
    else good = middle
  }
  return failure({
    encoding,
    before: decoded(bytes.subarray(0, good), encoding, true) ?? '',
    detail: `A byte stands here that ${nameOf(encoding)} does not allow.`,
  })
}

function nameOf(encoding: XmlEncoding): string {
  return encoding.startsWith('utf-16') ? 'UTF-16' : encoding.toUpperCase()
}

/** `unfinished` allows a last character that is cut off. */
function decoded(bytes: Uint8Array, encoding: XmlEncoding, unfinished: boolean): string | undefined {
  // To `TextDecoder` it would be another name of windows-1252.
  if (encoding === 'us-ascii' && bytes.some(byte => byte > 0x7f)) return undefined
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: unfinished })
  } catch {
    return undefined
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  return first.length === 0 ? second : new Uint8Array(Buffer.concat([first, second]))
}
