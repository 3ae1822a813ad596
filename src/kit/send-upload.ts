import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { type MeshClient, MeshError } from '../client/index.ts'
import { fileReasonOf } from '../domain/upload/file-reasons.ts'
import { readUpload } from '../formats/hl7v3/read-upload.ts'
import { type AuthorityState, openKept, type UploadEntry } from './authority-state.ts'

export interface SendDeps {
  readonly state: AuthorityState
  readonly mesh: MeshClient
  /** The mailbox of CP-IS, and the workflow of uploads. */
  readonly to: string
  readonly workflowId: string
  readonly gzip?: boolean
  readonly now: () => Date
  readonly sleep?: (ms: number) => Promise<unknown>
}

/** What came of sending a file. */
export type SendOutcome =
  | { readonly kind: 'sent' | 'sent-before'; readonly entry: UploadEntry }
  /** Nobody can say yet whether it arrived. It is not sent again before that is known. */
  | { readonly kind: 'unknown'; readonly entry: UploadEntry; readonly why: string }
  /** The service wants to be left alone for a while; nothing was sent. */
  | { readonly kind: 'later'; readonly entry: UploadEntry; readonly why: string }
  | { readonly kind: 'refused' | 'undelivered'; readonly entry: UploadEntry; readonly why: string }
  | { readonly kind: 'sequence-used'; readonly entry: UploadEntry }
  | { readonly kind: 'not-an-upload'; readonly why: string }

/** After no answer, when it is asked what became of the file, in milliseconds. */
const ASK_AFTER_MS = [1_000, 4_000, 15_000] as const
/**
 * So long after an attempt began, a file that the service does not know of is not under way any more, and may be sent again.
 */
const SETTLED_AFTER_MS = 300_000

/**
 * Sends an upload under the sequence number in its head. The number, the file and the intention to send it are on the disk
 * before the first byte leaves. A file that was sent before is not sent again, unless the answer to it was "send it again".
 */
export async function sendUpload(
  deps: SendDeps,
  path: string,
  rows?: readonly (readonly number[])[],
): Promise<SendOutcome> {
  const prepared = await prepareUpload(deps, path, rows)
  return prepared.kind === 'prepared' ? post(deps, prepared.entry) : prepared
}

/**
 * Finishes what earlier runs left open: finds out what became of every upload that was being sent when something broke, and sends
 * those that never left, were not collected, or were answered "PDS could not be asked, send it again".
 */
export async function settleUploads(deps: SendDeps): Promise<readonly SendOutcome[]> {
  const outcomes: SendOutcome[] = []
  for (const entry of await deps.state.uploads()) {
    if (entry.status === 'sending') outcomes.push(await settle(deps, entry, []))
    else if (entry.status === 'prepared') outcomes.push(await post(deps, entry))
    else if (entry.status !== 'refused' && mayGoAgain(entry))
      outcomes.push(await post(deps, anotherAttempt(entry)))
  }
  return outcomes
}

/** The same file under a reference of its own: what is said of an earlier attempt is not said of this one. */
function anotherAttempt({
  sequence,
  localId,
  formerLocalIds,
  sha256,
  bytes,
  rows,
}: UploadEntry): UploadEntry {
  return {
    sequence,
    localId: newLocalId(sequence),
    formerLocalIds: [...formerLocalIds, localId],
    sha256,
    bytes,
    status: 'prepared',
    ...(rows && { rows }),
  }
}

function newLocalId(sequence: number): string {
  return `upload-${sequence}-${randomUUID()}`
}

/** Keeps the file in the state, ready to be sent; or says why it is not to be. */
async function prepareUpload(
  deps: SendDeps,
  path: string,
  rows?: readonly (readonly number[])[],
): Promise<SendOutcome | { readonly kind: 'prepared'; readonly entry: UploadEntry }> {
  const { state } = deps
  const sequence = await sequenceOf(path)
  if (typeof sequence !== 'number') return sequence
  const earlier = await state.upload(sequence)
  const sha256 = await hashOf(path)
  if (earlier?.status === 'sending') return settle(deps, earlier, [])
  if (earlier && earlier.sha256 !== sha256 && earlier.status !== 'prepared') {
    return { kind: 'sequence-used', entry: earlier }
  }
  if (earlier && !mayGoAgain(earlier)) return { kind: 'sent-before', entry: earlier }
  await state.useSequence(sequence)
  const kept = await state.keepFile(sequence, createReadStream(path))
  const made = rows ?? earlier?.rows
  const entry: UploadEntry = earlier
    ? { ...anotherAttempt(earlier), ...kept, ...(made && { rows: made }) }
    : {
        sequence,
        localId: newLocalId(sequence),
        formerLocalIds: [],
        ...kept,
        status: 'prepared',
        ...(made && { rows: made }),
      }
  await state.putUpload(entry)
  return { kind: 'prepared', entry }
}

