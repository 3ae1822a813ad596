import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { connectionProblem, connectionWords } from './connection-problem.ts'
import { asChunk, type MeshChunk, plainBodyOf } from './mesh-body.ts'
import { inChunks, type MeshContent } from './mesh-content.ts'
import { MeshError, readMeshError } from './mesh-error.ts'
import { type MeshMessageInfo, readMessageInfo } from './mesh-message-info.ts'
import { type MeshCredentials, meshToken } from './mesh-token.ts'
import { readJsonToEnd } from './read-to-end.ts'
import { streamingFetch } from './streaming-fetch.ts'

export interface MeshClientSettings extends MeshCredentials {
  /** The address of the service, without `/messageexchange`. */
  readonly baseUrl: string
  /** Hands bodies on as they travel, as `streamingFetch` does, which is used where none is given. The platform's own decompresses before
   * anybody sees what was compressed, and does not notice content that is cut short. */
  readonly fetch?: typeof fetch
  readonly now?: () => Date
  /** Longer content is sent in chunks of this many bytes. */
  readonly maxChunkBytes?: number
}

/** What is said of a message when it is sent. `localId` is the sender's own reference and must hold nothing of a person. */
export interface MeshLabel {
  readonly to: string
  readonly workflowId: string
  readonly localId?: string
  readonly partnerId?: string
  readonly subject?: string
  readonly fileName?: string
  readonly contentType?: string
  /** Compress what travels. */
  readonly gzip?: boolean
}

export interface MeshTracking {
  /** `uploading`, `accepted`, `acknowledged` or `undeliverable`. */
  readonly status: string
  readonly success: boolean
  /** Why the message failed, where it did. */
  readonly failure?: { readonly code: string; readonly description: string }
}

/** A message that was sent under a local id. */
export interface MeshTracked extends MeshTracking {
  readonly messageId: string
}

/** How far a message of several chunks has come, so that sending can go on where it broke off. */
export interface MeshProgress {
  readonly messageId: string
  /** The number of chunks that the service has. */
  readonly chunks: number
}

export interface MeshSending {
  /** Goes on with a message: what it has already is not sent again. Content and `maxChunkBytes` must be as before. */
  readonly from?: MeshProgress
  /** Called after each chunk but the last; the next is sent once it is over. */
  readonly onProgress?: (progress: MeshProgress) => Promise<void>
}

/** A mailbox that may receive. */
export interface MeshEndpoint {
  readonly mailboxId: string
  readonly name: string
}

export interface MeshClient {
  /** Proves that mailbox and service know each other; to be called at least once a day. */
  handshake(): Promise<void>
  /** Sends a message and answers its id. Never tries again by itself: an unknown outcome is to be tracked, not repeated. */
  send(content: MeshContent, label: MeshLabel, sending?: MeshSending): Promise<string>
  /** The ids of all waiting messages, oldest first, however many pages they fill. */
  inbox(options?: { readonly workflowFilter?: string }): AsyncGenerator<string>
  /** A waiting message: what it says of itself, and its content over all chunks, to be read once. */
  download(messageId: string): Promise<{ info: MeshMessageInfo; content: AsyncIterable<Uint8Array> }>
  /**
   * The same, chunk by chunk as its sender compressed them, each to be read before the next. The platform's own `fetch` decompresses
   * behind the caller's back: this needs `streamingFetch`. A report has no chunks.
   */
  receive(messageId: string): Promise<{ info: MeshMessageInfo; chunks: AsyncIterable<MeshChunk> }>
  /** Tells that a message is safely stored; it leaves the inbox. */
  acknowledge(messageId: string): Promise<void>
  track(messageId: string): Promise<MeshTracking>
  /** The message sent under a local id, or undefined; throws with status 300 when there are several. */
  trackLocal(localId: string): Promise<MeshTracked | undefined>
  /** The mailboxes of an organisation that may receive under a workflow. */
  lookUp(odsCode: string, workflowId: string): Promise<readonly MeshEndpoint[]>
  /** All mailboxes that may receive under a workflow. */
  searchWorkflow(workflowId: string): Promise<readonly MeshEndpoint[]>
}

