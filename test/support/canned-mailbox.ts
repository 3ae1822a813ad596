import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import Fastify from 'fastify'

/** A message as a MESH server hands it out. */
export interface CannedMessage {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

export interface CannedMailbox {
  readonly baseUrl: string
  /** What waits, by id. */
  readonly waiting: Map<string, CannedMessage>
  readonly acknowledged: string[]
  close(): Promise<void>
}

/** A MESH server that hands out just the headers and bytes that a test gives it, which ours would not. */
export async function openCannedMailbox(): Promise<CannedMailbox> {
  const waiting = new Map<string, CannedMessage>()
  const acknowledged: string[] = []
  const app = Fastify({ forceCloseConnections: true })
  app.post('/messageexchange/:mailbox', async () => '')
  app.get('/messageexchange/:mailbox/inbox', async () => ({ messages: [...waiting.keys()] }))
  app.get<{ Params: { id: string } }>('/messageexchange/:mailbox/inbox/:id', async ({ params }, reply) => {
    const message = waiting.get(params.id)
    if (!message) return reply.code(404).send({})
    reply.headers({ 'content-type': 'application/octet-stream', ...message.headers })
    return reply.send(Buffer.from(message.body ?? ''))
  })
  app.put<{ Params: { id: string } }>(
    '/messageexchange/:mailbox/inbox/:id/status/acknowledged',
    async ({ params }) => {
      waiting.delete(params.id)
      acknowledged.push(params.id)
      return ''
    },
  )
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  return { baseUrl: `http://127.0.0.1:${port}`, waiting, acknowledged, close: () => app.close() }
}

/** The headers of a message of one chunk under a workflow. */
export function labelled(
  workflow: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { 'mex-workflowid': workflow, 'mex-messagetype': 'DATA', 'mex-chunk-range': '1:1', ...more }
}

/** Ways in which compressed content arrives damaged. */
export const DAMAGED_GZIP: readonly (readonly [name: string, of: (content: string) => Uint8Array])[] = [
  ['cut short at its end', content => gzipSync(content).subarray(0, -9)],
  ['cut short in its middle', content => gzipSync(content).subarray(0, gzipSync(content).length >> 1)],
  ['cut short in its head', content => gzipSync(content).subarray(0, 5)],
  ['of one byte', content => gzipSync(content).subarray(0, 1)],
  ['of nothing', () => new Uint8Array()],
  ['with a changed byte', content => gzipSync(content).fill(0xff, 20, 24)],
]
