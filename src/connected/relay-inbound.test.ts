// One file: every test fetches from the same made-up MESH server.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { collect, textOfPieces } from '../../test/support/bytes.ts'
import { DAMAGED_GZIP } from '../../test/support/canned-mailbox.ts'
import { ALPHA, BETA, CPIS, OPEN, UPLOAD } from '../../test/support/mesh.ts'
import { expireMessages } from '../flows/mailbox/expire-messages.ts'
import type { InboxPage } from '../flows/mailbox/ports.ts'
import { readPayload } from '../flows/mailbox/read-payload.ts'
import { relayInbound } from '../flows/relay/relay-inbound.ts'
import { ANSWER, openRelayBench, POLL_MS, type RelayBench } from './testing.ts'

let bench: RelayBench
beforeAll(async () => {
  bench = await openRelayBench()
})
beforeEach(() => bench.startAfresh())
afterAll(() => bench.close())

const upload = (
  content: Uint8Array | string,
  { gzip = false, from = ALPHA, localId = 'FILE', workflowId = UPLOAD } = {},
) => bench.authority(from).send(Buffer.from(content), { to: CPIS, workflowId, localId, gzip })
const inboxOf = async ({ storage }: RelayBench['inside'], page: Partial<InboxPage> = {}) =>
  (await storage.messages.inbox({ mailbox: CPIS, limit: 100, ...page })).messages
const contents = async () =>
  Promise.all(
    (await inboxOf(bench.inside)).map(async message =>
      Buffer.concat(await collect(readPayload(bench.inside.storage.payloads, message))),
    ),
  )
const texts = async () => (await contents()).map(String)
const nextRound = () => {
  bench.pass(POLL_MS)
  return bench.fetchRound()
}
const broken = () =>
  new Response(
    new ReadableStream({
      start: stream => {
        stream.enqueue(Buffer.from('half of'))
        stream.error(new Error('reset'))
      },
    }),
    { headers: { 'mex-chunk-range': '1:1', 'mex-workflowid': UPLOAD, 'mex-from': ALPHA } },
  )
const strays = async () =>
  (await bench.inside.database.kysely.selectFrom('payload_piece').select('piece').execute()).length

describe('what arrives elsewhere is taken in as if it had been handed in here', () => {
  test.each([
    ['plain', false],
    ['compressed', true],
  ])('whole and in chunks, %s', async (_name, gzip) => {
    const large = Buffer.from(randomBytes(125_000).toString('hex'))
    await upload('<small/>', { gzip })
    await upload(large, { gzip })
    expect(await bench.fetchRound()).toMatchObject({ taken: 2, failed: 0 })
    const waiting = await inboxOf(bench.inside)
    expect(waiting[1]).toMatchObject({
      from: ALPHA,
      to: CPIS,
      workflowId: UPLOAD,
      localId: 'FILE',
      totalChunks: 3,
      status: 'accepted',
    })
    const [small, whole] = await contents()
    expect([String(small), whole?.equals(large)]).toEqual(['<small/>', true])
    const chunks = await bench.inside.storage.payloads.chunks(waiting[1]?.payloadId ?? '')
    if (gzip) expect(chunks.map(chunk => chunk.encoding)).toEqual(['gzip', 'gzip', 'gzip'])
    expect(await bench.inside.jobs()).toEqual(waiting.map(({ id }) => id))
    expect(await inboxOf(bench.outside)).toEqual([])
  })

  test('under a workflow id in small letters (rule 7.16)', async () => {
    await upload('<small/>', { workflowId: UPLOAD.toLowerCase() })
    expect(await bench.fetchRound()).toMatchObject({ taken: 1, setAside: 0 })
    const waiting = await inboxOf(bench.inside)
    expect(waiting).toMatchObject([{ from: ALPHA, workflowId: UPLOAD.toLowerCase() }])
    expect(await bench.inside.jobs()).toEqual(waiting.map(({ id }) => id))
  })

  test('over all pages, and in the order in which it came', async () => {
    const sent = Array.from({ length: 23 }, (_, n) => `<file>${n}</file>`)
    for (const text of sent) await upload(text)
    bench.mishap(({ path }, pass) => (path.endsWith('/inbox') ? pass(`${path}?max_results=10`) : undefined))
    expect(await bench.fetchRound()).toMatchObject({ taken: 10 + 10 + 3, failed: 0 })
    expect(await texts()).toEqual(sent)
    const [, ...pages] = bench.requests().filter(request => /\/inbox(\?|$)/.test(request))
    expect(pages.map(page => page.includes('continue_from='))).toEqual([true, true])
  })

  test('not more often than it may be asked for, nor by two at a time; hands are shaken once a day (rule 18.1)', async () => {
    expect((await Promise.all([bench.fetchRound(), bench.fetchRound()])).filter(Boolean)).toHaveLength(1)
    expect(await bench.fetchRound()).toBeUndefined()
    expect(bench.requests()).toEqual([`POST /${CPIS}`, `GET /${CPIS}/inbox`])
    await nextRound()
    expect(bench.requests()).toEqual([`GET /${CPIS}/inbox`])
    bench.pass(86_400_000 - 2 * POLL_MS)
    await bench.fetchRound()
    expect(bench.requests()).toEqual([`POST /${CPIS}`, `GET /${CPIS}/inbox`])
  })

  test('files that arrive out of order are all there, each once', async () => {
    const [first, second] = [await upload('<one/>'), await upload('<two/>')]
    bench.mishap(({ method, path }) =>
      method === 'GET' && path.endsWith(first) ? Promise.resolve(broken()) : undefined,
    )
    await bench.fetchRound()
    bench.mishap()
    await nextRound()
    expect(await texts()).toEqual(['<two/>', '<one/>'])
    expect(first < second).toBe(true)
  })
})

