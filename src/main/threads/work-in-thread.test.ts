import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { capturedLog } from '../../../test/support/capture.ts'
import { readConfig } from '../config.ts'
import { workInThread } from './work-in-thread.ts'

const directory = mkdtempSync(join(tmpdir(), 'cpis-thread-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A thread that runs the lines given, with `port` to speak over and `log` to be heard by. */
function threadOf(name: string, lines: string): URL {
  const file = join(directory, `${name}.mjs`)
  writeFileSync(
    file,
    `import { parentPort as port } from 'node:worker_threads'
    const log = message => port.postMessage({ kind: 'log', level: 'warn', message, fields: {} })
    const started = () => port.postMessage({ kind: 'started' })
    ${lines}`,
  )
  return pathToFileURL(file)
}

describe('background work in a thread of its own', () => {
  const order = { config: readConfig({ CPIS_STOP_SECONDS: '1' }), pdsUrl: 'http://127.0.0.1:1', keptHere: [] }

  test.each([
    ['throws', 'setTimeout(() => { throw new Error("broken") }, 300)'],
    ['rejects', 'setTimeout(() => Promise.reject(new Error("broken")), 300)'],
    ['exits', 'setTimeout(() => process.exit(3), 300)'],
    [
      'uses up its memory',
      'setTimeout(() => { const all = []; for (;;) all.push(new Array(1e6).fill(all)) }, 300)',
    ],
  ])(
    'a thread that %s is started again, and the service goes on',
    async (how, end) => {
      const { logger, lines } = capturedLog()
      const file = threadOf(
        how.replaceAll(' ', '-'),
        `started()
      log('begun')
      port.on('message', told => told === 'stop' && port.close())
      ${end}`,
      )
      const work = await workInThread(order, logger, file)
      const begun = () => lines.filter(line => line.includes('begun')).length
      await vi.waitFor(() => expect(begun()).toBeGreaterThan(1), { timeout: 30_000, interval: 50 })
      await work.stop()
      const after = begun()
      expect(lines.join()).toContain('background work ended and is started again')
      await new Promise(resolve => setTimeout(resolve, 200))
      expect(begun()).toBe(after)
    },
    40_000,
  )

  test('what it is told reaches it, and it may end its work before it stops', async () => {
    const { logger, lines } = capturedLog()
    const file = threadOf(
      'told',
      `port.on('message', told => {
        log(told)
        if (told === 'stop') setTimeout(() => { log('done'); port.close() }, 100)
      })
      started()`,
    )
    const work = await workInThread(order, logger, file)
    work.answerKept()
    await work.stop()
    expect(lines.map(line => JSON.parse(line).msg)).toEqual(['answer-kept', 'stop', 'done'])
  })

  test('one that does not stop is ended', async () => {
    const file = threadOf('stuck', 'started(); setInterval(() => {}, 1000)')
    await (await workInThread(order, capturedLog().logger, file)).stop()
  }, 10_000)

  test('told to stop while a thread starts again, it stops when that one has started', async () => {
    const { logger, lines } = capturedLog()
    const file = threadOf(
      'slow',
      `import { existsSync, writeFileSync } from 'node:fs'
      const before = new URL('slow.begun', import.meta.url)
      port.on('message', told => told === 'stop' && port.close())
      if (existsSync(before)) {
        log('starts again')
        setTimeout(started, 700)
      } else {
        writeFileSync(before, '')
        started()
        setTimeout(() => process.exit(3), 300)
      }`,
    )
    const work = await workInThread(order, logger, file)
    await vi.waitFor(() => expect(lines.join()).toContain('starts again'), { timeout: 10_000, interval: 20 })
    const begun = performance.now()
    await work.stop()
    // Without being told, it would be ended only after the whole time that stopping may take.
    expect(performance.now() - begun).toBeLessThan(2_500)
  }, 20_000)

  test('a start that fails is told with its reason', async () => {
    const file = threadOf('failing', 'throw new Error("no database")')
    await expect(workInThread(order, capturedLog().logger, file)).rejects.toThrow('no database')
  })
})
