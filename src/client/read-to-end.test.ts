import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJsonToEnd, readToEnd, TooLongToRead } from './read-to-end.ts'

describe('reading a stream to its end', () => {
  test('all of it, in order, up to the limit and not beyond', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 50 })),
        fc.nat({ max: 500 }),
        async (pieces, most) => {
          const whole = Buffer.concat(pieces)
          let closed = false
          const stream = async function* () {
            try {
              yield* pieces
            } finally {
              closed = true
            }
          }
          const read = await readToEnd(stream(), most).catch((error: unknown) => error)
          if (whole.length > most) expect(read).toBeInstanceOf(TooLongToRead)
          else expect(read).toEqual(whole)
          expect(closed).toBe(true)
        },
      ),
    )
  })

  test('a stream without an end is left at the limit', async () => {
    const endless = async function* () {
      for (;;) yield Buffer.alloc(1_000)
    }
    await expect(readToEnd(endless(), 10_000)).rejects.toBeInstanceOf(TooLongToRead)
  })

  test('what breaks off is not taken for the whole', async () => {
    const broken = async function* () {
      yield Buffer.from('{"total":')
      throw new Error('broken off')
    }
    await expect(readToEnd(broken(), 100)).rejects.toThrow('broken off')
  })

  test('JSON is JSON or an error', async () => {
    const of = (text: string) => new Response(text).body
    expect(await readJsonToEnd(of('{"total":0}'), 100)).toEqual({ total: 0 })
    await expect(readJsonToEnd(of('{"total":'), 100)).rejects.toBeInstanceOf(SyntaxError)
    await expect(readJsonToEnd(null, 100)).rejects.toBeInstanceOf(SyntaxError)
  })
})
