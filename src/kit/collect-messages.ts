import { createReadStream } from 'node:fs'
import {
  BrokenGzip,
  decompressed,
  type MeshClient,
  MeshError,
  type MeshMessageInfo,
} from '../client/index.ts'
import { isSameWorkflow } from '../domain/mailbox/mesh-message.ts'
import type { AccessNotification } from '../domain/notification/access-notification.ts'
import type { InactiveNumberNotification } from '../domain/notification/inactive-number-notification.ts'
import { readAccessNotification } from '../formats/hl7v3/read-access-notification.ts'
import { readInactiveNumberNotification } from '../formats/hl7v3/read-inactive-number-notification.ts'
import type { AuthorityState, KeptMessage, UploadEntry } from './authority-state.ts'
import { type AcknowledgementSummary, summariseAcknowledgement } from './summarise-acknowledgement.ts'

export interface CollectDeps {
  readonly state: AuthorityState
  readonly mesh: MeshClient
  readonly workflows: {
    readonly acknowledgement: string
    readonly notification: string
    readonly inactiveNumber: string
  }
  /** Called with the number of messages dealt with so far. */
  readonly onMessage?: (count: number) => void
}

/** A message that was kept, and what it is. */
export type CollectedMessage = { readonly kept: KeptMessage } & (
  | {
      readonly kind: 'acknowledgement'
      readonly summary: AcknowledgementSummary
      /** The upload it answers, where that was sent from here. */
      readonly upload?: UploadEntry
      /** It answers an earlier attempt to send that upload. */
      readonly former?: true
    }
  | { readonly kind: 'notification'; readonly notification: AccessNotification }
  | { readonly kind: 'inactive-numbers'; readonly notification: InactiveNumberNotification }
  | { readonly kind: 'report'; readonly upload?: UploadEntry }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'other' }
)

export interface CollectReport {
  readonly messages: readonly CollectedMessage[]
  /** Listed, and gone when they were asked for: somebody else has collected them, or their time was up. */
  readonly vanished: readonly string[]
  /** Still in the mailbox, because they could not be fetched or acknowledged; they come again next time. */
  readonly failed: readonly { readonly messageId: string; readonly why: string }[]
}

/**
 * Fetches everything that waits in the mailbox. Each message is on the disk, and what it says of an upload is written down,
 * before it is acknowledged (rule 17.7); what breaks in between comes again and does no harm. Throws `MeshError` only where the
 * mailbox could not even be listed.
 */
export async function collectMessages(deps: CollectDeps): Promise<CollectReport> {
  const messages: CollectedMessage[] = []
  const vanished: string[] = []
  const failed: { messageId: string; why: string }[] = []
  const listed: string[] = []
  for await (const id of deps.mesh.inbox()) listed.push(id)
  for (const id of listed) {
    try {
      const kept = (await deps.state.keptMessage(id)) ?? (await fetchMessage(deps, id))
      if (!kept) {
        vanished.push(id)
        continue
      }
      messages.push(await understand(deps, kept))
      await acknowledge(deps.mesh, id)
    } catch (error) {
      if (!(error instanceof MeshError)) throw error
      failed.push({ messageId: id, why: error.message })
    } finally {
      deps.onMessage?.(messages.length + vanished.length + failed.length)
    }
  }
  return { messages, vanished, failed }
}

async function fetchMessage(
  { mesh, state, workflows }: CollectDeps,
  id: string,
): Promise<KeptMessage | undefined> {
  try {
    const { info, content } = await mesh.download(id)
    // Whoever compressed a message of CP-IS before it was sent is read as well; other messages are kept as they came.
    const plain = isOfCpis(info, workflows) ? decompressed(content) : content
    return await state.keepMessage({ ...info, id }, plain)
  } catch (error) {
    if (isGone(error)) return undefined
    if (error instanceof BrokenGzip)
      throw new MeshError('download: the content is damaged or cut short', { cause: error })
    throw error
  }
}

function isOfCpis({ workflowId }: MeshMessageInfo, workflows: CollectDeps['workflows']): boolean {
  return Object.values(workflows).some(workflow => isSameWorkflow(workflow, workflowId))
}

