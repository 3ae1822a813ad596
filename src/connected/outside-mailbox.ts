import type { ConnectionProblem } from '../client/connection-problem.ts'
import { type MeshClientSettings, meshClient } from '../client/mesh-client.ts'
import { MeshError } from '../client/mesh-error.ts'
import type { MeshMessageInfo } from '../client/mesh-message-info.ts'
import { failure, type Result, success } from '../domain/result.ts'
import {
  ContentBrokeOff,
  type InboundLabel,
  type OutsideFault,
  type OutsideMailbox,
  type Tracked,
} from '../flows/relay/ports.ts'

/** Our mailbox on a MESH server elsewhere, by its published API. `fetch` hands bodies on as they travel (`streamingFetch`). */
export function outsideMailbox(
  settings: MeshClientSettings & { readonly fetch: typeof fetch },
): OutsideMailbox {
  const mesh = meshClient(settings)
  return {
    id: settings.mailboxId.toUpperCase(),
    handshake: () => asResult(mesh.handshake()),
    waiting: async function* () {
      try {
        for await (const id of mesh.inbox()) yield success(id)
      } catch (error) {
        yield failure(faultOf(error))
      }
    },
    receive: async outsideId => {
      const received = await asResult(mesh.receive(outsideId))
      if (!received.ok) return received
      const { info, chunks } = received.value
      const label = labelOf(info)
      if (info.kind === 'DATA') return success({ kind: 'message', label, chunks: whole(chunks) })
      for await (const { bytes } of whole(chunks)) for await (const _ of bytes);
      return success({
        kind: 'report',
        label,
        failure: info.failure ?? { code: '', event: '', description: '' },
        ...(info.linkedMessageId !== undefined && { about: info.linkedMessageId }),
      })
    },
    acknowledge: outsideId => asResult(mesh.acknowledge(outsideId)),
    send: ({ messageId, to, workflowId, size, content, chunkBytes, ...label }, { from, report }) =>
      asResult(
        meshClient({ ...settings, maxChunkBytes: chunkBytes }).send(
          { size, stream: content },
          { ...label, to, workflowId, localId: messageId },
          {
            ...(from && { from: { messageId: from.outsideId, chunks: from.chunks } }),
            onProgress: progress => report({ outsideId: progress.messageId, chunks: progress.chunks }),
          },
        ),
      ),
    track: by => ('outsideId' in by ? trackById(by.outsideId) : trackByLocalId(by.messageId)),
  }

  async function trackById(outsideId: string): Promise<Result<Tracked, OutsideFault>> {
    const tracked = await asResult(mesh.track(outsideId))
    return tracked.ok ? success({ outsideId, ...stateOf(tracked.value) }) : tracked
  }

  async function trackByLocalId(localId: string): Promise<Result<Tracked, OutsideFault>> {
    try {
      const tracked = await mesh.trackLocal(localId)
      if (!tracked) return failure({ kind: 'gone' })
      return success({ outsideId: tracked.messageId, ...stateOf(tracked) })
    } catch (error) {
      // Several messages under one local id: the recipient has it more than once already.
      if (error instanceof MeshError && error.status === 300) return success({ state: 'taken' })
      return failure(faultOf(error))
    }
  }
}

async function asResult<T>(work: Promise<T>): Promise<Result<T, OutsideFault>> {
  try {
    return success(await work)
  } catch (error) {
    return failure(faultOf(error))
  }
}

/** What a refusal means for whoever asked. What is no answer of the other side is our own bug or infrastructure, and thrown on. */
function faultOf(error: unknown): OutsideFault {
  if (!(error instanceof MeshError)) throw error
  const { status, code, retryAfterSeconds, problem } = error
  if (problem && !PASSES.includes(problem)) return { kind: 'no-connection', problem }
  if (status === 401 || status === 403) return { kind: 'not-let-in' }
  if (status === 404 || status === 410) return { kind: 'gone' }
  if (status !== undefined && status >= 400 && status < 500 && !PASSING.includes(status)) {
    return { kind: 'refused', code: code ?? String(status) }
  }
  return { kind: 'unavailable', ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) }
}

/** Of connections: what another time may end. */
const PASSES: readonly ConnectionProblem[] = ['refused', 'no-route', 'timed-out', 'broken-off']

/** Refusals that another time, or another state of the message, ends: too slow, conflict with a chunk already there, too many. */
const PASSING: readonly number[] = [406, 408, 409, 423, 425, 429]

function stateOf(tracked: {
  status: string
  failure?: { code: string; description: string }
}): Pick<Tracked, 'state' | 'failure'> {
  if (tracked.status === 'uploading') return { state: 'uploading' }
  if (tracked.status !== 'undeliverable') return { state: 'taken' }
  return {
    state: 'undeliverable',
    failure: { event: '', ...(tracked.failure ?? { code: '', description: '' }) },
  }
}

function labelOf(info: MeshMessageInfo): InboundLabel {
  const { from, workflowId, localId, partnerId, subject, fileName, contentType } = info
  return {
    workflowId,
    ...(from !== undefined && { from }),
    ...(localId !== undefined && { localId }),
    ...(partnerId !== undefined && { partnerId }),
    ...(subject !== undefined && { subject }),
    ...(fileName !== undefined && { fileName }),
    ...(contentType !== undefined && { contentType }),
  }
}

type Chunks<Encoding> = AsyncIterable<{
  readonly encoding: Encoding
  readonly bytes: AsyncIterable<Uint8Array>
}>

async function* whole<Encoding>(chunks: Chunks<Encoding>) {
  for await (const { encoding, bytes } of brokenOff(chunks)) yield { encoding, bytes: brokenOff(bytes) }
}

async function* brokenOff<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items
  } catch (error) {
    if (error instanceof MeshError) throw new ContentBrokeOff('The content broke off', { cause: error })
    throw error
  }
}
