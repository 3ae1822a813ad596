import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type MeshClient, type MeshClientSettings, MeshError, meshClient } from '../../src/client/index.ts'
import { type StreamingFetch, streamingFetch } from '../../src/client/streaming-fetch.ts'
import { collect } from './bytes.ts'

/** A MESH server and two mailboxes on it, of which the one may send to the other under the workflow. */
export interface ContractServer {
  readonly baseUrl: string
  readonly sharedKey: string
  readonly tls?: { readonly cert?: string; readonly key?: string; readonly ca?: string }
  readonly sender: { readonly mailboxId: string; readonly password: string }
  readonly recipient: { readonly mailboxId: string; readonly password: string }
  readonly workflowId: string
  close(): Promise<void>
}

/** More than the least that a chunk which is not the last should have (published client: 5 MB). */
const CHUNK = 6_000_000

/**
 * What our client relies on of a MESH server, and what it says to one; the same for ours and for any other. Mailboxes must be
 * empty or hold what nobody needs: what waits is acknowledged.
 */
export function meshContract(name: string, open: () => Promise<ContractServer>): void {
  describe(`the MESH API as ${name} serves it`, () => {
    let server: ContractServer
    let wire: StreamingFetch
    let breaches: string[]
    beforeAll(async () => {
      server = await open()
      wire = streamingFetch({ idleMs: 30_000, ...(server.tls && { tls: server.tls }) })
      breaches = []
      for await (const id of recipient().inbox()) await recipient().acknowledge(id)
    })
    afterAll(async () => {
      wire.close()
      await server.close()
    })

    const client = (
      { mailboxId, password }: ContractServer['sender'],
      more: Partial<MeshClientSettings> = {},
    ): MeshClient => {
      const { baseUrl, sharedKey } = server
      const fetch = held(more.fetch ?? wire.fetch, breaches)
      return meshClient({ baseUrl, sharedKey, mailboxId, password, maxChunkBytes: CHUNK, ...more, fetch })
    }
    const sender = (more?: Partial<MeshClientSettings>) => client(server.sender, more)
    const recipient = () => client(server.recipient)
    const label = () => ({ to: server.recipient.mailboxId, workflowId: server.workflowId })
    const taken = async (id: string) => {
      const { info, content } = await recipient().download(id)
      const bytes = Buffer.concat(await collect(content))
      await recipient().acknowledge(id)
      return { info, bytes }
    }
    const refusal = async (work: Promise<unknown>) => {
      const error = await work.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (error instanceof MeshError) return error
      throw new Error('It was not refused')
    }

    test('a handshake is answered', async () => {
      await sender().handshake()
    })

    test('a message is listed, fetched with its labels, acknowledged, and then gone; its sender can follow it', async () => {
      const localId = randomUUID()
      const id = await sender().send(Buffer.from('<file/>'), {
        ...label(),
        localId,
        subject: 'A subject',
        fileName: 'file.xml',
        contentType: 'application/xml',
      })
      expect(await collect(recipient().inbox())).toContain(id)
      expect(await sender().track(id)).toMatchObject({ status: 'accepted', success: true })
      const { info, bytes } = await taken(id)
      expect(bytes.toString()).toBe('<file/>')
      expect(info).toMatchObject({
        id,
        kind: 'DATA',
        from: server.sender.mailboxId,
        workflowId: server.workflowId,
        localId,
        subject: 'A subject',
        fileName: 'file.xml',
        chunks: 1,
      })
      await recipient().acknowledge(id)
      expect(await collect(recipient().inbox())).not.toContain(id)
      expect(await sender().track(id)).toMatchObject({ status: 'acknowledged', success: true })
      expect(await sender().trackLocal(localId)).toMatchObject({ messageId: id, status: 'acknowledged' })
    })

    test.each([false, true])('a message of several chunks arrives as it was; compressed: %s', async gzip => {
      const content = Buffer.from(randomBytes(CHUNK).toString('base64'))
      const id = await sender().send(content, { ...label(), gzip })
      const { info, chunks } = await recipient().receive(id)
      expect(info.chunks).toBe(2)
      let length = 0
      for await (const { bytes } of chunks) for await (const piece of bytes) length += piece.length
      expect(length).toBeGreaterThan(0)
      expect((await taken(id)).bytes.equals(content)).toBe(true)
    })

    test('a message half sent is not delivered, is found by its local id, and can be gone on with', async () => {
      const localId = randomUUID()
      const content = randomBytes(CHUNK + 1)
      const cut: typeof fetch = (input, init) =>
        String(input).endsWith('/2') ? Promise.reject(new Error('cut')) : wire.fetch(input, init)
      await refusal(sender({ fetch: cut }).send(content, { ...label(), localId }))
      const found = await sender().trackLocal(localId)
      expect(found).toMatchObject({ status: 'uploading' })
      const messageId = found?.messageId ?? ''
      expect(await collect(recipient().inbox())).not.toContain(messageId)
      await sender().send(content, { ...label(), localId }, { from: { messageId, chunks: 1 } })
      expect((await taken(messageId)).bytes.equals(content)).toBe(true)
    })

    test('a local id that nobody used is of no message', async () => {
      expect(await sender().trackLocal(randomUUID())).toBeUndefined()
    })

    test('the inbox is first in, first out', async () => {
      const sent: string[] = []
      for (let n = 0; n < 3; n++) sent.push(await sender().send(Buffer.from(`<n>${n}</n>`), label()))
      expect(await collect(recipient().inbox({ workflowFilter: server.workflowId }))).toEqual(sent)
      for (const id of sent) await recipient().acknowledge(id)
    })

    test('who may receive is found by workflow', async () => {
      const found = await sender().searchWorkflow(server.workflowId)
      expect(found.map(({ mailboxId }) => mailboxId)).toContain(server.recipient.mailboxId)
    })

    test('refusals: a password that is wrong, an address that nobody has, a message that is not there', async () => {
      const { mailboxId } = server.sender
      expect((await refusal(client({ mailboxId, password: 'wrong' }).handshake())).status).toBe(403)
      const nowhere = { ...label(), to: `NOBODY${Date.now()}` }
      expect(await refusal(sender().send(Buffer.of(60), nowhere))).toMatchObject({ status: 417, code: '12' })
      const absent = '20200101000000000000_000000'
      expect((await refusal(recipient().download(absent))).status).toBe(404)
      expect((await refusal(sender().track(absent))).status).toBe(404)
    })

    test('our client said nothing that is not in the published specification', () => {
      expect(breaches).toEqual([])
    })
  })
}

