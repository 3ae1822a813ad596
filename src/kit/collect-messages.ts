import { createReadStream } from 'node:fs'
import { type MeshClient, MeshError } from '../client/index.ts'
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

async function fetchMessage({ mesh, state }: CollectDeps, id: string): Promise<KeptMessage | undefined> {
  try {
    const { info, content } = await mesh.download(id)
    return await state.keepMessage({ ...info, id }, content)
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
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
  switch (info.workflowId) {
    case acknowledgement: {
      const summary = await summariseAcknowledgement(createReadStream(path))
      return summary.ok ? noteAcknowledgement(deps.state, kept, summary.value) : { kind: 'unreadable', kept }
    }
    case notification: {
      const read = await readAccessNotification(createReadStream(path))
      return read.ok ? { kind: 'notification', kept, notification: read.value } : { kind: 'unreadable', kept }
    }
    case inactiveNumber: {
      const read = await readInactiveNumberNotification(createReadStream(path))
      return read.ok
        ? { kind: 'inactive-numbers', kept, notification: read.value }
        : { kind: 'unreadable', kept }
    }
    default:
      return { kind: 'other', kept }
  }
}

/** By the local id of the attempt; without one, by the sequence number. An answer to an earlier attempt changes nothing. */
async function noteAcknowledgement(
  state: AuthorityState,
  kept: KeptMessage,
  summary: AcknowledgementSummary,
): Promise<CollectedMessage> {
  const { localId, id } = kept.info
  const uploads = await state.uploads()
  const mine = uploads.find(
    upload => localId !== undefined && [upload.localId, ...upload.formerLocalIds].includes(localId),
  )
  const found =
    mine ??
    (localId === undefined ? uploads.find(({ sequence }) => sequence === summary.sequence) : undefined)
  if (!found) return { kind: 'acknowledgement', kept, summary }
  const former = localId !== undefined && found.formerLocalIds.includes(localId)
  if (former || found.status === 'answered') return { kind: 'acknowledgement', kept, summary, upload: found }
  const upload: UploadEntry = {
    ...found,
    status: 'answered',
    fileCode: summary.fileCode,
    acknowledgementId: id,
  }
  await state.putUpload(upload)
  return { kind: 'acknowledgement', kept, summary, upload }
}

async function noteReport(state: AuthorityState, kept: KeptMessage): Promise<CollectedMessage> {
  const { linkedMessageId, localId, failure } = kept.info
  const found = (await state.uploads()).find(
    upload =>
      (linkedMessageId !== undefined && upload.messageId === linkedMessageId) ||
      (localId !== undefined && upload.localId === localId),
  )
  if (!found) return { kind: 'report', kept }
  if (found.status === 'answered') return { kind: 'report', kept, upload: found }
  const why = `${failure?.code ?? ''} ${failure?.description ?? ''}`.trim()
  const upload: UploadEntry = { ...found, status: 'undelivered', why }
  await state.putUpload(upload)
  return { kind: 'report', kept, upload }
}
