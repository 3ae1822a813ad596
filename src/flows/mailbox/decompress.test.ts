import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect } from '../../../test/support/bytes.ts'
import { checkedGzip, FREE_EXPANSION, gunzipped, UnreadablePayload } from './decompress.ts'

test('compressed content that is read through on the way is the same, and cut short anywhere it is damaged (rule 18.10)', async () => {
  const whole = gzipSync(Buffer.from('<File>'.repeat(50)))
  const through = (bytes: Uint8Array) => collect(checkedGzip(inPieces(bytes, [7]), 100))
  expect(Buffer.concat(await through(whole)).equals(whole)).toBe(true)
  for (let length = 0; length < whole.length; length++) {
    await expect(through(whole.subarray(0, length))).rejects.toMatchObject({ problem: 'damaged' })
  }
  // What expands too far is not read on, and is for its reader to refuse.
  const bomb = gzipSync(Buffer.alloc(20_000_000))
  expect(Buffer.concat(await through(bomb)).equals(bomb)).toBe(true)
})

/** Vitest fails a file in which an error is heard by nobody, which is what ended the process. */
describe('decompressing what others send', () => {
  test('content comes out as it went in, however it is cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), pieceSizes, async (content, sizes) => {
        const bytes = await collect(gunzipped(inPieces(gzipSync(content), sizes)))
        expect(Buffer.concat(bytes)).toEqual(Buffer.from(content))
      }),
      { numRuns: 100 },
    )
  })

  test('cut short anywhere, it is damaged and nothing else happens', async () => {
    const whole = gzipSync(Buffer.from('<File>'.repeat(500)))
    for (let length = 2; length < whole.length; length++) {
      await expect(collect(gunzipped(inPieces(whole.subarray(0, length), [7])))).rejects.toMatchObject({
        problem: 'damaged',
      })
    }
  })

  test('any byte changed is read as sent or is damaged', async () => {
    const content = Buffer.from('<File>'.repeat(100))
    const whole = gzipSync(content)
    for (let at = 10; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 0x41
      const read = await collect(gunzipped(inPieces(changed, [16]))).then(
        Buffer.concat,
        (error: unknown) => error,
      )
      if (read instanceof Error) expect(read).toBeInstanceOf(UnreadablePayload)
      else expect(read).toEqual(content)
    }
  })

  test('a reader may stop after any piece, also while more is on its way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 20 }), fc.nat({ max: 3 }), async (pieces, delay) => {
        let closed = false
        const source = async function* () {
          try {
            for (const piece of cut(gzipSync(Buffer.alloc(400_000, 'x<y')), [50])) {
              await new Promise(resolve => setTimeout(resolve, delay))
              yield piece
            }
          } finally {
            closed = true
          }
        }
        let taken = 0
        for await (const _piece of gunzipped(source())) if (++taken > pieces) break
        await new Promise(resolve => setTimeout(resolve, 3 * delay + 5))
        expect(closed).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('an error of the source reaches the reader as it is', async () => {
    const broken = new Error('The database is gone')
    const source = async function* () {
      yield gzipSync(Buffer.alloc(1_000_000, 'abc')).subarray(0, 300)
      throw broken
    }
    await expect(collect(gunzipped(source()))).rejects.toBe(broken)
  })

  test('what expands too far is refused long before it is read to its end', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    let given = 0
    const read = async () => {
      for await (const piece of gunzipped(inPieces(bomb, [1_000]), 100)) given += piece.length
    }
    await expect(read()).rejects.toMatchObject({ problem: 'expands-too-far' })
    expect(given).toBeLessThan(1_000_000)
  })

  test('a little content may expand as far as it likes', async () => {
    const small = Buffer.alloc(FREE_EXPANSION)
    expect(Buffer.concat(await collect(gunzipped(inPieces(gzipSync(small), [100]), 2)))).toEqual(small)
  })
})

const pieceSizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 })

function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let from = 0, nth = 0; from < bytes.length; nth++) {
    const size = sizes[nth % sizes.length] ?? bytes.length
    yield bytes.subarray(from, from + size)
    from += size
  }
}

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  yield* cut(bytes, sizes)
}
