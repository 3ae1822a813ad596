import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './testing.ts'

const HOLD = {
  id: '01900000-0000-7000-8000-000000000001',
  what: { person: '9990000018' },
  reason: 'Inquiry 7',
  placedAt: '2026-06-15T12:00:00.000Z',
  placedBy: 'operator',
}
const PLANS = {
  kind: 'plans',
  words: 'plans, what was taken back of plans, and to whom single plans passed',
  days: 730,
  current: true,
  last: {
    endedAt: '2026-06-15T12:00:00.000Z',
    counts: {
      held: 12_345,
      past: 2,
      onHold: 2,
      removed: 7,
      soon: 3,
      oldest: '2024-06-01T00:00:00.000Z',
      nextAt: '2026-06-20T00:00:00.000Z',
    },
  },
}
const { last: _last, ...NEVER } = PLANS

describe('cpis retention', () => {
  let server: Server
  let answer: { status: number; body: unknown }
  let asked: { path: string; body: string }
  let variables: Record<string, string>

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = ''
      for await (const piece of request) body += String(piece)
      asked = { path: `${request.method} ${request.url}`, body }
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer.body))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    variables = { CPIS_ADMIN_PORT: String(port), CPIS_ADMIN_TOKEN: 'a-secret-of-the-operator' }
  })
  afterAll(() => new Promise(resolve => server.close(resolve)))

  const cpis = (body: unknown, args: readonly string[], status = 200) => {
    answer = { status, body }
    return runCli(['retention', ...args], { variables })
  }

  test('what is held of each kind, the oldest, and what goes next (rule 23.11)', async () => {
    const { exitCode, out } = await cpis({ current: true, kinds: [PLANS], holds: [HOLD] }, [])
    expect(exitCode).toBe(0)
    expect(out.split('\n')).toEqual([
      'period    rows    past period  counts from  next goes     in 30 days  looked at              what',
      '730 days  12,345  2            1 June 2024  20 June 2026  3           15 June 2026 at 13:00  plans, what was taken back of plans, and to whom single plans passed',
      '',
      '1 legal hold.',
    ])
  })

  test('where no pass ended lately the counts are no answer: 2, and it never says 0 (rule 23.11)', async () => {
    const { exitCode, out, err } = await cpis({ current: false, kinds: [NEVER], holds: [] }, [])
    expect(exitCode).toBe(2)
    expect(err).toContain('No pass over every kind ended lately')
    expect(out).toContain('730 days  not known  not known    -            -          not known   never')
  })

  test('machines read the counts themselves', async () => {
    const shown = { current: true, kinds: [PLANS], holds: [] }
    expect(JSON.parse((await cpis(shown, ['--json'])).out)).toEqual(shown)
  })

  test('a hold is placed, listed and released (rule 23.10)', async () => {
    const placed = await cpis(HOLD, ['hold', 'add', '--person', '9990000018', '--reason', 'Inquiry 7'], 201)
    expect(placed.out).toBe(`Hold ${HOLD.id}: person 9990000018.`)
    expect(asked).toEqual({
      path: 'POST /retention/holds',
      body: JSON.stringify({ person: '9990000018', reason: 'Inquiry 7' }),
    })
    expect((await cpis([HOLD], ['hold', 'list'])).out).toContain('operator  Inquiry 7')
    expect((await cpis([], ['hold', 'list'])).out).toBe('There is no legal hold.')
    expect((await cpis(HOLD, ['hold', 'release', HOLD.id])).exitCode).toBe(0)
    expect(asked.path).toBe(`POST /retention/holds/${HOLD.id}/release`)
    const refused = await cpis({ error: 'No such hold.' }, ['hold', 'release', 'x'], 404)
    expect([refused.exitCode, refused.err]).toEqual([1, 'cpis: No such hold.'])
  })
})