async function acknowledge(mesh: MeshClient, id: string): Promise<void> {
  await mesh.acknowledge(id).catch((error: unknown) => {
    if (!isGone(error)) throw error
  })
}

function isGone(error: unknown): boolean {
  return error instanceof MeshError && (error.status === 404 || error.status === 410)
}

/** What a message is; what it says of an upload is written down, as often as it is asked. */
async function understand(deps: CollectDeps, kept: KeptMessage): Promise<CollectedMessage> {
  const { info, path } = kept
  const { acknowledgement, notification, inactiveNumber } = deps.workflows
  if (info.kind === 'REPORT') return noteReport(deps.state, kept)
  const isOf = (workflow: string) => isSameWorkflow(workflow, info.workflowId)
  if (isOf(acknowledgement)) {
    const summary = await summariseAcknowledgement(createReadStream(path))
    return summary.ok ? noteAcknowledgement(deps.state, kept, summary.value) : { kind: 'unreadable', kept }
  }
  if (isOf(notification)) {
    const read = await readAccessNotification(createReadStream(path))
    return read.ok ? { kind: 'notification', kept, notification: read.value } : { kind: 'unreadable', kept }
  }
  if (isOf(inactiveNumber)) {
    const read = await readInactiveNumberNotification(createReadStream(path))
    return read.ok
      ? { kind: 'inactive-numbers', kept, notification: read.value }
      : { kind: 'unreadable', kept }
  }
  return { kind: 'other', kept }
}

/**
 * By the reference of the attempt: behind a MESH server elsewhere it comes as the partner id and the local id is that server's own, otherwise
 * as the local id. Where neither is known, by the sequence number inside (rule 17.13). An answer to an earlier attempt changes nothing.
 */
async function noteAcknowledgement(
  state: AuthorityState,
  kept: KeptMessage,
  summary: AcknowledgementSummary,
): Promise<CollectedMessage> {
  const uploads = await state.uploads()
  const named = [kept.info.partnerId, kept.info.localId].flatMap(reference => {
    const upload = uploads.find(({ localId, formerLocalIds }) =>
      [localId, ...formerLocalIds].some(known => known === reference),
    )
    return upload && reference !== undefined ? [{ upload, reference }] : []
  })[0]
  const found = named?.upload ?? uploads.find(({ sequence }) => sequence === summary.sequence)
  if (!found) return { kind: 'acknowledgement', kept, summary }
  const former = named ? named.reference !== found.localId : isOlderThanAttempt(summary, found)
  if (former) return { kind: 'acknowledgement', kept, summary, upload: found, former }
  if (found.status === 'answered') return { kind: 'acknowledgement', kept, summary, upload: found }
  const upload: UploadEntry = {
    ...found,
    status: 'answered',
    fileCode: summary.fileCode,
    acknowledgementId: kept.info.id,
  }
  await state.putUpload(upload)
  return { kind: 'acknowledgement', kept, summary, upload }
}

/** Without a reference only the time tells what was said of an earlier attempt. */
function isOlderThanAttempt(
  { createdAt }: AcknowledgementSummary,
  { formerLocalIds, sendingSince }: UploadEntry,
): boolean {
  return formerLocalIds.length > 0 && createdAt.getTime() < Date.parse(sendingSince ?? '')
}

/** What is said where a report says nothing. */
const NO_REASON = 'the report gives no reason'

async function noteReport(state: AuthorityState, kept: KeptMessage): Promise<CollectedMessage> {
  const { linkedMessageId, localId, partnerId, failure } = kept.info
  const found = (await state.uploads()).find(
    upload =>
      (linkedMessageId !== undefined && upload.messageId === linkedMessageId) ||
      [localId, partnerId].includes(upload.localId),
  )
  if (!found) return { kind: 'report', kept }
  if (found.status === 'answered') return { kind: 'report', kept, upload: found }
  const why = `${failure?.code ?? ''} ${failure?.description ?? ''}`.trim() || NO_REASON
  const upload: UploadEntry = { ...found, status: 'undelivered', why }
  await state.putUpload(upload)
  return { kind: 'report', kept, upload }
}
