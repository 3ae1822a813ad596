import { randomBytes } from 'node:crypto'
import { registerHooks } from 'node:module'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALPHA, BETA, type MeshBench, openMeshBench, passwordOf, SHARED_KEY } from './support/mesh.ts'

/** What we use of the NHS's own JavaScript client, which has no types. */
interface NhsMeshClient {
  loadConfig(config: object): Promise<{ url: string; senderAgent: unknown }>
  handShake(caller: object): Promise<Answer>
  getMessageCount(caller: object): Promise<Answer>
  readMessage(caller: object): Promise<Answer>
  markAsRead(caller: object): Promise<Answer>
  sendMessage(caller: object): Promise<Answer>
  sendChunkedMessage(caller: object): Promise<Answer>
}

interface Answer {
  readonly status: number
  readonly data: unknown
}

/** The client as it is published, but for one word that JavaScript has replaced since: import attributes were `assert`. */
async function loadNhsClient(): Promise<NhsMeshClient> {
  const hooks = registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      if (!url.includes('/nhs-mesh-client/src/') || !loaded.source) return loaded
      return {
        ...loaded,
        source: String(loaded.source).replace(' assert { type: "json" }', ' with { type: "json" }'),
      }
    },
  })
  try {
    const name = 'nhs-mesh-client'
    return (await import(name)) as NhsMeshClient
  } finally {
    hooks.deregister()
  }
}

let nhs: NhsMeshClient
let bench: MeshBench
let sender: object
let recipient: object
beforeAll(async () => {
  nhs = await loadNhsClient()
  bench = await openMeshBench()
  await bench.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = bench.app.server.address() as AddressInfo
  const { url, senderAgent: agent } = await nhs.loadConfig({
    logLevel: 'SILENT',
    url: `http://127.0.0.1:${port}`,
  })
  const as = (mailboxID: string) => ({
    url,
    agent,
    mailboxID,
    mailboxPassword: passwordOf(mailboxID),
    sharedKey: SHARED_KEY,
  })
  sender = as(ALPHA)
  recipient = as(BETA)
})
afterAll(() => bench.close())

const waiting = async () => {
  const { data } = await nhs.getMessageCount(recipient)
  return data as { messages: string[]; approx_inbox_count: number }
}
const idOf = ({ data }: Answer) => (data as { message_id: string }).message_id

describe("the NHS's own JavaScript client", () => {
  test('shakes hands', async () => {
    expect(await nhs.handShake(sender)).toMatchObject({ status: 200, data: '' })
  })

  test.each([
    false,
    true,
  ])('sends, lists, reads and acknowledges a message; compressed: %s', async compressed => {
    const sent = await nhs.sendMessage({
      ...sender,
      mailboxTarget: BETA,
      message: 'This is a test',
      compressed,
    })
    expect(sent.status).toBe(202)
    const id = idOf(sent)
    expect(await waiting()).toMatchObject({ messages: [id], approx_inbox_count: 1 })
    const read = await nhs.readMessage({ ...recipient, messageID: id })
    expect([read.status, read.data]).toEqual([200, 'This is a test'])
    expect((await nhs.markAsRead({ ...recipient, message: id })).status).toBe(200)
    expect(await waiting()).toMatchObject({ messages: [], approx_inbox_count: 0 })
  })

  test('sends and reads a message in chunks', async () => {
    const fileContent = Buffer.from(randomBytes(8_000_000).toString('hex'))
    const sent = await nhs.sendChunkedMessage({ ...sender, mailboxTarget: BETA, fileContent })
    expect(sent.status).toBe(202)
    const { messages } = await waiting()
    expect(messages).toEqual([idOf(sent)])
    const read = await nhs.readMessage({ ...recipient, messageID: idOf(sent) })
    expect(String(read.data) === fileContent.toString()).toBe(true)
    const stored = await bench.storage.payloads.read(idOf(sent), 2)
    const pieces = []
    for await (const piece of stored?.bytes ?? []) pieces.push(piece)
    expect(gunzipSync(Buffer.concat(pieces)).equals(fileContent.subarray(10 * 1024 * 1024))).toBe(true)
  })

  test('is told when it may not come in', async () => {
    const impostor = { ...sender, mailboxPassword: 'wrong' }
    const refused = (await nhs.handShake(impostor)) as unknown as { response: Answer }
    expect(refused.response.status).toBe(403)
  })
})
