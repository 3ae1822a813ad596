import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { collect, textOfPieces } from '../../test/support/bytes.ts'
import { ALPHA, BETA, CPIS } from '../../test/support/mesh.ts'
import { storedAuthority } from '../../test/support/records.ts'
import type { MailboxId } from '../domain/organisation.ts'
import { expireMessages } from '../flows/mailbox/expire-messages.ts'
import { relayOutbound } from '../flows/relay/relay-outbound.ts'
import { ANSWER, openRelayBench, type RelayBench } from './testing.ts'

let bench: RelayBench
beforeAll(async () => {
  bench = await openRelayBench()
})
beforeEach(() => bench.startAfresh())
afterAll(() => bench.close())

const SETTLED = 60_000
const LEASE = 300_000
const HOUR = 3_600_000
const DAY = 24 * HOUR

const statusOf = async (id: string) => (await bench.inside.storage.messages.find(id))?.status
/** What the authority has in its mailbox, in order. */
const received = async (mailbox: MailboxId = ALPHA) => {
  const mesh = bench.authority(mailbox)
  const all: Buffer[] = []
  for await (const id of mesh.inbox())
    all.push(Buffer.concat(await collect((await mesh.download(id)).content)))
  return all
}
const texts = async (mailbox?: MailboxId) => (await received(mailbox)).map(String)
const lost = async (pass: () => Promise<Response>): Promise<Response> => {
  await pass()
  throw new Error('ECONNRESET')
}
const isPost = ({ method, path }: { method: string; path: string }, end: RegExp) =>
  method === 'POST' && end.test(path)
const unavailable = { fault: { kind: 'unavailable' } }

describe('what CP-IS puts into a mailbox', () => {
  test('never leaves the service where its owner comes to us, however often it is tried (rule 18.11)', async () => {
    const kept = await bench.tell('<made-up/>')
    await bench.tell('<real/>', BETA)
    const keeping = { ...bench.deps, keptHere: [ALPHA] }
    expect(await relayOutbound(keeping)).toEqual({ sent: 1, refused: 0 })
    bench.pass(DAY)
    expect(await relayOutbound(keeping)).toEqual({ sent: 0, refused: 0 })
    expect([await texts(), await texts(BETA), await statusOf(kept)]).toEqual([[], ['<real/>'], 'accepted'])
  })

  test('a server that does not answer while a message is sent is known since when (rule 18.9)', async () => {
    await bench.tell('<answer/>')
    const silence = Promise.withResolvers<Response>()
    const asked = Promise.withResolvers<void>()
    bench.mishap(() => {
      asked.resolve()
      return silence.promise
    })
    const round = bench.sendRound()
    await asked.promise
    const since = (await bench.inside.storage.relay.status()).sendingSince
    expect(since).toBeInstanceOf(Date)
    silence.reject(new Error('given up'))
    expect(await round).toMatchObject(unavailable)
    expect(await bench.inside.storage.relay.status()).not.toHaveProperty('sendingSince')
  })

  test('reaches the authority with its labels, once, and counts as collected here (rule 18.5)', async () => {
    const id = await bench.tell('<answer/>')
    expect(await bench.sendRound()).toEqual({ sent: 1, refused: 0 })
    expect(await bench.sendRound()).toEqual({ sent: 0, refused: 0 })
    const mesh = bench.authority()
    const [outsideId = ''] = await collect(mesh.inbox())
    const { info, content } = await mesh.download(outsideId)
    expect(await textOfPieces(content)).toBe('<answer/>')
    expect(info).toMatchObject({
      from: CPIS,
      workflowId: ANSWER,
      localId: id,
      partnerId: 'THEIR-OWN',
      contentType: 'application/xml',
    })
    expect(await statusOf(id)).toBe('acknowledged')
    const audited = (await bench.inside.audited()).find(({ action }) => action === 'relay message')
    expect(audited).toMatchObject({ actor: ALPHA, subject: id, outcome: 'allowed' })
  })

  test('in chunks where it is large', async () => {
    const large = randomBytes(250_000)
    await bench.tell(large)
    await bench.sendRound()
    expect((await received()).map(bytes => bytes.equals(large))).toEqual([true])
    expect(bench.requests().filter(request => request.startsWith('POST'))).toHaveLength(3)
  })

  test('by two processes at once is sent once', async () => {
    for (let n = 0; n < 6; n++) await bench.tell(`<n>${n}</n>`)
    await Promise.all([bench.sendRound(), bench.sendRound()])
    await bench.sendRound()
    expect(await texts()).toEqual(Array.from({ length: 6 }, (_, n) => `<n>${n}</n>`))
  })
})

