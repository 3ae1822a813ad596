import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** Why compressed content cannot be read: it is damaged or cut short, or it expands further than is accepted. */
export type PayloadProblem = 'damaged' | 'expands-too-far'

/** The sender's fault: trying again does not help. */
export class UnreadablePayload extends Error {
  readonly problem: PayloadProblem
  constructor(problem: PayloadProblem, cause?: unknown) {
    super(`The compressed content cannot be read: ${problem}`, { cause })
    this.problem = problem
  }
}

/** Below this size (bytes) content may expand as far as it likes: it cannot do harm. */
export const FREE_EXPANSION = 65_536

/**
 * Decompresses gzip content as it streams in. `maxExpansion` is the largest accepted ratio of decompressed to compressed bytes.
 * The reader may stop at any time: both streams are then closed, and the source is told. Throws `UnreadablePayload` for content that
 * is damaged, cut short or expands too far, and what the source throws.
 */
export async function* gunzipped(
  compressed: AsyncIterable<Uint8Array>,
  maxExpansion = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  let given = 0
  // An error of either stream destroys the other, and reaches the reader below; the callback is what keeps it from being unhandled.
  pipeline(Readable.from(compressed, { objectMode: false }), gunzip, () => undefined)
  try {
    for await (const part of gunzip as AsyncIterable<Uint8Array>) {
      given += part.length
      // What was decompressed so far: the stream before it holds more than that.
      const taken = gunzip.bytesWritten
      if (given > FREE_EXPANSION && given > taken * maxExpansion)
        throw new UnreadablePayload('expands-too-far')
      yield part
    }
  } catch (error) {
    throw isZlibError(error) ? new UnreadablePayload('damaged', error) : error
  }
}

/** The two bytes that every gzip file begins with (RFC 1952, 2.3.1). */
export const GZIP_MAGIC = [0x1f, 0x8b] as const

/**
 * Content that its sender may have compressed as a file: what begins as gzip is decompressed, other content passes as it is. Throws as
 * `gunzipped` does.
 */
export async function* plainContent(
  content: AsyncIterable<Uint8Array>,
  maxExpansion: number,
): AsyncGenerator<Uint8Array> {
  const source = content[Symbol.asyncIterator]()
  const start: Uint8Array[] = []
  let length = 0
  for (let ended = false; !ended && length < GZIP_MAGIC.length; ) {
    const next = await source.next()
    ended = next.done === true
    if (next.done) continue
    start.push(next.value)
    length += next.value.length
  }
  async function* whole() {
    try {
      yield* start
      for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
    } finally {
      await source.return?.()
    }
  }
  const first = Buffer.concat(start).subarray(0, GZIP_MAGIC.length)
  const isGzip = GZIP_MAGIC.every((byte, at) => byte === first[at])
  yield* isGzip ? gunzipped(whole(), maxExpansion) : whole()
}

/** Content that may grow to so many bytes. Throws `UnreadablePayload` at the first byte beyond. */
export async function* within(content: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let given = 0
  for await (const part of content) {
    given += part.length
    if (given > FREE_EXPANSION && given > most) throw new UnreadablePayload('expands-too-far')
    yield part
  }
}

/**
 * Compressed content as it came, read through on the way. Throws `UnreadablePayload` at its end where it is empty, damaged or cut short, and
 * what the source throws. Content that expands more than `maxExpansion` times is not read further, and passes.
 */
export async function* checkedGzip(
  compressed: AsyncIterable<Uint8Array>,
  maxExpansion: number,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  let failed: unknown
  let given = 0
  let taken = 0
  const ended = new Promise<void>(resolve => {
    gunzip.on('data', (part: Uint8Array) => {
      given += part.length
    })
    gunzip.once('error', error => {
      failed = error
      resolve()
    })
    gunzip.once('end', resolve)
  })
  const isTooFar = () => given > FREE_EXPANSION && given > taken * maxExpansion
  try {
    for await (const part of compressed) {
      taken += part.length
      if (!failed && !isTooFar()) {
        await new Promise<void>(resolve => {
          gunzip.once('error', resolve)
          gunzip.write(part, () => {
            gunzip.off('error', resolve)
            resolve()
          })
        })
      }
      yield part
    }
    if (isTooFar()) return
    if (!failed) gunzip.end()
    await ended
    if (failed || taken === 0) throw new UnreadablePayload('damaged', failed)
  } finally {
    gunzip.destroy()
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}