const MAILBOX = '/messageexchange/[^/]+'
const CALLS: readonly {
  readonly method: string
  readonly path: RegExp
  readonly headers: readonly string[]
}[] = [
  {
    method: 'POST',
    path: new RegExp(`^${MAILBOX}$`),
    headers: ['mex-clientversion', 'mex-osname', 'mex-osversion'],
  },
  {
    method: 'POST',
    path: new RegExp(`^${MAILBOX}/outbox$`),
    headers: ['mex-to', 'mex-workflowid', 'mex-chunk-range', 'content-type'],
  },
  { method: 'POST', path: new RegExp(`^${MAILBOX}/outbox/[^/]+/[2-9]$`), headers: ['mex-chunk-range'] },
  { method: 'GET', path: new RegExp(`^${MAILBOX}/inbox$`), headers: [] },
  { method: 'GET', path: new RegExp(`^${MAILBOX}/inbox/[^/]+(/[2-9])?$`), headers: [] },
  { method: 'PUT', path: new RegExp(`^${MAILBOX}/inbox/[^/]+/status/acknowledged$`), headers: [] },
  { method: 'GET', path: new RegExp(`^${MAILBOX}/outbox/tracking(/[^/]+)?$`), headers: [] },
  { method: 'GET', path: /^\/messageexchange\/(endpointlookup\/[^/]+|workflowsearch)\/[^/]+$/, headers: [] },
]
/** Longest values (MESH API, send message). */
const LONGEST: Readonly<Record<string, number>> = {
  'mex-to': 100,
  'mex-workflowid': 300,
  'mex-localid': 300,
  'mex-partnerid': 500,
  'mex-subject': 500,
  'mex-filename': 300,
  'mex-chunk-range': 20,
}
const TOKEN = /^NHSMESH [A-Z0-9_-]+:[0-9a-f-]{36}:\d+:(\d{12}):[0-9a-f]{64}$/
const TWO_HOURS = 7_200_000
const MOST_IN_A_REQUEST = 100_000_000

/** A fetch that holds each request to the published specification, whatever the server forgives. */
function held(fetch: typeof globalThis.fetch, breaches: string[]): typeof globalThis.fetch {
  const spent = new Set<string>()
  return (input, init = {}) => {
    const { pathname } = new URL(String(input))
    const headers = new Headers(init.headers)
    const breach = (what: string) => breaches.push(`${init.method ?? 'GET'} ${pathname}: ${what}`)
    const call = CALLS.find(({ method, path }) => method === (init.method ?? 'GET') && path.test(pathname))
    if (!call) breach('no such call')
    for (const name of call?.headers ?? []) if (!headers.get(name)) breach(`no ${name}`)
    for (const [name, longest] of Object.entries(LONGEST)) {
      if ((headers.get(name)?.length ?? 0) > longest) breach(`${name} is too long`)
    }
    const token = headers.get('authorization') ?? ''
    const [, time = ''] = TOKEN.exec(token) ?? []
    const at = Date.parse(time.replace(/(....)(..)(..)(..)(..)/, '$1-$2-$3T$4:$5Z'))
    if (!(Math.abs(at - Date.now()) < TWO_HOURS)) breach('the token is not of its form or its time')
    if (spent.has(token)) breach('the token was used before')
    spent.add(token)
    const encoding = headers.get('content-encoding')
    if (encoding !== null && encoding !== 'gzip') breach(`Content-Encoding ${encoding}`)
    if (init.body instanceof Uint8Array && init.body.length > MOST_IN_A_REQUEST) breach('a body too large')
    return fetch(input, init)
  }
}
