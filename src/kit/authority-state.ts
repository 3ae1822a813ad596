import { createReadStream } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { MeshMessageInfo } from '../client/index.ts'
import type { FileCode } from '../domain/upload/apply-upload.ts'
import { makeDirectory, type WrittenFile, writeDurably } from './durable-file.ts'
import { lockState } from './state-lock.ts'

/**
 * How far an upload has come. `sending` is written down before the first byte leaves: whoever finds it later does not know
 * whether the file arrived, and has to track it (rule 17.6).
 */
export type UploadStatus = 'prepared' | 'sending' | 'sent' | 'answered' | 'refused' | 'undelivered'

/** The name of a file that is being made, in the directory of the state. */
export const OUTGOING = 'outgoing.xml'

/** What the authority knows of one of its uploads. Instants are in ISO form: this is a file. */
export interface UploadEntry {
  readonly sequence: number
  /** The reference under which the file travels and can be tracked; each attempt to send it anew has its own. */
  readonly localId: string
  readonly formerLocalIds: readonly string[]
  readonly sha256: string
  readonly bytes: number
  readonly status: UploadStatus
  /** When the present attempt began. */
  readonly sendingSince?: string
  readonly messageId?: string
  /** Chunks that the service is known to have. */
  readonly chunks?: number
  /** Why it was refused or not delivered. */
  readonly why?: string
  readonly fileCode?: FileCode
  readonly acknowledgementId?: string
  /** The rows of the table that each record was made of. */
  readonly rows?: readonly (readonly number[])[]
}

/** A message as it was kept. */
export interface KeptMessage {
  readonly info: MeshMessageInfo
  readonly path: string
  readonly sha256: string
  /** It was kept before: the same message, or another with the same content. */
  readonly repeats?: string
}

/** An authority's own state: one process at a time works with it, and what it says is on the disk before anything leaves. */
export interface AuthorityState {
  readonly directory: string
  /** The next sequence number; it counts as used from now on, whatever happens. */
  takeSequence(): Promise<number>
  /** Sees to it that no number up to this one is given out again. */
  useSequence(sequence: number): Promise<void>
  /** All uploads, by sequence number. */
  uploads(): Promise<readonly UploadEntry[]>
  upload(sequence: number): Promise<UploadEntry | undefined>
  putUpload(entry: UploadEntry): Promise<void>
  /** Keeps the file that is to be sent, as it is. */
  keepFile(sequence: number, content: AsyncIterable<Uint8Array>): Promise<WrittenFile>
  fileOf(sequence: number): string
  /** Keeps a message, durably; it may be acknowledged once this is over. */
  keepMessage(info: MeshMessageInfo, content: AsyncIterable<Uint8Array>): Promise<KeptMessage>
  keptMessage(messageId: string): Promise<KeptMessage | undefined>
  close(): Promise<void>
}

/** Opens a state directory, making it where there is none. Throws `StateInUse`. */
export async function openAuthorityState(directory: string): Promise<AuthorityState> {
  const [uploads, inbox, contents] = ['uploads', 'inbox', 'contents'].map(name => join(directory, name)) as [
    string,
    string,
    string,
  ]
  for (const path of [directory, uploads, inbox, contents]) await makeDirectory(path)
  const unlock = lockState(directory)
  for (const path of [directory, uploads, inbox, contents]) await removeUnfinished(path)
  const sequencePath = join(directory, 'sequence.json')
  const named = (sequence: number) => join(uploads, String(sequence).padStart(10, '0'))
  const lastSequence = async () => (await readJson<{ last: number }>(sequencePath))?.last ?? 0
  const useSequence = async (sequence: number) => {
    if (sequence > (await lastSequence()))
      await writeDurably(sequencePath, `${JSON.stringify({ last: sequence })}\n`)
  }
  const upload = (sequence: number) => readJson<UploadEntry>(`${named(sequence)}.json`)
  const keptMessage = (id: string) => readJson<KeptMessage>(`${join(inbox, fileName(id))}.json`)

  return {
    directory,
    useSequence,
    upload,
    keptMessage,
    takeSequence: async () => {
      const next = (await lastSequence()) + 1
      await useSequence(next)
      return next
    },
    uploads: async () => {
      const names = (await readdir(uploads)).filter(name => /^\d+\.json$/.test(name))
      const entries = await Promise.all(names.map(name => upload(Number.parseInt(name, 10))))
      return entries.flatMap(entry => entry ?? []).toSorted((a, b) => a.sequence - b.sequence)
    },
    putUpload: async entry =>
      void (await writeDurably(`${named(entry.sequence)}.json`, `${JSON.stringify(entry)}\n`)),
    keepFile: (sequence, content) => writeDurably(`${named(sequence)}.xml`, content),
    fileOf: sequence => `${named(sequence)}.xml`,
    keepMessage: async (info, content) => {
      const path = `${join(inbox, fileName(info.id))}.xml`
      const { sha256, bytes } = await writeDurably(path, content)
      const marker = join(contents, sha256)
      const first = bytes === 0 ? undefined : await readJson<{ messageId: string }>(marker)
      const repeats = first && first.messageId !== info.id ? first.messageId : undefined
      const kept = { info, path, sha256, ...(repeats !== undefined && { repeats }) }
      // The description comes last: a message without one was not kept.
      if (!first) await writeDurably(marker, `${JSON.stringify({ messageId: info.id })}\n`)
      await writeDurably(`${join(inbox, fileName(info.id))}.json`, `${JSON.stringify(kept)}\n`)
      return kept
    },
    close: async () => unlock(),
  }
}

/** What a run that died was writing: it holds people, and nobody will ever ask for it. */
async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.endsWith('.part') || name === OUTGOING) await rm(join(directory, name), { force: true })
  }
}

/** The bytes of a file that the state keeps. */
export async function openKept(path: string): Promise<{ size: number; stream: AsyncIterable<Uint8Array> }> {
  const { size } = await stat(path)
  return { size, stream: createReadStream(path) }
}

/** Message ids come from outside: what could lead out of the directory is spelled out. */
function fileName(messageId: string): string {
  return messageId.replace(/[^A-Za-z0-9_-]/g, sign => `%${sign.codePointAt(0)?.toString(16)}`)
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
