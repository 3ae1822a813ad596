/** Bytes as they arrive: in pieces of a size, or all at once. */
export async function* inPieces(bytes: Uint8Array | string, size?: number): AsyncGenerator<Uint8Array> {
  const all = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes
  const step = size ?? Math.max(1, all.length)
  for (let at = 0; at < all.length; at += step) yield all.subarray(at, at + step)
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export async function textOfPieces(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await collect(pieces)).toString('utf8')
}
