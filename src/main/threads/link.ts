import type { MessagePort } from 'node:worker_threads'

/** What a reading thread says to the thread that answers requests: it needs bytes, or it has read items. */
export type FromReader =
  | { readonly kind: 'bytes-wanted' }
  | { readonly kind: 'items'; readonly items: readonly unknown[] }

/** The answer to either. `end` means that there are no more bytes. */
export type ToReader =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'go-on' }

/** Items handed over together: few enough to copy in a moment, enough to make few journeys. */
const BATCH = 100

/** The reading thread's end of a conversation in which it always asks and is always answered. */
export interface ReaderLink {
  /** The content to read, piece by piece. */
  bytes(): AsyncGenerator<Uint8Array>
  /** Hands over everything that is read. Throws when nobody wants it any more. */
  handOver(items: AsyncIterable<unknown>): Promise<void>
}

/** Work on one input has used more processor time than it may. */
export class TooMuchWork extends Error {}

/** `port` is closed by the other end when the content cannot be had or nobody wants what is read. */
export function readerLink(port: MessagePort, cpuMs: number): ReaderLink {
  const begun = process.threadCpuUsage()
  let waiting: PromiseWithResolvers<ToReader> | undefined
  let closed = false
  port.on('message', (answer: ToReader) => waiting?.resolve(answer))
  port.on('close', () => {
    closed = true
    waiting?.reject(new Error('Reading was given up'))
  })
  const ask = async (question: FromReader): Promise<ToReader> => {
    const { user, system } = process.threadCpuUsage(begun)
    if ((user + system) / 1000 > cpuMs) throw new TooMuchWork('The input takes too long to read')
    if (closed) throw new Error('Reading was given up')
    waiting = Promise.withResolvers()
    port.postMessage(question)
    return waiting.promise
  }
  return {
    async *bytes() {
      for (;;) {
        const answer = await ask({ kind: 'bytes-wanted' })
        if (answer.kind !== 'bytes') return
        yield answer.bytes
      }
    },
    async handOver(items) {
      let batch: unknown[] = []
      for await (const item of items) {
        batch.push(item)
        if (batch.length < BATCH) continue
        await ask({ kind: 'items', items: batch })
        batch = []
      }
      if (batch.length > 0) await ask({ kind: 'items', items: batch })
    },
  }
}