/** A file that never left, was refused or not collected, or was answered "PDS could not be asked, send it again". */
function mayGoAgain({ status, fileCode }: UploadEntry): boolean {
  return (
    ['prepared', 'refused', 'undelivered'].includes(status) || (status === 'answered' && fileCode === 'CPF05')
  )
}

async function post(
  deps: SendDeps,
  before: UploadEntry,
  from?: { readonly messageId: string; readonly chunks: number },
): Promise<SendOutcome> {
  const { state, mesh, to, workflowId, gzip, now } = deps
  let entry: UploadEntry = { ...before, status: 'sending', sendingSince: now().toISOString() }
  await state.putUpload(entry)
  try {
    const messageId = await mesh.send(
      await openKept(state.fileOf(entry.sequence)),
      {
        to,
        workflowId,
        localId: entry.localId,
        fileName: `upload-${entry.sequence}.xml`,
        contentType: 'application/xml',
        ...(gzip && { gzip }),
      },
      {
        ...(from && { from }),
        onProgress: async progress => {
          entry = { ...entry, ...progress }
          await state.putUpload(entry)
        },
      },
    )
    return sent(deps, { ...entry, messageId })
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    if (error.status === 429) {
      entry = { ...entry, status: from || entry.messageId ? 'sending' : 'prepared' }
      await state.putUpload(entry)
      return { kind: 'later', entry, why: error.message }
    }
    // Only the service's own no is one: an answer that did not come, or broke off, leaves everything open.
    const no = error.status !== undefined && error.status >= 400 && error.status < 500 && error.status !== 408
    if (!no) return settle(deps, entry, ASK_AFTER_MS)
    entry = { ...entry, status: 'refused', why: error.message }
    await state.putUpload(entry)
    return { kind: 'refused', entry, why: error.message }
  }
}

/** Asks by the local id what became of a file, after each of the waits given; it is sent again only where it cannot have arrived. */
async function settle(deps: SendDeps, entry: UploadEntry, waits: readonly number[]): Promise<SendOutcome> {
  const { state, mesh, now, sleep = setTimeout } = deps
  let why = 'the service does not know of it, and it may still be under way'
  for (const wait of [0, ...waits]) {
    if (wait > 0) await sleep(wait)
    try {
      const found = await mesh.trackLocal(entry.localId)
      if (found?.status === 'uploading') {
        return post(deps, entry, { messageId: found.messageId, chunks: chunksKnown(entry, found.messageId) })
      }
      if (found?.status === 'undeliverable') {
        const undelivered = { ...entry, status: 'undelivered', messageId: found.messageId } as const
        await state.putUpload(undelivered)
        return {
          kind: 'undelivered',
          entry: undelivered,
          why: found.failure?.description || 'the mailbox service gives no reason',
        }
      }
      if (found) return sent(deps, { ...entry, messageId: found.messageId })
      const begun = Date.parse(entry.sendingSince ?? '')
      if (now().getTime() - begun > SETTLED_AFTER_MS) return post(deps, withoutProgress(entry))
    } catch (error) {
      if (!(error instanceof MeshError)) throw error
      // Several messages under one local id: it has arrived, more than once.
      if (error.status === 300) return sent(deps, entry)
      why = error.message
    }
  }
  return { kind: 'unknown', entry, why }
}

async function sent(deps: SendDeps, entry: UploadEntry): Promise<SendOutcome> {
  const known: UploadEntry = { ...entry, status: 'sent' }
  await deps.state.putUpload(known)
  return { kind: 'sent', entry: known }
}

/** It would not be there without its first chunk. */
function chunksKnown(entry: UploadEntry, messageId: string): number {
  return entry.messageId === messageId ? (entry.chunks ?? 1) : 1
}

function withoutProgress({ messageId: _id, chunks: _chunks, ...entry }: UploadEntry): UploadEntry {
  return entry
}

async function sequenceOf(path: string): Promise<number | Extract<SendOutcome, { kind: 'not-an-upload' }>> {
  for await (const item of readUpload(createReadStream(path))) {
    if (item.kind === 'header') return item.header.sequence
    if (item.kind === 'fault') return { kind: 'not-an-upload', why: fileReasonOf(item.fault) }
  }
  return { kind: 'not-an-upload', why: 'The file holds nothing.' }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array)
  return hash.digest('hex')
}