const V2 = 'application/vnd.mesh.v2+json'
const DEFAULT_CHUNK_BYTES = 10 * 1024 * 1024
/** A connection on which nothing moves for so long is given up. */
const IDLE_MS = 60_000
const TAKES_GZIP = { headers: { 'Accept-Encoding': 'gzip' } }

/** A client of one mailbox of a MESH mailbox service. Every method throws `MeshError` for whatever the service did not do. */
export function meshClient(settings: MeshClientSettings): MeshClient {
  const { now = () => new Date(), maxChunkBytes = DEFAULT_CHUNK_BYTES } = settings
  const send = settings.fetch ?? streamingFetch({ idleMs: IDLE_MS }).fetch
  const base = settings.baseUrl.replace(/\/+$/, '')
  const own = `/messageexchange/${encodeURIComponent(settings.mailboxId)}`

  const call = async (action: string, path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { Accept: V2, Authorization: meshToken(settings, now()), ...init.headers }
    const response = await send(base + path, { ...init, headers, redirect: 'error' }).catch(
      (cause: unknown) => {
        const problem = connectionProblem(cause)
        const why = problem ? connectionWords(problem) : 'the service did not answer'
        throw new MeshError(`${action}: ${why}`, { cause, ...(problem && { problem }) })
      },
    )
    if (!response.ok) throw await readMeshError(action, response)
    return response
  }

  const endpoints = async (path: string): Promise<MeshEndpoint[]> => {
    const found = (await bodyAsJson('look up', await call('look up', `/messageexchange/${path}`))) as {
      results?: { mailbox_id: string; mailbox_name: string }[]
    }
    return (found.results ?? []).map(({ mailbox_id, mailbox_name }) => ({
      mailboxId: mailbox_id,
      name: mailbox_name,
    }))
  }

  return {
    handshake: async () => {
      const headers = {
        'mex-ClientVersion': 'cp-is-client',
        'mex-OSName': process.platform,
        'mex-OSVersion': process.version,
      }
      await (await call('handshake', own, { method: 'POST', headers })).arrayBuffer()
    },

    send: async (content, label, { from, onProgress } = {}) => {
      const { total, chunks } = inChunks(content, maxChunkBytes)
      let number = 0
      let id = from?.messageId
      for await (const bytes of chunks) {
        number++
        if (from && number <= from.chunks) continue
        const path =
          number === 1 ? `${own}/outbox` : `${own}/outbox/${encodeURIComponent(id ?? '')}/${number}`
        const response = await call(number === 1 ? 'send' : 'send chunk', path, {
          method: 'POST',
          body: label.gzip ? await compressed(bytes) : bytes,
          headers: {
            'Content-Type': label.contentType ?? 'application/octet-stream',
            'mex-Chunk-Range': `${number}:${total}`,
            ...(label.gzip && { 'Content-Encoding': 'gzip' }),
            ...(number === 1 && labelHeaders(label)),
          },
        })
        const accepted = (await bodyAsJson('send', response)) as { message_id?: string }
        id ??= accepted.message_id
        if (!id) throw new MeshError('send: the message was accepted, and not said under which id')
        if (number < total) await onProgress?.({ messageId: id, chunks: number })
      }
      return id ?? ''
    },

    async *inbox({ workflowFilter } = {}) {
      const filter = workflowFilter ? `?workflow_filter=${encodeURIComponent(workflowFilter)}` : ''
      const seen = new Set<string>()
      for (let path: string | undefined = `${own}/inbox${filter}`; path && !seen.has(path); ) {
        seen.add(path)
        const page = (await bodyAsJson('inbox', await call('inbox', path))) as {
          messages?: string[]
          links?: { next?: string }
        }
        yield* page.messages ?? []
        path = page.messages?.length ? nextPage(page.links?.next) : undefined
      }
    },

    download: async messageId => {
      const path = `${own}/inbox/${encodeURIComponent(messageId)}`
      const first = await call('download', path, TAKES_GZIP)
      const info = readMessageInfo(messageId, first.headers)
      const content = async function* () {
        yield* plainBodyOf(first, info)
        for (let number = 2; number <= info.chunks; number++) {
          yield* plainBodyOf(await call('download chunk', `${path}/${number}`, TAKES_GZIP), info)
        }
      }
      return { info, content: content() }
    },

    receive: async messageId => {
      const path = `${own}/inbox/${encodeURIComponent(messageId)}`
      const first = await call('download', path, TAKES_GZIP)
      const info = readMessageInfo(messageId, first.headers)
      const chunks = async function* () {
        if (info.kind === 'REPORT') return first.body?.cancel()
        yield asChunk(first)
        for (let number = 2; number <= info.chunks; number++) {
          yield asChunk(await call('download chunk', `${path}/${number}`, TAKES_GZIP))
        }
      }
      return { info, chunks: chunks() }
    },

    acknowledge: async messageId => {
      const path = `${own}/inbox/${encodeURIComponent(messageId)}/status/acknowledged`
      await (await call('acknowledge', path, { method: 'PUT' })).arrayBuffer()
    },

    track: async messageId => {
      const path = `${own}/outbox/tracking?messageID=${encodeURIComponent(messageId)}`
      return readTracking(await bodyAsJson('track', await call('track', path)))
    },

    trackLocal: async localId => {
      const path = `${own}/outbox/tracking/${encodeURIComponent(localId)}`
      const response = await call('track', path).catch((error: unknown) => {
        if (error instanceof MeshError && error.status === 404) return undefined
        throw error
      })
      if (!response) return undefined
      const found = (await bodyAsJson('track', response)) as { messageId?: string; message_id?: string }
      const messageId = found.messageId ?? found.message_id
      if (!messageId) throw new MeshError('track: the message was found, and not said under which id')
      return { messageId, ...readTracking(found) }
    },

    lookUp: (odsCode, workflowId) =>
      endpoints(`endpointlookup/${encodeURIComponent(odsCode)}/${encodeURIComponent(workflowId)}`),
    searchWorkflow: workflowId => endpoints(`workflowsearch/${encodeURIComponent(workflowId)}`),
  }
}

