import { gunzipped, UnreadablePayload } from '../../../flows/mailbox/decompress.ts'

/** Why the content of a request is not taken, with the status that the HTTP server gives such errors. */
export class UnreadableContent extends Error {
  readonly statusCode: 400 | 413 | 415
  /** A sentence that quotes nothing of the request. */
  readonly detail: string
  constructor(statusCode: 400 | 413 | 415, detail: string) {
    super(`The content of the request cannot be read: ${detail}`)
    this.statusCode = statusCode
    this.detail = detail
  }
}

/**
 * The content of a request as it was before it was coded: gzip is taken, in at most `limit` bytes, and any other coding is refused
 * by its kind (RFC 9110, clauses 8.4.1 and 15.5.16). Rejects with `UnreadableContent`.
 */
export async function decodedContent(
  bytes: Uint8Array,
  contentEncoding: string | undefined,
  limit: number,
): Promise<Uint8Array> {
  const coding = contentEncoding?.trim().toLowerCase() ?? ''
  if (coding === '' || coding === 'identity') return bytes
  if (coding !== 'gzip' && coding !== 'x-gzip') {
    throw new UnreadableContent(
      415,
      'the Content-Encoding of the request is not taken: send it with gzip, or without one.',
    )
  }
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const part of gunzipped(onePiece(bytes))) {
      length += part.length
      if (length > limit) throw new UnreadableContent(413, 'the decompressed request is longer than is read.')
      parts.push(part)
    }
  } catch (error) {
    if (!(error instanceof UnreadablePayload)) throw error
    throw new UnreadableContent(400, 'the gzip content of the request is damaged or cut short.')
  }
  return Buffer.concat(parts)
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
