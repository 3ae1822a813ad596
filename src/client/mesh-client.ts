import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { inChunks, type MeshContent } from './mesh-content.ts'
import { MeshError, readMeshError } from './mesh-error.ts'
import { type MeshMessageInfo, readMessageInfo } from './mesh-message-info.ts'
import { type MeshCredentials, meshToken } from './mesh-token.ts'

export interface MeshClientSettings extends MeshCredentials {
  /** The address of the service, without `/messageexchange`. */
  readonly baseUrl: string
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

/** A mailbox that may receive. */
export interface MeshEndpoint {
  readonly mailboxId: string
  readonly name: string
}

export interface MeshClient {
  /** Proves that mailbox and service know each other; to be called at least once a day. */
  handshake(): Promise<void>
  /** Sends a message and answers its id. Never tries again by itself: an unknown outcome is to be tracked, not repeated. */
  send(content: MeshContent, label: MeshLabel): Promise<string>
  /** The ids of all waiting messages, oldest first, however many pages they fill. */
  inbox(options?: { readonly workflowFilter?: string }): AsyncGenerator<string>
  /** A waiting message: what it says of itself, and its content over all chunks, to be read once. */
  download(messageId: string): Promise<{ info: MeshMessageInfo; content: AsyncIterable<Uint8Array> }>
  /** Tells that a message is safely stored; it leaves the inbox. */
  acknowledge(messageId: string): Promise<void>
  track(messageId: string): Promise<MeshTracking>
  /** The mailboxes of an organisation that may receive under a workflow. */
  lookUp(odsCode: string, workflowId: string): Promise<readonly MeshEndpoint[]>
  /** All mailboxes that may receive under a workflow. */
  searchWorkflow(workflowId: string): Promise<readonly MeshEndpoint[]>
}

const V2 = 'application/vnd.mesh.v2+json'
const DEFAULT_CHUNK_BYTES = 10 * 1024 * 1024

/** A client of one mailbox of a MESH mailbox service. Every method throws `MeshError` for whatever the service did not do. */
export function meshClient(settings: MeshClientSettings): MeshClient {
  const { fetch: send = fetch, now = () => new Date(), maxChunkBytes = DEFAULT_CHUNK_BYTES } = settings
  const base = settings.baseUrl.replace(/\/+$/, '')
  const own = `/messageexchange/${encodeURIComponent(settings.mailboxId)}`

  const call = async (action: string, path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { Accept: V2, Authorization: meshToken(settings, now()), ...init.headers }
    const response = await send(base + path, { ...init, headers, redirect: 'error' }).catch(
      (cause: unknown) => {
        throw new MeshError(`${action}: the service did not answer`, { cause })
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

    send: async (content, label) => {
      const { total, chunks } = inChunks(content, maxChunkBytes)
      let number = 0
      let id: string | undefined
      for await (const bytes of chunks) {
        number++
        const path = id === undefined ? `${own}/outbox` : `${own}/outbox/${id}/${number}`
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
      }
      return id ?? ''
    },

    async *inbox({ workflowFilter } = {}) {
      const filter = workflowFilter ? `?workflow_filter=${encodeURIComponent(workflowFilter)}` : ''
      for (let path: string | undefined = `${own}/inbox${filter}`; path; ) {
        const page = (await bodyAsJson('inbox', await call('inbox', path))) as {
          messages?: string[]
          links?: { next?: string }
        }
        yield* page.messages ?? []
        path = page.messages?.length ? page.links?.next : undefined
      }
    },

    download: async messageId => {
      const path = `${own}/inbox/${encodeURIComponent(messageId)}`
      const first = await call('download', path)
      const info = readMessageInfo(messageId, first.headers)
      const content = async function* () {
        yield* bodyOf(first)
        for (let number = 2; number <= info.chunks; number++) {
          yield* bodyOf(await call('download chunk', `${path}/${number}`))
        }
      }
      return { info, content: content() }
    },

    acknowledge: async messageId => {
      const path = `${own}/inbox/${encodeURIComponent(messageId)}/status/acknowledged`
      await (await call('acknowledge', path, { method: 'PUT' })).arrayBuffer()
    },

    track: async messageId => {
      const path = `${own}/outbox/tracking?messageID=${encodeURIComponent(messageId)}`
      const found = (await bodyAsJson('track', await call('track', path))) as {
        status?: string
        status_success?: boolean
        status_code?: string
        status_description?: string
      }
      const { status = 'unknown', status_success: success = false, status_code: code = '' } = found
      const failure = { code, description: found.status_description ?? '' }
      return { status, success, ...(!success && { failure }) }
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
    ...(label.subject !== undefined && { 'mex-Subject': label.subject }),
    ...(label.fileName !== undefined && { 'mex-FileName': label.fileName }),
  }
}

async function bodyAsJson(action: string, response: Response): Promise<unknown> {
  return response.json().catch((cause: unknown) => {
    throw new MeshError(`${action}: the answer broke off or is not JSON`, { status: response.status, cause })
  })
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  try {
    if (response.body) yield* response.body
  } catch (cause) {
    throw new MeshError('download: the content broke off', { status: response.status, cause })
  }
}
