import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './testing.ts'
import type { ShownIssues } from './watch-words.ts'

const WATCHED = '2026-06-15T12:00:00.000Z'
const SILENT = {
  authority: '801',
  kind: 'silent',
  subject: '',
  since: '2026-06-12T12:00:00.000Z',
  raisedAt: '2026-06-14T12:00:00.000Z',
  what: 'No file was applied for more than 48 hours.',
  todo: 'Send a file.',
}

describe('cpis watch', () => {
  let server: Server
  let answer: { status: number; body: unknown }
  let variables: Record<string, string>

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer.body))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    variables = { CPIS_ADMIN_PORT: String(port), CPIS_ADMIN_TOKEN: 'a-secret-of-the-operator' }
  })
  afterAll(() => new Promise(resolve => server.close(resolve)))

  const watch = (shown: ShownIssues, ...args: string[]) => {
    answer = { status: 200, body: shown }
    return runCli(['watch', ...args], { variables })
  }

  test('nothing is wrong: 0, with when that was looked at', async () => {
    const { exitCode, out } = await watch({ current: true, watchedAt: WATCHED, concerns: [] })
    expect(exitCode).toBe(0)
    expect(out).toBe('Nothing is wrong (looked at 15 June 2026 at 13:00).')
  })

  test('something is wrong: 1, a table and what to do', async () => {
    const { exitCode, out, err } = await watch({ current: true, watchedAt: WATCHED, concerns: [SILENT] })
    expect(exitCode).toBe(1)
    expect(err).toBe('cpis: One thing is wrong.')
    expect(out.split('\n')).toEqual([
      'authority  concern  since                  what is wrong',
      '801        silent   12 June 2026 at 13:00  No file was applied for more than 48 hours.',
      '',
      'What to do',
      '  silent: Send a file.',
      '',
      'One thing is wrong (looked at 15 June 2026 at 13:00).',
    ])
  })

  test('machines read the concerns themselves', async () => {
    const { exitCode, out } = await watch({ current: true, concerns: [SILENT] }, '--json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ current: true, concerns: [SILENT] })
  })

  test.each([
    { concerns: [] },
    { concerns: [SILENT] },
    { concerns: [], watchedAt: WATCHED },
  ])('what was not looked at lately is unknown, whatever is listed: %j', async shown => {
    const { exitCode, err } = await watch({ current: false, ...shown })
    expect(exitCode).toBe(2)
    expect(err).toContain('not been looked at for too long')
  })

  test.each([
    ['refuses', 401],
    ['does not know the question', 404],
    ['is broken', 500],
  ])('a service that %s is not one in which nothing is wrong', async (_what, status) => {
    answer = { status, body: { error: 'No.' } }
    expect((await runCli(['watch'], { variables })).exitCode).toBe(2)
  })

  test.each([
    ['is not there', { CPIS_ADMIN_PORT: '1', CPIS_ADMIN_TOKEN: 'a-secret-of-the-operator' }],
    ['is not configured', { CPIS_ADMIN_PORT: 'eighty' }],
    ['has no known secret', { CPIS_MODE: 'sandbox', CPIS_DATA_DIR: '/nonexistent/cpis' }],
  ])('nor is one that %s', async (_what, broken) => {
    const { exitCode, err } = await runCli(['watch'], { variables: broken })
    expect(exitCode).toBe(2)
    expect(err).not.toBe('')
  })

  test('followed, it says what has changed, and ends as the last look did', async () => {
    answer = { status: 200, body: { current: true, watchedAt: WATCHED, concerns: [SILENT] } }
    const seen: string[] = []
    const ended = runCli(['watch', '--follow', '--every', '1', '--json'], {
      variables,
      terminal: {
        out: text => {
          seen.push(text)
          if (seen.length > 1) process.emit('SIGTERM')
          else answer = { status: 200, body: { current: true, watchedAt: SILENT.since, concerns: [] } }
        },
        err: () => undefined,
        style: (_style, text) => text,
        watched: false,
        interactive: false,
      },
    })
    expect((await ended).exitCode).toBe(0)
    expect(seen.map(text => JSON.parse(text).concerns.length)).toEqual([1, 0])
  })
})