const compressed = promisify(gzip)

function labelHeaders(label: MeshLabel): Record<string, string> {
  return {
    'mex-To': label.to,
    'mex-WorkflowID': label.workflowId,
    ...(label.localId !== undefined && { 'mex-LocalID': label.localId }),
    ...(label.partnerId !== undefined && { 'mex-PartnerID': label.partnerId }),
    ...(label.subject !== undefined && { 'mex-Subject': label.subject }),
    ...(label.fileName !== undefined && { 'mex-FileName': label.fileName }),
  }
}

/** The way to the next page, so long as it leads back to where the mailbox is: it is asked for with a token. */
function nextPage(next: string | undefined): string | undefined {
  if (next === undefined || next.startsWith('/messageexchange/')) return next
  throw new MeshError('inbox: the next page is said to be somewhere else')
}

/** What became of a message, in either of the two published forms. */
function readTracking(found: unknown): MeshTracking {
  const said = found as Record<string, string | boolean | undefined>
  const status = String(said['status'] ?? 'unknown').toLowerCase()
  const success = said['status_success'] ?? said['statusSuccess'] === 'SUCCESS'
  if (success === true) return { status, success }
  const code = String(said['status_code'] ?? said['statusCode'] ?? '')
  const description = String(said['status_description'] ?? said['statusDescription'] ?? '')
  return { status, success: false, failure: { code, description } }
}

/** In bytes; a page of 5,000 messages with their labels is about 5,000,000. */
const LONGEST_LIST = 32 * 1024 * 1024

async function bodyAsJson(action: string, response: Response): Promise<unknown> {
  return readJsonToEnd(response.body, LONGEST_LIST).catch((cause: unknown) => {
    throw new MeshError(`${action}: the answer broke off or is not JSON`, { status: response.status, cause })
  })
}