describe('what nobody knows the outcome of is asked after before it is sent again (rule 18.7)', () => {
  test('sent, and the answer was lost', async () => {
    const id = await bench.tell('<answer/>')
    bench.mishap((request, pass) => (isPost(request, /outbox$/) ? lost(pass) : undefined))
    expect(await bench.sendRound()).toMatchObject(unavailable)
    expect(await statusOf(id)).toBe('accepted')
    bench.mishap()
    expect(await bench.sendRound()).toMatchObject({ sent: 0 })
    bench.pass(SETTLED)
    bench.requests()
    expect(await bench.sendRound()).toMatchObject({ sent: 1 })
    expect(bench.requests()).toEqual([`GET /${CPIS}/outbox/tracking/${id}`])
    expect([await texts(), await statusOf(id)]).toEqual([['<answer/>'], 'acknowledged'])
  })

  test.each([
    ['no connection', () => Promise.reject(new Error('ECONNREFUSED'))],
    ['out of order', () => Promise.resolve(new Response('', { status: 500 }))],
    ['an answer that is cut short', () => Promise.resolve(new Response('{"mess', { status: 202 }))],
  ])('never sent: %s', async (_name, answer) => {
    const id = await bench.tell('<answer/>')
    bench.mishap(request => (isPost(request, /outbox$/) ? answer() : undefined))
    expect(await bench.sendRound()).toMatchObject(unavailable)
    bench.pass(SETTLED)
    bench.mishap()
    expect(await bench.sendRound()).toMatchObject({ sent: 1 })
    expect([await texts(), await statusOf(id)]).toEqual([['<answer/>'], 'acknowledged'])
  })

  test.each([
    ['before it arrived', () => Promise.reject(new Error('ECONNRESET'))],
    ['after it arrived', lost],
  ])('half sent, and broken off in the second chunk %s', async (_name, breakOff) => {
    const large = randomBytes(250_000)
    await bench.tell(large)
    bench.mishap((request, pass) => (isPost(request, /\/2$/) ? breakOff(pass) : undefined))
    expect(await bench.sendRound()).toMatchObject(unavailable)
    expect(await received()).toEqual([])
    bench.mishap()
    bench.pass(SETTLED)
    bench.requests()
    expect(await bench.sendRound()).toMatchObject({ sent: 1 })
    const posts = bench.requests().filter(request => request.startsWith('POST'))
    expect(posts.map(post => post.slice(-2))).toEqual(['/2', '/3'])
    expect((await received()).map(bytes => bytes.equals(large))).toEqual([true])
  })

  test('whole, and the answer to the last chunk was lost', async () => {
    const large = randomBytes(250_000)
    await bench.tell(large)
    bench.mishap((request, pass) => (isPost(request, /\/3$/) ? lost(pass) : undefined))
    await bench.sendRound()
    bench.mishap()
    bench.pass(SETTLED)
    expect(await bench.sendRound()).toMatchObject({ sent: 1 })
    expect((await received()).map(bytes => bytes.equals(large))).toEqual([true])
  })

  test('the process died after the first chunk, before it could note under which id', async () => {
    const large = randomBytes(250_000)
    await bench.tell(large)
    bench.mishap((request, pass) => (isPost(request, /outbox$/) ? lost(pass) : undefined))
    await bench.sendRound()
    bench.mishap()
    bench.pass(SETTLED)
    bench.requests()
    expect(await bench.sendRound()).toMatchObject({ sent: 1 })
    expect(bench.requests().map(request => request.slice(-2))).toEqual([expect.anything(), '/2', '/3'])
    expect((await received()).map(bytes => bytes.equals(large))).toEqual([true])
  })

  test('the process died between sending and noting it', async () => {
    const id = await bench.tell('<answer/>')
    bench.inside.breakAudit(true)
    await expect(bench.sendRound()).rejects.toThrow('out of order')
    bench.inside.breakAudit(false)
    expect([await texts(), await statusOf(id)]).toEqual([['<answer/>'], 'accepted'])
    expect(await bench.sendRound()).toMatchObject({ sent: 0 })
    bench.pass(LEASE)
    expect(await bench.sendRound()).toMatchObject({ sent: 1 })
    expect([await texts(), await statusOf(id)]).toEqual([['<answer/>'], 'acknowledged'])
  })

  test('the other side lost what was half sent', async () => {
    const large = randomBytes(250_000)
    await bench.tell(large)
    bench.mishap(request => (isPost(request, /\/2$/) ? Promise.reject(new Error('reset')) : undefined))
    await bench.sendRound()
    bench.mishap()
    await bench.outside.database.statement('lose', 'delete from message', [])
    bench.pass(SETTLED)
    expect(await bench.sendRound()).toMatchObject({ sent: 1 })
    expect((await received()).map(bytes => bytes.equals(large))).toEqual([true])
  })

  test('a server that asks to be left alone is, for as long as it asks', async () => {
    await bench.tell('<answer/>')
    bench.mishap(request =>
      isPost(request, /outbox$/)
        ? Promise.resolve(new Response('', { status: 503, headers: { 'retry-after': '1800' } }))
        : undefined,
    )
    expect(await bench.sendRound()).toMatchObject({ fault: { retryAfterSeconds: 1800 } })
    bench.mishap()
    bench.pass(HOUR / 2 - 1000)
    expect(await bench.sendRound()).toMatchObject({ sent: 0 })
    bench.pass(1000)
    expect(await bench.sendRound()).toMatchObject({ sent: 1 })
  })
})

