/**
 * Cuts a stream into chunks of at most `limit` bytes, at least one chunk. Each chunk is itself a stream, to be read to its end
 * before the next is asked for: nothing is held but the part at hand.
 */
export async function* chunksOf(
  bytes: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<AsyncIterable<Uint8Array>> {
  const source = bytes[Symbol.asyncIterator]()
  let rest: Uint8Array | undefined = new Uint8Array()
  const part = async () => {
    while (rest?.length === 0) {
      const next = await source.next()
      rest = next.done ? undefined : next.value
    }
    return rest
  }
  async function* chunk(): AsyncGenerator<Uint8Array> {
    for (let room = limit; room > 0; ) {
      const next = await part()
      if (!next) return
      const fitting = next.subarray(0, room)
      rest = next.subarray(fitting.length)
      room -= fitting.length
      yield fitting
    }
  }
  try {
    do yield chunk()
    while (await part())
  } finally {
    await source.return?.()
  }
}
