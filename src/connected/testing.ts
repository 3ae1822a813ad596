import type { AddressInfo } from 'node:net'
import { inPieces } from '../../test/support/bytes.ts'
import {
  ALPHA,
  BETA,
  CPIS,
  type MeshBench,
  openMeshBench,
  passwordOf,
  SHARED_KEY,
  UPLOAD,
} from '../../test/support/mesh.ts'
import { type MeshClient, meshClient } from '../client/mesh-client.ts'
import { streamingFetch } from '../client/streaming-fetch.ts'
import type { MailboxId } from '../domain/organisation.ts'
import { deliverMessage } from '../flows/mailbox/deliver-message.ts'
import { type RelayInboundDeps, relayInbound } from '../flows/relay/relay-inbound.ts'
import { type RelayOutboundDeps, relayOutbound } from '../flows/relay/relay-outbound.ts'
import { outsideMailbox } from './outside-mailbox.ts'

export const ANSWER = 'CPIS_TEST_ANSWER'
export const POLL_MS = 300_000

/** What happens to a request on its way; undefined lets it pass, `pass` does too, and can be told another path. */
export type Mishap = (
  request: { readonly method: string; readonly path: string },
  pass: (path?: string) => Promise<Response>,
) => Promise<Response> | undefined

export interface RelayBench {
  /** The server elsewhere, as authorities see it. */
  readonly outside: MeshBench
  /** Our own house. */
  readonly inside: MeshBench
  readonly deps: RelayInboundDeps & RelayOutboundDeps
  /** Requests that reached the wire since the last call, as `METHOD path`. */
  requests(): string[]
  /** From now on this happens to requests; without one nothing does. */
  mishap(mishap?: Mishap): void
  /** An authority at its mailbox on the server elsewhere. */
  authority(mailbox?: string): MeshClient
  /** CP-IS puts a message into an authority's mailbox. */
  tell(content: Uint8Array | string, to?: MailboxId, workflowId?: string): Promise<string>
  /** The next round of fetching that is due. */
  fetchRound(): ReturnType<typeof relayInbound>
  sendRound(): ReturnType<typeof relayOutbound>
  /** Moves both clocks. */
  pass(ms: number): void
  /** Nothing was ever sent or fetched, and there are no more mishaps. */
  startAfresh(): Promise<void>
  close(): Promise<void>
}

const TABLES = `truncate message, payload_chunk, payload_piece, outside_mailbox, outside_arrival, outside_dispatch,
  notification, test_job`

/** Two houses: a MESH server elsewhere, and ours that is an ordinary client of it. Messages go out in chunks of 100,000 bytes. */
export async function openRelayBench(): Promise<RelayBench> {
  const outside = await openMeshBench()
  const inside = await openMeshBench()
  for (const { storage } of [outside, inside]) {
    await storage.workflows.add({ id: ANSWER, description: 'x', senders: [CPIS], receivers: [ALPHA, BETA] })
  }
  await outside.storage.workflows.add({ id: UPLOAD, description: 'x', senders: [BETA], receivers: [] })
  await outside.app.listen({ host: '127.0.0.1', port: 0 })
  const baseUrl = `http://127.0.0.1:${(outside.app.server.address() as AddressInfo).port}`
  const wire = streamingFetch({ idleMs: 5_000 })
  let requests: string[] = []
  let mishap: Mishap | undefined
  const now = () => inside.deps.clock.now()
  const settings = (mailboxId: string) => ({
    baseUrl,
    mailboxId,
    password: passwordOf(mailboxId),
    sharedKey: SHARED_KEY,
    now,
  })
  const watched: typeof fetch = (input, init = {}) => {
    const { pathname, search } = new URL(String(input))
    const request = { method: init.method ?? 'GET', path: pathname.replace('/messageexchange', '') + search }
    requests.push(`${request.method} ${request.path}`)
    const pass = (path = request.path) => wire.fetch(`${baseUrl}/messageexchange${path}`, init)
    return mishap?.(request, pass) ?? pass()
  }
  const deps = {
    ...inside.deps,
    outside: outsideMailbox({ ...settings(CPIS), fetch: watched }),
    pollMs: POLL_MS,
    chunkBytes: 100_000,
  }
  return {
    outside,
    inside,
    deps,
    requests: () => {
      const seen = requests
      requests = []
      return seen
    },
    mishap: happens => {
      mishap = happens
    },
    authority: (mailbox = ALPHA) => meshClient({ ...settings(mailbox), maxChunkBytes: 100_000 }),
    tell: async (content, to = ALPHA, workflowId = ANSWER) => {
      const label = { from: CPIS, to, workflowId, contentType: 'application/xml', localId: 'THEIR-OWN' }
      const told = await inside.storage.transaction(stores =>
        deliverMessage(stores, deps, label, inPieces(content, 65_536)),
      )
      return told.id
    },
    fetchRound: () => relayInbound(deps),
    sendRound: () => relayOutbound(deps),
    pass: ms => {
      outside.pass(ms)
      inside.pass(ms)
    },
    startAfresh: async () => {
      mishap = undefined
      requests = []
      for (const { database, audited } of [outside, inside]) {
        await database.statement('empty', TABLES, [])
        await audited()
      }
    },
    close: async () => {
      wire.close()
      await outside.close()
      await inside.close()
    },
  }
}
