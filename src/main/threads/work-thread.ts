import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { Config } from '../config.ts'
import { type LogFields, type Logger, loggerInto } from '../logger.ts'
import { openStore } from '../open-store.ts'
import { startWork } from '../start-work.ts'

/** What the thread is started with. */
export interface WorkOrder {
  readonly config: Config
  readonly pdsUrl: string
  readonly keptHere: readonly string[]
}

export type ToWorkThread = 'answer-kept' | 'stop'

export type FromWorkThread =
  | { readonly kind: 'started' }
  | {
      readonly kind: 'log'
      readonly level: keyof Omit<Logger, 'failure'>
      readonly message: string
      readonly fields: LogFields
    }

/** Clinicians are answered first. */
const NICENESS = 5

// The background work of a service, in a thread of its own (`work-in-thread.ts` starts it).
if (!parentPort) throw new Error('This runs in a thread of the service')
const port = parentPort
const say = (said: FromWorkThread) => port.postMessage(said)
const logger = loggerInto((level, message, fields) => say({ kind: 'log', level, message, fields }))
// Elsewhere than on Linux this would be the whole process's.
if (process.platform === 'linux') setPriority(NICENESS)

const { config, pdsUrl, keptHere } = workerData as WorkOrder
const store = await openStore(config, logger)
const work = await startWork({
  config,
  pdsUrl,
  keptHere,
  logger,
  storage: store.workStorage,
  jobs: store.jobs,
})
port.on('message', async (told: ToWorkThread) => {
  if (told === 'answer-kept') return work.answerKept()
  await work.stop()
  await store.close()
  port.close()
})
say({ kind: 'started' })