describe('nothing is lost and nothing doubled', () => {
  test('when the content breaks off: nothing of it is kept, and it is fetched again', async () => {
    await upload('<one/>')
    bench.mishap(({ method, path }) =>
      method === 'GET' && /inbox\/./.test(path) ? Promise.resolve(broken()) : undefined,
    )
    expect(await bench.fetchRound()).toMatchObject({ taken: 0, failed: 1 })
    expect([await texts(), await strays()]).toEqual([[], 0])
    bench.mishap()
    expect(await nextRound()).toMatchObject({ taken: 1 })
    expect(await texts()).toEqual(['<one/>'])
  })

  test('when the server goes down between two chunks', async () => {
    const large = randomBytes(250_000)
    await upload(large)
    bench.mishap(({ path }) => (path.endsWith('/3') ? Promise.reject(new Error('ECONNRESET')) : undefined))
    expect(await bench.fetchRound()).toMatchObject({ taken: 0, failed: 1 })
    expect(await strays()).toBe(0)
    bench.mishap()
    await nextRound()
    expect((await contents()).map(bytes => bytes.equals(large))).toEqual([true])
  })

  test.each([
    ['is refused for the moment', async () => new Response('', { status: 503 })],
    [
      'never comes back',
      async (pass: () => Promise<Response>) => {
        await pass()
        throw new Error('ECONNRESET')
      },
    ],
  ])('when the acknowledgement %s, and the message is delivered again', async (_name, answer) => {
    const id = await upload('<one/>')
    bench.mishap(({ method }, pass) => (method === 'PUT' ? answer(pass) : undefined))
    await bench.fetchRound()
    bench.mishap(({ path }, pass) =>
      path.endsWith('/inbox') ? Promise.resolve(Response.json({ messages: [id, id] })) : pass(),
    )
    expect(await nextRound()).toMatchObject({ taken: 0, failed: 0 })
    expect([await texts(), (await bench.inside.jobs()).length]).toEqual([['<one/>'], 1])
    expect(await bench.authority().track(id)).toMatchObject({ status: 'acknowledged' })
  })

  test('when the process dies before the message is kept, and between keeping and acknowledging (rule 18.2)', async () => {
    const id = await upload('<one/>')
    bench.inside.breakAudit(true)
    await expect(bench.fetchRound()).rejects.toThrow('out of order')
    bench.inside.breakAudit(false)
    expect(await texts()).toEqual([])
    expect(await bench.authority().track(id)).toMatchObject({ status: 'accepted' })
    expect(await bench.fetchRound()).toBeUndefined()

    const { outside } = bench.deps
    const dying = {
      ...bench.deps,
      outside: { ...outside, acknowledge: () => Promise.reject(new Error('killed')) },
    }
    bench.pass(POLL_MS)
    await expect(relayInbound(dying)).rejects.toThrow('killed')
    expect(await bench.authority().track(id)).toMatchObject({ status: 'accepted' })
    await nextRound()
    expect([await texts(), (await bench.inside.jobs()).length]).toEqual([['<one/>'], 1])
    expect(await bench.authority().track(id)).toMatchObject({ status: 'acknowledged' })
  })

  test.each([404, 410])('when a message vanishes between the list and the fetch (%i)', async status => {
    const gone = await upload('<gone/>')
    await upload('<there/>')
    bench.mishap(({ path }) =>
      path.includes(gone) ? Promise.resolve(new Response('', { status })) : undefined,
    )
    expect(await bench.fetchRound()).toMatchObject({ taken: 1, failed: 0 })
    expect(await texts()).toEqual(['<there/>'])
  })

  test('one message that cannot be had keeps no other; a server that is out of order is left alone (rule 18.4)', async () => {
    const sent = []
    for (let n = 0; n < 6; n++) sent.push(await upload(`<n>${n}</n>`))
    const failing = (ids: readonly string[]) =>
      bench.mishap(({ path }) =>
        ids.some(id => path.includes(id)) ? Promise.resolve(new Response('', { status: 500 })) : undefined,
      )
    failing(sent.slice(0, 1))
    expect(await bench.fetchRound()).toMatchObject({
      taken: 5,
      failed: 1,
      trouble: 'incomplete',
      changed: true,
    })
    for (let n = 0; n < 6; n++) sent.push(await upload(`<m>${n}</m>`))
    failing(sent)
    bench.requests()
    expect(await nextRound()).toMatchObject({
      taken: 0,
      failed: 3,
      fault: { kind: 'unavailable' },
      changed: true,
    })
    expect(bench.requests()).toHaveLength(4)
    bench.mishap()
    expect(await nextRound()).toMatchObject({ taken: 7, failed: 0, changed: true })
    expect((await inboxOf(bench.outside)).length).toBe(0)
  })

  test.each(
    DAMAGED_GZIP,
  )('compressed content %s stays there, and keeps no other (rule 18.10)', async (_name, damaged) => {
    const cut: string[] = []
    for (let n = 0; n < 4; n++) cut.push(await upload('<cut/>'.repeat(50)))
    await upload('<whole/>', { gzip: true })
    const headers = { 'mex-chunk-range': '1:1', 'mex-workflowid': UPLOAD, 'mex-from': ALPHA }
    bench.mishap(({ method, path }) =>
      method === 'GET' && cut.some(id => path.endsWith(id))
        ? Promise.resolve(
            new Response(Buffer.from(damaged('<cut/>'.repeat(50))), {
              headers: { ...headers, 'content-encoding': 'gzip' },
            }),
          )
        : undefined,
    )
    expect(await bench.fetchRound()).toMatchObject({
      taken: 1,
      failed: 4,
      damaged: cut,
      trouble: 'incomplete',
      changed: true,
    })
    expect(await texts()).toEqual(['<whole/>'])
    expect((await inboxOf(bench.outside)).map(({ id }) => id)).toEqual(cut)
    expect(await strays()).toBe(1)
    bench.mishap()
    expect(await nextRound()).toMatchObject({ taken: 4, failed: 0, changed: true })
  })

  test('a server that does not answer is known since when, before anything is given up (rule 18.9)', async () => {
    const silence = Promise.withResolvers<Response>()
    const asked = Promise.withResolvers<void>()
    bench.mishap(() => {
      asked.resolve()
      return silence.promise
    })
    const before = bench.deps.clock.now()
    const round = bench.fetchRound()
    await asked.promise
    const { mailbox } = await bench.inside.storage.relay.status()
    expect(mailbox?.askedAt?.getTime()).toBeGreaterThanOrEqual(before.getTime())
    silence.reject(new Error('given up'))
    expect(await round).toMatchObject({ trouble: 'unavailable' })
    const { mailbox: ended } = await bench.inside.storage.relay.status()
    expect(ended?.fault).toEqual({ kind: 'unavailable', since: mailbox?.askedAt })
  })

  test.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted-certificate'],
    ['CERT_HAS_EXPIRED', 'expired-certificate'],
    ['ENOTFOUND', 'name-not-found'],
    ['ECONNREFUSED', 'unavailable'],
  ])('why there is no connection is kept for the operator (%s)', async (code, trouble) => {
    bench.mishap(() => Promise.reject(Object.assign(new Error('no'), { code })))
    expect(await bench.fetchRound()).toMatchObject({ trouble, changed: true })
    expect((await bench.inside.storage.relay.status()).mailbox?.fault?.kind).toBe(trouble)
  })

  test.each([
    429, 503,
  ])('a server that asks to be left alone (%i) is, for as long as it asks', async status => {
    await upload('<one/>')
    await upload('<two/>')
    bench.mishap(({ path }) =>
      /inbox\/./.test(path)
        ? Promise.resolve(new Response('', { status, headers: { 'retry-after': '1200' } }))
        : undefined,
    )
    expect(await bench.fetchRound()).toMatchObject({ failed: 1, fault: { retryAfterSeconds: 1200 } })
    bench.mishap()
    expect(await nextRound()).toBeUndefined()
    bench.pass(1_200_000)
    expect(await bench.fetchRound()).toMatchObject({ taken: 2 })
  })
})

