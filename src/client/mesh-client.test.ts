import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collect, inPieces } from '../../test/support/bytes.ts'
import {
  ALPHA,
  BETA,
  CPIS,
  type MeshBench,
  OPEN,
  openMeshBench,
  passwordOf,
  SHARED_KEY,
} from '../../test/support/mesh.ts'
import { expireMessages } from '../flows/mailbox/expire-messages.ts'
import { type MeshClientSettings, meshClient } from './mesh-client.ts'
import { inChunks } from './mesh-content.ts'
import { MeshError } from './mesh-error.ts'

let bench: MeshBench
let baseUrl: string
beforeAll(async () => {
  bench = await openMeshBench({ maxRequestBytes: 600_000 })
  await bench.app.listen({ host: '127.0.0.1', port: 0 })
  baseUrl = `http://127.0.0.1:${(bench.app.server.address() as AddressInfo).port}/`
})
afterAll(() => bench.close())

function client(mailboxId: string, more: Partial<MeshClientSettings> = {}) {
  const now = () => bench.deps.clock.now()
  return meshClient({
    baseUrl,
    mailboxId,
    password: passwordOf(mailboxId),
    sharedKey: SHARED_KEY,
    now,
    ...more,
  })
}

async function refusalOf(work: Promise<unknown>): Promise<MeshError> {
  const refused = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (refused instanceof MeshError) return refused
  throw new Error('It was not refused with a MeshError')
}

const label = { to: BETA, workflowId: OPEN }
const noise = randomBytes(1_200_000)
const received = async (id: string) => Buffer.concat(await collect((await client(BETA).download(id)).content))

describe('what is sent arrives', () => {
  test.each([
    ['bytes', { gzip: false }, () => noise.subarray(0, 100)],
    ['nothing much', { gzip: true }, () => Buffer.of(1)],
    ['compressed bytes', { gzip: true }, () => Buffer.from('<plan/>'.repeat(9_000))],
    ['bytes in chunks', { gzip: false }, () => noise],
    ['compressed bytes in chunks', { gzip: true }, () => noise],
  ])('%s', async (_name, { gzip }, make) => {
    const bytes = make()
    const sender = client(ALPHA, { maxChunkBytes: 500_000 })
    for (const content of [
      bytes,
      new Blob([bytes]),
      { size: bytes.length, stream: inPieces(bytes, 70_001) },
    ]) {
      const id = await sender.send(content, { ...label, gzip })
      expect((await received(id)).equals(bytes)).toBe(true)
      expect((await bench.storage.messages.find(id))?.totalChunks).toBe(Math.ceil(bytes.length / 500_000))
    }
  })

  test('with its labels, and is gone once acknowledged', async () => {
    const sender = client(ALPHA.toLowerCase(), { password: passwordOf(ALPHA) })
    const recipient = client(BETA)
    const named = {
      ...label,
      localId: 'OURS',
      subject: 'Plans',
      fileName: 'plans.xml',
      contentType: 'text/xml',
    }
    const id = await sender.send(Buffer.from('<plans/>'), named)
    const { info, content } = await recipient.download(id)
    await collect(content)
    expect(info).toEqual({
      id,
      kind: 'DATA',
      from: ALPHA,
      to: BETA,
      workflowId: OPEN,
      localId: 'OURS',
      subject: 'Plans',
      fileName: 'plans.xml',
      contentType: 'text/xml',
      chunks: 1,
    })
    expect(await sender.track(id)).toEqual({ status: 'accepted', success: true })
    await recipient.acknowledge(id)
    await recipient.acknowledge(id)
    expect(await sender.track(id)).toEqual({ status: 'acknowledged', success: true })
    expect((await refusalOf(recipient.download(id))).status).toBe(410)
  })
})

