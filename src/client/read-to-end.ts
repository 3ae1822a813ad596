/** More came than is read: whoever sends it is not who we think, or has lost its way. */
export class TooLongToRead extends Error {
  constructor(most: number) {
    super(`More than ${most} bytes came`)
  }
}

/**
 * A stream's bytes, read to its end. Throws `TooLongToRead` at the first byte beyond `most`, and what the stream throws; in both
 * cases the stream is closed.
 */
export async function readToEnd(
  stream: AsyncIterable<Uint8Array> | null | undefined,
  most: number,
): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of stream ?? []) {
    length += piece.length
    if (length > most) throw new TooLongToRead(most)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** A stream's content as JSON; throws as `readToEnd` does, and `SyntaxError`. */
export async function readJsonToEnd(
  stream: AsyncIterable<Uint8Array> | null | undefined,
  most: number,
): Promise<unknown> {
  return JSON.parse((await readToEnd(stream, most)).toString('utf8'))
}