test('credentials that are not believed are told of once, tried once a round, and nothing is sent with them (rule 18.4)', async () => {
  await upload('<one/>')
  const answer = await bench.tell('<answer/>')
  bench.mishap(() => Promise.resolve(new Response('', { status: 403 })))
  expect(await bench.fetchRound()).toMatchObject({ fault: { kind: 'not-let-in' }, changed: true })
  expect(await nextRound()).toMatchObject({ fault: { kind: 'not-let-in' }, changed: false })
  expect(await bench.sendRound()).toEqual({ sent: 0, refused: 0 })
  expect(bench.requests()).toEqual([`POST /${CPIS}`, `POST /${CPIS}`])
  bench.mishap()
  expect(await nextRound()).toMatchObject({ taken: 1, changed: true })
  expect(await bench.sendRound()).toMatchObject({ sent: 1 })
  expect((await bench.inside.storage.messages.find(answer))?.status).toBe('acknowledged')
})

describe('what may not be sent to us is kept aside, whole (rule 18.3)', () => {
  test('until its sender may, and then it is taken in', async () => {
    const id = await upload('<stranger/>', { from: BETA })
    expect(await bench.fetchRound()).toMatchObject({ taken: 0, setAside: 1 })
    expect([await texts(), await bench.inside.jobs()]).toEqual([[], []])
    expect(await bench.authority(BETA).track(id)).toMatchObject({ status: 'acknowledged' })
    const refused = (await bench.inside.audited()).find(entry => entry.action === 'fetch message')
    expect(refused).toMatchObject({ outcome: 'refused', reason: 'sender-not-allowed', actor: BETA })

    await nextRound()
    expect(await texts()).toEqual([])
    const { workflows } = bench.inside.storage
    await workflows.add({ id: UPLOAD, description: 'x', senders: [BETA], receivers: [] })
    await nextRound()
    expect(await texts()).toEqual(['<stranger/>'])
    expect(await bench.inside.jobs()).toEqual((await inboxOf(bench.inside)).map(message => message.id))
    await nextRound()
    expect(await bench.inside.jobs()).toHaveLength(1)
  })

  test.each([
    ['under a workflow that is not for us', OPEN, ALPHA, 'recipient-not-allowed'],
    ['under one that nobody knows', 'STRANGE', ALPHA, 'sender-not-allowed'],
    ['from nobody', UPLOAD, '', 'sender-not-allowed'],
  ])('%s', async (_name, workflow, from, reason) => {
    const id = await upload('<odd/>')
    bench.mishap(({ method, path }) =>
      method === 'GET' && path.endsWith(id)
        ? Promise.resolve(
            new Response('<odd/>', {
              headers: { 'mex-chunk-range': '1:1', 'mex-workflowid': workflow, 'mex-from': from },
            }),
          )
        : undefined,
    )
    expect(await bench.fetchRound()).toMatchObject({ setAside: 1 })
    const row = await bench.inside.database.kysely.selectFrom('outside_arrival').selectAll().execute()
    expect(row).toMatchObject([{ outside_id: id, reason }])
    const message = await bench.inside.storage.messages.find(row[0]?.message_id ?? '')
    if (!message) throw new Error('It was lost')
    expect(await textOfPieces(readPayload(bench.inside.storage.payloads, message))).toBe('<odd/>')
    expect(await inboxOf(bench.outside)).toEqual([])
  })
})

