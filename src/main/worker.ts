import { setTimeout as sleep } from 'node:timers/promises'
import { type ExpireMessagesDeps, expireMessages } from '../flows/mailbox/expire-messages.ts'
import { type NotifyAuthoritiesDeps, notifyAuthorities } from '../flows/notification/notify-authorities.ts'
import {
  type NotifyInactiveNumbersDeps,
  notifyInactiveNumbers,
} from '../flows/notification/notify-inactive-numbers.ts'
import { type SweepNumbersDeps, sweepNumbers } from '../flows/person/sweep-numbers.ts'
import { forgetQueryMessages } from '../flows/query/forget-query-messages.ts'
import { passPlansOn } from '../flows/registration/pass-plans-on.ts'
import { type KeepRetentionDeps, keepRetention } from '../flows/retention/keep-retention.ts'
import { type AttemptUploadDeps, attemptUpload } from '../flows/upload/attempt-upload.ts'
import { collectUploads } from '../flows/upload/collect-uploads.ts'
import { forgetAbandonedUploads } from '../flows/upload/forget-abandoned-uploads.ts'
import { type WatchExchangeDeps, watchExchange } from '../flows/watch/watch-exchange.ts'
import type { Jobs } from '../storage/job-queue.ts'
import { type AuditWorkerDeps, auditTasks } from './audit-worker.ts'
import type { Logger } from './logger.ts'
import { repeat } from './repeat.ts'

export interface WorkerDeps
  extends Omit<AttemptUploadDeps, 'reportFailure' | 'unforgiven'>,
    NotifyAuthoritiesDeps,
    NotifyInactiveNumbersDeps,
    Omit<SweepNumbersDeps, 'storage'>,
    WatchExchangeDeps,
    AuditWorkerDeps,
    KeepRetentionDeps,
    ExpireMessagesDeps {
  readonly jobs: Jobs
  readonly logger: Logger
  readonly uploadWorkflow: string
  /** How long work that has begun may take to end when the worker stops (milliseconds). */
  readonly stopWithinMs: number
}

/** Files judged at a time: each is bounded by PDS, not by us. */
export const UPLOADS_AT_ONCE = 2
const POLL_SECONDS = 0.5
const COLLECT_EVERY_MS = 30_000
const EXPIRE_EVERY_MS = 600_000
/** How often it is seen whether a pass over personal data is due. */
const RETENTION_EVERY_MS = 60_000
/** A hand-over is due at midnight. */
const PASS_ON_EVERY_MS = 2_000
/** Announced changes are looked at in the next round. */
const SWEEP_EVERY_MS = 1_000
/** So that PDS is not asked again at once by a sweep that it just left without an answer. */
const SWEEP_AFTER_OUTAGE_MS = 30_000

/** Everything that happens without a request: uploads are received, authorities told, old messages expired. */
export async function startWorker(deps: WorkerDeps): Promise<{ stop(): Promise<void> }> {
  const { jobs, logger } = deps
  const stopping = new AbortController()
  const attempting = {
    ...deps,
    unforgiven: new Set<string>(),
    reportFailure: (error: unknown, messageId: string) =>
      logger.failure('upload failed for the last time', error, { messageId }),
  }
  await jobs.work(
    'receive-upload',
    { concurrency: UPLOADS_AT_ONCE, pollSeconds: POLL_SECONDS },
    async messageId => {
      const begun = performance.now()
      try {
        const outcome = await attemptUpload(attempting, messageId, stopping.signal)
        if (outcome === 'received')
          logger.info('upload received', { messageId, ms: Math.round(performance.now() - begun) })
        else if (outcome !== 'is-set-aside')
          logger.error('upload set aside: see cpis watch', { messageId, reason: outcome })
      } catch (error) {
        if (stopping.signal.aborted) throw new Error('The service stops')
        logger.failure('upload failed and will be tried again', error, { messageId })
        // The queue keeps what a failed job throws: an error's own text could quote the file.
        throw new Error('The upload could not be received')
      }
    },
  )
  const failed = (task: string) => (error: unknown) =>
    logger.failure('background task failed', error, { task })
  const tasks = [
    ...auditTasks(deps, failed),
    repeat(
      Math.max(200, deps.windowMs / 2),
      async () => {
        const count = await notifyAuthorities(deps)
        if (count > 0) logger.info('authorities notified', { count })
      },
      failed('notify-authorities'),
    ),
    repeat(deps.watchEveryMs, () => watch(deps), failed('watch-exchange')),
    repeat(SWEEP_EVERY_MS, signal => watchNumbers(deps, signal), failed('sweep-numbers')),
    repeat(PASS_ON_EVERY_MS, () => passOn(deps), failed('pass-plans-on')),
    repeat(COLLECT_EVERY_MS, () => collectUploads(deps), failed('collect-uploads')),
    repeat(
      EXPIRE_EVERY_MS,
      () => deps.storage.asynchronousAnswers.forget(deps.clock.now()),
      failed('forget-answers'),
    ),
    repeat(EXPIRE_EVERY_MS, () => forgetQueryMessages(deps), failed('forget-query-messages')),
    repeat(EXPIRE_EVERY_MS, () => forgetAbandonedUploads(deps), failed('forget-abandoned-uploads')),
    repeat(
      RETENTION_EVERY_MS,
      async signal => {
        for (const { kind, removed } of await keepRetention(deps, signal))
          if (removed > 0) logger.info('personal data removed: see cpis retention', { kind, count: removed })
      },
      failed('keep-retention'),
    ),
    repeat(
      EXPIRE_EVERY_MS,
      async () => {
        const { ended } = await expireMessages(deps)
        if (ended > 0) logger.warn('messages were not collected in time', { count: ended })
      },
      failed('expire-messages'),
    ),
  ]
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all([...tasks.map(task => task.stop()), jobs.stop(deps.stopWithinMs)])
    },
  }
}

/** What is wrong with how an authority and the service exchange is said once, and once more when it is mended (rule 16.1). */
async function watch(deps: WorkerDeps): Promise<void> {
  const { raised, cleared } = await watchExchange(deps)
  for (const { kind, authority } of raised)
    deps.logger.warn('concern raised: see cpis watch', { kind, authority })
  for (const { kind, authority } of cleared) deps.logger.info('concern cleared', { kind, authority })
}

/** Plans pass from one authority to others on the day that an operator has set (rule 19.13). */
async function passOn(deps: WorkerDeps): Promise<void> {
  const { done } = await passPlansOn(deps)
  for (const { from, successors } of done)
    deps.logger.info('plans passed on', { authority: from, count: successors.length })
}

/** Looks at the numbers that are due, and tells authorities of those that are no longer in use (rules 14.1 and 14.2). */
async function watchNumbers(deps: WorkerDeps, signal: AbortSignal): Promise<void> {
  const { checked, inactive, unavailable } = await sweepNumbers(deps, signal)
  if (inactive > 0) deps.logger.info('numbers no longer in use', { count: inactive })
  else if (checked > 0) deps.logger.debug('numbers looked at', { count: checked })
  const told = await notifyInactiveNumbers(deps)
  if (told > 0) deps.logger.info('authorities told of inactive numbers', { count: told })
  if (!unavailable) return
  deps.logger.warn('numbers cannot be looked at while PDS does not answer')
  await sleep(SWEEP_AFTER_OUTAGE_MS, undefined, { signal }).catch(() => undefined)
}
