import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** Compressed content that is damaged, or ends before its end. */
export class BrokenGzip extends Error {}

const MAGIC = [0x1f, 0x8b]

/**
 * Decompresses content that may be gzip and is told by its first bytes; other content passes as it is. Throws `BrokenGzip` where gzip is
 * damaged or cut short, which the platform's own `fetch` does not notice, and what the source throws.
 */
export async function* decompressed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]()
  const start: Uint8Array[] = []
  let length = 0
  let ended = false
  while (!ended && length < MAGIC.length) {
    const next = await source.next()
    if (next.done) ended = true
    else {
      start.push(next.value)
      length += next.value.length
    }
  }
  const whole = rest(start, source, ended)
  const first = Buffer.concat(start).subarray(0, MAGIC.length)
  // One byte of the two is as good as cut short.
  const isGzip = first.length > 0 && first.every((byte, at) => byte === MAGIC[at])
  yield* isGzip ? gunzipped(whole) : whole
}

async function* gunzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  // An error of either stream destroys the other and reaches the reader below.
  pipeline(Readable.from(bytes, { objectMode: false }), gunzip, () => undefined)
  try {
    yield* gunzip as AsyncIterable<Uint8Array>
  } catch (error) {
    const zlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
    throw zlib ? new BrokenGzip('Compressed content is damaged or cut short', { cause: error }) : error
  }
}

async function* rest(
  start: readonly Uint8Array[],
  source: AsyncIterator<Uint8Array>,
  ended: boolean,
): AsyncGenerator<Uint8Array> {
  try {
    yield* start
    while (!ended) {
      const next = await source.next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await source.return?.()
  }
}
