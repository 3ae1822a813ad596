import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as newId } from 'uuid'
import { answerCallback } from '../callbacks/answer-callback.ts'
import { httpPoster } from '../client/http-post.ts'
import { pdsClient } from '../demographics/pds-client.ts'
import type { Storage } from '../flows/ports.ts'
import { writeAccessNotification } from '../formats/hl7v3/write-access-notification.ts'
import { writeAcknowledgement } from '../formats/hl7v3/write-acknowledgement.ts'
import { writeInactiveNumberNotification } from '../formats/hl7v3/write-inactive-number-notification.ts'
import { newMessageId } from '../formats/mesh/message-id.ts'
import type { Jobs } from '../storage/job-queue.ts'
import { startAnswerPoster } from './answer-poster.ts'
import { openAuditSeal } from './audit-seal.ts'
import { type Closing, closing } from './closing.ts'
import type { Config } from './config.ts'
import type { Logger } from './logger.ts'
import { pdsOptions } from './pds-config.ts'
import { relayCredentials, startRelay } from './relay.ts'
import { startReadingThreads } from './threads/reading-threads.ts'
import { callbackTls, readTls } from './tls.ts'
import { startWorker, UPLOADS_AT_ONCE } from './worker.ts'

/** The longest that posting an answer to its system may take. */
const POST_WITHIN_MS = 15_000

export interface WorkDeps {
  readonly config: Config
  /** The FHIR address of PDS. */
  readonly pdsUrl: string
  /** In connected mode: mailboxes whose owners come to us all the same, those of the sandbox (rule 18.11). */
  readonly keptHere: readonly string[]
  readonly storage: Storage
  readonly jobs: Jobs
  readonly logger: Logger
}

/** Everything that happens without a request. */
export interface Work {
  /** An answer that is posted later was kept: it is due. */
  answerKept(): void
  /** Begins nothing more, and waits for what has begun. */
  stop(): Promise<void>
}

/** Starts everything that happens without a request: uploads, notifications, posted answers, sealing, watching, connected mode. */
export async function startWork(deps: WorkDeps): Promise<Work> {
  const opened = closing(deps.logger)
  try {
    return await openWork(deps, opened)
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function openWork(deps: WorkDeps, opened: Closing): Promise<Work> {
  const { config, pdsUrl, storage, jobs, logger } = deps
  const tls = config.tls && readTls(config.tls)
  const credentials = config.relay && relayCredentials(config.relay)
  const clock = { now: () => new Date() }
  const reading = startReadingThreads({
    threads: UPLOADS_AT_ONCE,
    cpuMs: config.uploads.cpuMs,
    uploadCharacters: config.uploads.characters,
  })
  opened.add(reading.close)
  const callbacks = httpPoster(POST_WITHIN_MS, tls && callbackTls(tls))
  opened.add(callbacks.close)
  const poster = startAnswerPoster({
    storage,
    clock,
    newId,
    logger,
    postWithinMs: POST_WITHIN_MS,
    post: answerCallback(callbacks),
    reportUndeliverable: ({ system, messageId, reason }) =>
      logger.error('an answer could not be delivered: see cpis client undelivered', {
        system,
        messageId,
        reason,
      }),
  })
  opened.add(poster.stop)
  const exchange = {
    ...openAuditSeal(config),
    storage,
    logger,
    clock,
    newId,
    newMessageId: () => newMessageId(clock.now()),
    ...config.mesh,
  }
  const relay =
    config.relay && startRelay({ ...exchange, keptHere: deps.keptHere }, config.relay, credentials ?? {})
  opened.add(() => relay?.stop())
  const worker = await startWorker({
    ...exchange,
    jobs,
    relayed: relay !== undefined,
    windowMs: config.notificationWindowMs,
    watchEveryMs: config.watchEveryMs,
    auditCheckHours: config.audit.checkHours,
    stopWithinMs: config.stopWithinMs,
    demographics: pdsClient(pdsOptions(config, pdsUrl)),
    pdsConcurrency: config.pds.concurrency,
    pdsPatienceMs: config.pds.patienceMs,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    readUpload: reading.readUpload,
    uploadLimits: { ...config.uploads, ageDays: config.retention.days.files },
    retention: config.retention,
    isFeedReliedOn: config.numbers.feedMinutes !== undefined,
    uploadAttempts: config.uploads.attempts,
    writeAcknowledgement,
    writeAccessNotification,
    writeInactiveNumberNotification,
    numberCheckHours: config.numbers.checkHours,
    numberChecksPerSecond: config.numbers.checksPerSecond,
  })
  opened.add(worker.stop)
  return { answerKept: poster.wake, stop: opened.close }
}
