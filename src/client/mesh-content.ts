import { MeshError } from './mesh-error.ts'

/** What a message carries. A stream is read as it is sent; its size must be known before, since it decides the chunks. */
export type MeshContent =
  | Uint8Array
  | Blob
  | { readonly size: number; readonly stream: AsyncIterable<Uint8Array> }

/**
 * Cuts content into chunks of at most `limit` bytes, of which one is held at a time; at least one chunk. Throws `MeshError`
 * when a stream is longer or shorter than it was said to be.
 */
export function inChunks(
  content: MeshContent,
  limit: number,
): { readonly total: number; readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>> } {
  const size = content instanceof Uint8Array ? content.length : content.size
  const total = Math.max(1, Math.ceil(size / limit))
  if ('stream' in content && !(content instanceof Blob)) {
    return { total, chunks: streamed(content.stream, size, limit) }
  }
  return { total, chunks: sliced(content, total, limit) }
}

async function* sliced(content: Uint8Array | Blob, total: number, limit: number) {
  for (let number = 0; number < total; number++) {
    const part = content.slice(number * limit, (number + 1) * limit)
    yield new Uint8Array(part instanceof Blob ? await part.arrayBuffer() : part)
  }
}

async function* streamed(stream: AsyncIterable<Uint8Array>, size: number, limit: number) {
  const chunkAt = (start: number) => new Uint8Array(Math.min(limit, size - start))
  let chunk = chunkAt(0)
  let start = 0
  let filled = 0
  for await (let part of stream) {
    if (start + filled + part.length > size) throw wrongSize(size)
    while (filled + part.length > chunk.length) {
      const fitting = part.subarray(0, chunk.length - filled)
      chunk.set(fitting, filled)
      part = part.subarray(fitting.length)
      yield chunk
      start += chunk.length
      filled = 0
      chunk = chunkAt(start)
    }
    chunk.set(part, filled)
    filled += part.length
  }
  if (filled < chunk.length) throw wrongSize(size)
  yield chunk
}

function wrongSize(size: number): MeshError {
  return new MeshError(`send: the stream is not of the ${size} bytes that were announced`)
}
