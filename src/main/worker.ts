import { collectUploads } from '../flows/collect-uploads.ts'
import { type ExpireMessagesDeps, expireMessages } from '../flows/expire-messages.ts'
import { forgetAbandonedUploads } from '../flows/forget-abandoned-uploads.ts'
import { type NotifyAuthoritiesDeps, notifyAuthorities } from '../flows/notify-authorities.ts'
import { type ReceiveUploadDeps, receiveUpload } from '../flows/receive-upload.ts'
import type { Jobs } from '../storage/job-queue.ts'
import type { Logger } from './logger.ts'
import { repeat } from './repeat.ts'

export interface WorkerDeps extends ReceiveUploadDeps, NotifyAuthoritiesDeps, ExpireMessagesDeps {
  readonly jobs: Jobs
  readonly logger: Logger
  readonly uploadWorkflow: string
}

/** Files judged at a time: each is bounded by PDS, not by us. */
const UPLOADS_AT_ONCE = 2
const POLL_SECONDS = 0.5
const COLLECT_EVERY_MS = 30_000
const EXPIRE_EVERY_MS = 600_000

/** Everything that happens without a request: uploads are received, authorities told, old messages expired. */
export async function startWorker(deps: WorkerDeps): Promise<{ stop(): Promise<void> }> {
  const { jobs, logger } = deps
  await jobs.work(
    'receive-upload',
    { concurrency: UPLOADS_AT_ONCE, pollSeconds: POLL_SECONDS },
    async messageId => {
      const begun = performance.now()
      try {
        await receiveUpload(deps, messageId)
        logger.info('upload received', { messageId, ms: Math.round(performance.now() - begun) })
      } catch (error) {
        logger.failure('upload failed and will be tried again', error, { messageId })
        // The queue keeps what a failed job throws: an error's own text could quote the file.
        throw new Error('The upload could not be received')
      }
    },
  )
  const failed = (task: string) => (error: unknown) =>
    logger.failure('background task failed', error, { task })
  const tasks = [
    repeat(
      Math.max(200, deps.windowMs / 2),
      async () => {
        const count = await notifyAuthorities(deps)
        if (count > 0) logger.info('authorities notified', { count })
      },
      failed('notify-authorities'),
    ),
    repeat(COLLECT_EVERY_MS, () => collectUploads(deps), failed('collect-uploads')),
    repeat(EXPIRE_EVERY_MS, () => forgetAbandonedUploads(deps), failed('forget-abandoned-uploads')),
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
      await Promise.all(tasks.map(task => task.stop()))
    },
  }
}
