import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StorageUnavailable } from '../src/flows/storage-unavailable.ts'
import { ANSWER_FLOWS } from './support/flow-cuts/answer-cases.ts'
import { type CutBench, openCutBench } from './support/flow-cuts/cut-bench.ts'
import type { FlowCase } from './support/flow-cuts/flow-case.ts'
import { INTERFACE_FLOWS } from './support/flow-cuts/interface-cases.ts'
import { MAILBOX_FLOWS } from './support/flow-cuts/mailbox-cases.ts'
import { NOTIFICATION_FLOWS } from './support/flow-cuts/notification-cases.ts'
import { REGISTRATION_FLOWS } from './support/flow-cuts/registration-cases.ts'
import { RELAY_FLOWS } from './support/flow-cuts/relay-cases.ts'
import { RETENTION_FLOWS } from './support/flow-cuts/retention-cases.ts'
import { UPLOAD_FLOWS } from './support/flow-cuts/upload-cases.ts'
import { WATCH_FLOWS } from './support/flow-cuts/watch-cases.ts'
import { PART, TEST_SERVER } from './support/suite.ts'

/** No flow sends more packets. */
const MOST_PACKETS = 200
/** How often the server ends connections while some flow is on its way. */
const TERMINATIONS = 60
/** Those first that look at every authority there is. */
const FLOWS = [
  ...WATCH_FLOWS,
  ...REGISTRATION_FLOWS,
  ...MAILBOX_FLOWS,
  ...NOTIFICATION_FLOWS,
  ...ANSWER_FLOWS,
  ...UPLOAD_FLOWS,
  ...RELAY_FLOWS,
  ...RETENTION_FLOWS,
  ...INTERFACE_FLOWS,
]

/** Every flow with a transaction does what it does once and on record, or not at all, wherever its connection is lost. */
describe.skipIf(PART === 'everyday' || !TEST_SERVER)('a flow whose connection is lost', () => {
  let bench: CutBench
  beforeAll(async () => {
    bench = await openCutBench(TEST_SERVER ?? '')
  })
  afterAll(() => bench.close())

  /** Does it while `cut` may cut it, and once more where that failed. */
  const attempt = async ({ prepare, again, pause = 0 }: FlowCase, cut: () => Promise<void> | void) => {
    const { act, done } = await prepare(bench)
    const cutting = cut()
    const error = await act(bench.cutStorage).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    bench.proxy.cutAtPacket(0)
    await cutting
    await bench.settled()
    const counts = await bench.numbers(done)
    const each = (count: number) => Object.fromEntries(Object.keys(counts).map(name => [name, count]))
    if (error === undefined) {
      expect(counts, 'success is committed').toEqual(each(1))
      return
    }
    if (!(error instanceof StorageUnavailable)) throw error
    const isDone = Object.values(counts)[0] === 1
    expect(counts, 'all of it or nothing').toEqual(each(isDone ? 1 : 0))
    bench.pass(pause)
    await bench.answers()
    await act(bench.cutStorage)
    const times = isDone ? 2 : 1
    const expected = { nothing: each(1), recorded: { ...each(1), audited: times }, anew: each(times) }
    expect(await bench.numbers(done), 'once, however often it was tried').toEqual(expected[again])
  }

  describe.each(['packet', 'answer'] as const)('with the %s', lost => {
    test.each(FLOWS.map(flow => [flow.name, flow] as const))('%s', async (_name, flow) => {
      let nth = 0
      let isCut = true
      const cut = () => bench.proxy.cutAtPacket(++nth, lost)
      while (isCut) {
        await attempt(flow, cut).catch((error: unknown) => {
          throw new Error(`packet ${nth}: ${error instanceof Error ? error.message : error}`, {
            cause: error,
          })
        })
        isCut = bench.proxy.wasCut()
        expect(nth).toBeLessThan(MOST_PACKETS)
      }
      expect(nth, 'packets that were cut, and one').toBeGreaterThan(1)
    })
  })

  test('whenever the server ends it', async () => {
    const anyFlow = fc.constantFrom(...FLOWS)
    await fc.assert(
      fc.asyncProperty(anyFlow, fc.integer({ min: 0, max: 20 }), (flow, ms) =>
        attempt(flow, async () => {
          await sleep(ms)
          await bench.terminate()
        }),
      ),
      { numRuns: TERMINATIONS },
    )
  })
})
