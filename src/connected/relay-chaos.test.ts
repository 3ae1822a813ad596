import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collect, textOfPieces } from '../../test/support/bytes.ts'
import { CPIS, UPLOAD } from '../../test/support/mesh.ts'
import { rounds } from '../../test/support/suite.ts'
import { readPayload } from '../flows/mailbox/read-payload.ts'
import { type Mishap, openRelayBench, type RelayBench } from './testing.ts'

let bench: RelayBench
beforeAll(async () => {
  bench = await openRelayBench()
})
afterAll(() => bench.close())

const FATES = ['well', 'well', 'well', 'never arrives', 'no answer', '503', '429', 'half an answer'] as const
type Fate = (typeof FATES)[number]

const befall: Readonly<Record<Fate, (pass: () => Promise<Response>) => Promise<Response>>> = {
  well: pass => pass(),
  'never arrives': () => Promise.reject(new Error('ECONNREFUSED')),
  'no answer': async pass => {
    await (await pass()).arrayBuffer()
    throw new Error('ECONNRESET')
  },
  '503': async () => new Response('', { status: 503 }),
  '429': async () => new Response('', { status: 429, headers: { 'retry-after': '30' } }),
  'half an answer': async pass => {
    const whole = await pass()
    const bytes = new Uint8Array(await whole.arrayBuffer())
    const half = new ReadableStream({
      start: stream => {
        stream.enqueue(bytes.subarray(0, Math.floor(bytes.length / 2)))
        stream.error(new Error('ECONNRESET'))
      },
    })
    return new Response(half, { status: whole.status, headers: whole.headers })
  },
}

const MINUTE = 60_000
/** Longer than any turn, lease or pause. */
const LONG = 61 * MINUTE

/** What a file or an answer holds: some are of several chunks. */
const contentOf = (name: string, nth: number) => `<${name}>${nth}${'.'.repeat((nth % 3) * 90_000)}</${name}>`

test('whatever befalls each request, and whenever the process dies: every message arrives once, and answers in their order', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom(...FATES), { minLength: 5, maxLength: 40 }),
    fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    async (fates, deaths) => {
      await bench.startAfresh()
      const files = [0, 1, 2].map(nth => contentOf('file', nth))
      const answers = [0, 1, 2].map(nth => contentOf('answer', nth))
      for (const file of files)
        await bench.authority().send(Buffer.from(file), { to: CPIS, workflowId: UPLOAD })
      for (const answer of answers) await bench.tell(answer)

      const remaining = [...fates]
      const mishap: Mishap = (_request, pass) => befall[remaining.shift() ?? 'well'](pass)
      bench.mishap(mishap)
      for (const dies of deaths) {
        bench.inside.breakAudit(dies)
        await bench.fetchRound().catch(() => undefined)
        await bench.sendRound().catch(() => undefined)
        bench.pass(6 * MINUTE)
      }
      bench.inside.breakAudit(false)
      bench.mishap()
      for (let round = 0; round < 3; round++) {
        bench.pass(LONG)
        await bench.fetchRound()
        await bench.sendRound()
      }

      const { storage } = bench.inside
      const { messages } = await storage.messages.inbox({ mailbox: CPIS, limit: 100 })
      const fetched = await Promise.all(
        messages.map(message => textOfPieces(readPayload(storage.payloads, message))),
      )
      expect(fetched.sort()).toEqual(files)
      expect((await bench.inside.jobs()).sort()).toEqual(messages.map(({ id }) => id).sort())
      expect(await collect(bench.authority(CPIS).inbox())).toEqual([])

      const received: string[] = []
      for await (const id of bench.authority().inbox()) {
        received.push(await textOfPieces((await bench.authority().download(id)).content))
      }
      expect(received).toEqual(answers)
    },
  )
  const numRuns = Number(process.env['CPIS_CHAOS_RUNS'] ?? rounds({ everyday: 8, rest: 25 }))
  await fc.assert(property, { numRuns })
})
