import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Logger } from '../logger.ts'
import type { Work } from '../start-work.ts'
import { within } from '../within.ts'
import type { FromWorkThread, ToWorkThread, WorkOrder } from './work-thread.ts'

/** Beyond the work that has begun, the thread may take so long to close what it has open (milliseconds). */
const CLOSE_WITHIN_MS = 2_000
/** Far more than the work needs: what would need all of the machine ends the thread. */
const MEMORY_MEGABYTES = 1024
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

const here = import.meta.filename
const WORK_THREAD = new URL(`work-thread${here.slice(here.lastIndexOf('.'))}`, import.meta.url)

/**
 * Does background work in a thread of its own, so that no piece of it holds up whoever asks. A thread that ends by itself is started
 * again, sooner at first than later, and takes nothing with it: what it had begun is begun again from the database. Throws when it
 * cannot be started the first time. `file` is what the thread runs.
 */
export async function workInThread(order: WorkOrder, logger: Logger, file: URL = WORK_THREAD): Promise<Work> {
  const stopping = new AbortController()
  let thread = await startedThread(order, logger, file)
  const kept = (async () => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      await thread.ended
      if (stopping.signal.aborted) return
      logger.error('background work ended and is started again')
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      try {
        thread = await startedThread(order, logger, file)
        pauseMs = FIRST_PAUSE_MS
        // Told to stop while this one started: the message went to the one before.
        if (stopping.signal.aborted) thread.tell('stop')
      } catch (error) {
        logger.failure('background work cannot be started', error)
      }
    }
  })()
  return {
    answerKept: () => thread.tell('answer-kept'),
    stop: async () => {
      stopping.abort()
      thread.tell('stop')
      await within(order.config.stopWithinMs + CLOSE_WITHIN_MS, kept).catch(() => thread.end())
    },
  }
}

/** A thread that has begun its work. Throws its error when it ends before. */
async function startedThread(order: WorkOrder, logger: Logger, file: URL) {
  const worker = new Worker(file, {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MEGABYTES },
  })
  const { promise: started, resolve, reject } = Promise.withResolvers<void>()
  worker.on('message', (said: FromWorkThread) => {
    if (said.kind === 'started') resolve()
    else logger[said.level](said.message, said.fields)
  })
  worker.on('error', error => {
    logger.failure('background work failed', error)
    reject(error)
  })
  const ended = new Promise<void>(done => worker.once('exit', () => done()))
  ended.then(() => reject(new Error('Background work ended before it began')))
  await started
  return {
    ended,
    tell: (told: ToWorkThread) => worker.postMessage(told),
    end: () => worker.terminate(),
  }
}
