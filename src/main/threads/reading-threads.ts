import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { failure, type Result, success } from '../../domain/result.ts'
import type { UploadItem } from '../../domain/upload/file-faults.ts'
import type { RecordAsSent } from '../../domain/upload/upload.ts'
import type { ReadTableFile } from '../../flows/upload/send-page-upload.ts'
import type { FromReader, ToReader } from './link.ts'
import type { StreamEnd } from './reading-thread.ts'
import type { TableSurvey } from './table.ts'

export interface ReadingLimits {
  /** Files and tables read at a time; others wait their turn. */
  readonly threads: number
  /** Processor time that reading one file or table may take (milliseconds). */
  readonly cpuMs: number
  /** Characters of one upload. */
  readonly uploadCharacters: number
}

/** Reads what is large, in threads of its own. */
export interface ReadingThreads {
  /** An upload as it streams in: as `readUpload` does, with one more fault for a file that takes too long. */
  readUpload(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<UploadItem>
  readonly readTable: ReadTableFile
  close(): Promise<void>
}

/** A thread that ran so far beyond its limit that it cannot be asked any more is ended. */
const GRACE_MS = 5_000
const MEMORY_MEGABYTES = 512
const IDLE_MS = 30_000
const QUEUED_AT_MOST = 256

/**
 * Threads that read uploads and tables, so that the thread which answers requests is never held up by a file, and so that a file
 * which would need all memory or never come to an end costs its own thread and nothing else. Threads start when there is something
 * to read, and end when there was nothing for a while.
 */
export function startReadingThreads({ threads, cpuMs, uploadCharacters }: ReadingLimits): ReadingThreads {
  const here = import.meta.filename
  const pool = new Piscina({
    filename: new URL(`reading-thread${here.slice(here.lastIndexOf('.'))}`, import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    maxQueue: QUEUED_AT_MOST,
    idleTimeout: IDLE_MS,
    atomics: 'disabled',
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MEGABYTES },
    // Clinicians are answered first.
    niceIncrement: 5,
  })
  // Errors of a thread that has no task any more concern nobody; those of one with a task reject it.
  pool.on('error', () => undefined)

  const stream = <Item>(name: string, task: object, bytes?: AsyncIterable<Uint8Array>) =>
    converse<Item>(
      (port, signal) =>
        pool.run({ ...task, port, cpuMs }, { name, transferList: [port], signal }) as Promise<StreamEnd>,
      cpuMs + GRACE_MS,
      bytes,
    )

  return {
    async *readUpload(bytes) {
      const items = stream<UploadItem>('upload', { limits: { total: uploadCharacters } }, bytes)
      try {
        yield* items
      } catch (error) {
        if (!(error instanceof TooLong)) throw error
        yield { kind: 'fault', fault: { kind: 'too-much-work' }, head: {} }
      }
    },
    readTable: async (bytes, now) => {
      const table = { bytes, now }
      const signal = AbortSignal.timeout(cpuMs + GRACE_MS)
      const read = pool.run({ table }, { name: 'survey', signal }) as Promise<Result<TableSurvey, string>>
      const surveyed = await read.catch(error => {
        if (signal.aborted)
          return failure('The table takes too long to read. Send it in several smaller ones.')
        throw error
      })
      if (!surveyed.ok) return surveyed
      return success({ ...surveyed.value, records: () => stream<RecordAsSent>('records', { table }) })
    },
    close: () => pool.destroy(),
  }
}

/** A thread used more time than it may. */
class TooLong extends Error {}

/**
 * Answers what a thread asks for until it has read everything. Whoever stops taking items ends the task; so does content that cannot
 * be had, whose error is thrown on.
 */
async function* converse<Item>(
  start: (port: MessagePort, signal: AbortSignal) => Promise<StreamEnd>,
  withinMs: number,
  bytes: AsyncIterable<Uint8Array> = nothing(),
): AsyncGenerator<Item> {
  const { port1: port, port2 } = new MessageChannel()
  const stuck = new AbortController()
  const ended = start(port2, stuck.signal).then(
    end => ({ kind: 'ended', end }) as const,
    error => ({ kind: 'failed', error }) as const,
  )
  const asked = () => new Promise<FromReader>(resolve => port.once('message', resolve))
  const content = bytes[Symbol.asyncIterator]()
  let watch: NodeJS.Timeout | undefined
  let question = asked()
  const answer = (answer: ToReader) => {
    question = asked()
    // From now on the thread has all it needs. Until its first question it may be waiting behind others, which takes as long as it takes.
    watch = setTimeout(() => stuck.abort(), withinMs)
    port.postMessage(answer)
  }
  try {
    for (;;) {
      const heard = await Promise.race([question, ended])
      clearTimeout(watch)
      if (heard.kind === 'ended' && heard.end === 'done') return
      if (heard.kind === 'ended' || stuck.signal.aborted)
        throw new TooLong('The input takes too long to read')
      if (heard.kind === 'failed') throw heard.error
      if (heard.kind === 'items') {
        yield* heard.items as Item[]
        answer({ kind: 'go-on' })
      } else {
        const piece = await content.next()
        answer(piece.done ? { kind: 'end' } : { kind: 'bytes', bytes: piece.value })
      }
    }
  } finally {
    port.close()
    watch = setTimeout(() => stuck.abort(), withinMs)
    await content.return?.()
    await ended
    clearTimeout(watch)
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