describe('reports (rule 18.6)', () => {
  test('a message that its authority did not collect is undeliverable here too, and CP-IS is told', async () => {
    const id = await bench.tell('<answer/>')
    await bench.sendRound()
    bench.pass(6 * 86_400_000)
    await expireMessages(bench.outside.deps)
    expect(await bench.fetchRound()).toMatchObject({ reports: 1 })
    expect(await bench.inside.storage.messages.find(id)).toMatchObject({
      status: 'undeliverable',
      failure: { code: '14', event: 'TRANSFER' },
    })
    expect(await inboxOf(bench.inside)).toMatchObject([{ kind: 'REPORT', linkedMessageId: id }])
    expect(await inboxOf(bench.outside)).toEqual([])
    await nextRound()
    expect(await inboxOf(bench.inside)).toHaveLength(1)
  })

  test('of a message that we do not know CP-IS is told all the same', async () => {
    const id = await upload('<any/>')
    bench.mishap(({ method, path }) =>
      method === 'GET' && path.endsWith(id)
        ? Promise.resolve(
            new Response('', {
              headers: {
                'mex-messagetype': 'REPORT',
                'mex-chunk-range': '1:0',
                'mex-linkedmsgid': 'SOMETHING_ELSE',
                'mex-workflowid': ANSWER,
                'mex-statuscode': '12',
                'mex-statusevent': 'SEND',
              },
            }),
          )
        : undefined,
    )
    expect(await bench.fetchRound()).toMatchObject({ reports: 1 })
    expect(await inboxOf(bench.inside)).toMatchObject([
      { kind: 'REPORT', linkedMessageId: 'SOMETHING_ELSE', failure: { code: '12', event: 'SEND' } },
    ])
  })
})