test('the inbox is listed over all its pages, also while it is emptied', async () => {
  const recipient = client(BETA)
  for await (const id of recipient.inbox()) await recipient.acknowledge(id)
  const sent: string[] = []
  for (let n = 0; n < 12; n++) sent.push(await client(ALPHA).send(Buffer.of(n), label))
  const tenAtATime: typeof fetch = (input, init) => {
    const url = new URL(String(input))
    if (url.pathname.endsWith('/inbox')) url.searchParams.set('max_results', '10')
    return fetch(url, init)
  }
  const paging = client(BETA, { fetch: tenAtATime })
  expect(await collect(paging.inbox())).toEqual(sent)
  expect(await collect(paging.inbox({ workflowFilter: `!${OPEN}` }))).toEqual([])
  const emptied: string[] = []
  for await (const id of paging.inbox()) {
    await paging.acknowledge(id)
    emptied.push(id)
  }
  expect(emptied).toEqual(sent)
})

test('others are found by organisation and workflow', async () => {
  await client(ALPHA).handshake()
  expect(await client(ALPHA).lookUp('X9B', OPEN)).toEqual([{ mailboxId: BETA, name: 'BETA COUNCIL' }])
  expect(await client(ALPHA).lookUp('X9B', 'NONE')).toEqual([])
  expect((await client(ALPHA).searchWorkflow(OPEN)).map(({ mailboxId }) => mailboxId)).toEqual([ALPHA, BETA])
})

describe('refusals', () => {
  test('carry status, code, event and words, and never the password', async () => {
    const refused = await refusalOf(client(ALPHA).send(Buffer.of(1), { to: 'NOBODY', workflowId: OPEN }))
    expect(refused).toMatchObject({
      status: 417,
      code: '12',
      event: 'SEND',
      description: 'Unregistered to address',
    })
    expect((await refusalOf(client(BETA).send(Buffer.of(1), { to: CPIS, workflowId: OPEN }))).code).toBe('17')
    const impostor = await refusalOf(client(ALPHA, { password: 'guessed-wrongly' }).handshake())
    expect(impostor.status).toBe(403)
    expect(JSON.stringify(impostor) + impostor.message + impostor.stack).not.toContain('guessed-wrongly')
  })

  test('a service that cannot be reached, and an answer that breaks off, are errors too', async () => {
    const nowhere = await refusalOf(client(ALPHA, { baseUrl: 'http://127.0.0.1:1' }).handshake())
    expect([nowhere.status, nowhere.message]).toEqual([undefined, 'handshake: the connection was refused'])
    const broken: typeof fetch = async () =>
      new Response(
        new ReadableStream({
          start: controller => {
            controller.enqueue(Buffer.from('{"messages":'))
            controller.error(new Error('reset'))
          },
        }),
      )
    expect((await refusalOf(collect(client(ALPHA, { fetch: broken }).inbox()))).message).toMatch(/broke off/)
    const { content } = await client(ALPHA, { fetch: broken }).download('ANY')
    expect((await refusalOf(collect(content))).message).toMatch(/broke off/)
  })

  test('sending is never tried again', async () => {
    let tries = 0
    const failing: typeof fetch = async () => {
      tries++
      return new Response('', { status: 503 })
    }
    expect((await refusalOf(client(ALPHA, { fetch: failing }).send(noise, label))).status).toBe(503)
    expect(tries).toBe(1)
  })

  test.each([
    [5, 6],
    [5, 4],
    [5, 0],
  ])('a stream of %i bytes that was said to be of %i', async (length, size) => {
    const { chunks } = inChunks({ size, stream: inPieces(noise.subarray(0, length), 2) }, 3)
    expect((await refusalOf(collect(chunks))).message).toContain(`${size} bytes`)
  })
})

test('a report tells which message failed and why', async () => {
  const id = await client(ALPHA).send(Buffer.of(1), { ...label, localId: 'LOST' })
  bench.pass(6 * 86_400_000)
  await expireMessages(bench.deps)
  const sender = client(ALPHA)
  const reports = []
  for await (const waiting of sender.inbox()) {
    const { info, content } = await sender.download(waiting)
    expect(await collect(content)).toEqual([])
    await sender.acknowledge(waiting)
    reports.push(info)
  }
  expect(reports.find(({ linkedMessageId }) => linkedMessageId === id)).toMatchObject({
    kind: 'REPORT',
    chunks: 0,
    localId: 'LOST',
    failure: { code: '14', description: 'Message not collected by recipient after 5 days' },
  })
  expect(await sender.track(id)).toMatchObject({ status: 'undeliverable', failure: { code: '14' } })
})
