import { gzipSync } from 'node:zlib'
import { MeshError, readMeshError } from './mesh-error.ts'
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

/** What a downloaded message says of itself. A report has no content: it tells what became of `linkedMessageId`. */
export interface MeshMessageInfo {
  readonly id: string
  readonly kind: 'DATA' | 'REPORT'
  readonly from?: string
  readonly to?: string
  readonly workflowId: string
  readonly localId?: string
  readonly subject?: string
  readonly fileName?: string
  readonly chunks: number
  readonly linkedMessageId?: string
  readonly failure?: { readonly code: string; readonly description: string }
}

export interface MeshTracking {
  readonly status: string
  readonly success: boolean
}

export interface MeshClient {
  /** Proves that mailbox and service know each other; to be called at least once a day. */
  handshake(): Promise<void>
  /** Sends a message and answers its id. Never tries again by itself: an unknown outcome is to be tracked, not repeated. */
  send(content: Uint8Array | Blob, label: MeshLabel): Promise<string>
  /** The ids of all waiting messages, oldest first, however many pages they fill. */
  inbox(options?: { readonly workflowFilter?: string }): AsyncGenerator<string>
  /** A waiting message: what it says of itself, and its content over all chunks, to be read once. */
  download(messageId: string): Promise<{ info: MeshMessageInfo; content: AsyncIterable<Uint8Array> }>
  /** Tells that a message is safely stored; it leaves the inbox. */
  acknowledge(messageId: string): Promise<void>
  track(messageId: string): Promise<MeshTracking>
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
      const blob = content instanceof Blob ? content : new Blob([new Uint8Array(content)])
      const total = Math.max(1, Math.ceil(blob.size / maxChunkBytes))
      const chunk = async (number: number) => {
        const bytes = new Uint8Array(
          await blob.slice((number - 1) * maxChunkBytes, number * maxChunkBytes).arrayBuffer(),
        )
        return {
          method: 'POST',
          body: label.gzip ? gzipSync(bytes) : bytes,
          headers: {
            'Content-Type': label.contentType ?? 'application/octet-stream',
            'mex-Chunk-Range': `${number}:${total}`,
            ...(label.gzip && { 'Content-Encoding': 'gzip' }),
            ...(number === 1 && labelHeaders(label)),
          },
        }
      }
      const accepted = (await (await call('send', `${own}/outbox`, await chunk(1))).json()) as {
        message_id?: string
      }
      const id = accepted.message_id
      if (!id) throw new MeshError('send: the service accepted the message and did not say under which id')
      for (let number = 2; number <= total; number++) {
        await (await call('send chunk', `${own}/outbox/${id}/${number}`, await chunk(number))).arrayBuffer()
      }
      return id
    },

    async *inbox({ workflowFilter } = {}) {
      const filter = workflowFilter ? `?workflow_filter=${encodeURIComponent(workflowFilter)}` : ''
      for (let path: string | undefined = `${own}/inbox${filter}`; path; ) {
        const page = (await (await call('inbox', path)).json()) as {
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
      const info = readInfo(messageId, first.headers)
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
      const found = (await (await call('track', path)).json()) as {
        status?: string
        status_success?: boolean
      }
      return { status: found.status ?? 'unknown', success: found.status_success ?? false }
    },
  }
}

function labelHeaders(label: MeshLabel): Record<string, string> {
  return {
    'mex-To': label.to,
    'mex-WorkflowID': label.workflowId,
    ...(label.localId !== undefined && { 'mex-LocalID': label.localId }),
    ...(label.subject !== undefined && { 'mex-Subject': label.subject }),
    ...(label.fileName !== undefined && { 'mex-FileName': label.fileName }),
  }
}

function readInfo(messageId: string, headers: Headers): MeshMessageInfo {
  const isReport = headers.get('mex-messagetype') === 'REPORT'
  // A report says "chunk 1 of 0".
  const chunks = Number(/:(\d+)$/.exec(headers.get('mex-chunk-range') ?? '')?.[1] ?? 1)
  const optional = {
    from: headers.get('mex-from'),
    to: headers.get('mex-to'),
    localId: headers.get('mex-localid'),
    subject: headers.get('mex-subject'),
    fileName: headers.get('mex-filename'),
    linkedMessageId: headers.get('mex-linkedmsgid'),
  }
  return {
    id: headers.get('mex-messageid') ?? messageId,
    kind: isReport ? 'REPORT' : 'DATA',
    workflowId: headers.get('mex-workflowid') ?? '',
    chunks,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
    ...(isReport && {
      failure: {
        code: headers.get('mex-statuscode') ?? '',
        description: headers.get('mex-statusdescription') ?? '',
      },
    }),
  }
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body) yield* response.body
}