describe('what the other side does not take (rule 18.8)', () => {
  const refusing = (to: MailboxId) =>
    bench.outside.database.statement(
      'refuse',
      `delete from workflow_member where workflow_id = '${ANSWER}' and mailbox_id = '${to}'`,
      [],
    )
  const taking = (to: MailboxId) =>
    bench.outside.storage.workflows.add({ id: ANSWER, description: 'x', senders: [], receivers: [to] })

  test('waits in its order, keeps nobody else, and goes once it is taken', async () => {
    await refusing(ALPHA)
    await bench.tell('<first/>')
    await bench.tell('<second/>')
    await bench.tell('<other/>', BETA)
    expect(await bench.sendRound()).toMatchObject({ sent: 1, refused: 1 })
    expect([await texts(), await texts(BETA)]).toEqual([[], ['<other/>']])
    expect(await bench.sendRound()).toEqual({ sent: 0, refused: 0 })
    await taking(ALPHA)
    bench.pass(HOUR)
    expect(await bench.sendRound()).toMatchObject({ sent: 2 })
    expect(await texts()).toEqual(['<first/>', '<second/>'])
  })

  test('is undeliverable after five days, and what was told in it is told again', async () => {
    await refusing(ALPHA)
    const id = await bench.tell('<notification/>')
    const { database, storage } = bench.inside
    await storedAuthority(database, 'X9A')
    await database.statement(
      'told',
      `insert into notification (nhs_number, access_id, authority, accessed_at, author, upload_sequence, message_id)
       values ('9990000018', gen_random_uuid(), 'X9A', now(), '{}', 1, '${id}')`,
      [],
    )
    expect(await bench.sendRound()).toMatchObject({ refused: 1 })
    bench.pass(5 * DAY)
    expect(await bench.sendRound()).toMatchObject({ refused: 1 })
    expect(await storage.messages.find(id)).toMatchObject({
      status: 'undeliverable',
      failure: { code: '17' },
    })
    expect(await storage.notifications.authoritiesWaiting(new Date(Date.now() + DAY))).toEqual(['X9A'])
    await taking(ALPHA)
  })

  test('and what could not be offered, because the server is down, does not grow too old', async () => {
    const id = await bench.tell('<answer/>')
    bench.mishap(() => Promise.reject(new Error('ECONNREFUSED')))
    await bench.sendRound()
    bench.pass(40 * DAY)
    await expireMessages({ ...bench.deps, relayed: true })
    await bench.sendRound()
    bench.mishap()
    bench.pass(SETTLED)
    expect(await bench.sendRound()).toMatchObject({ sent: 1 })
    expect([await texts(), await statusOf(id)]).toEqual([['<answer/>'], 'acknowledged'])
  })
})
