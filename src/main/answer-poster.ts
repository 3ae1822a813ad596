import { setTimeout as sleep } from 'node:timers/promises'
import type { Asid } from '../domain/registration/client-system.ts'
import type { AnswerToPost } from '../flows/query/ports.ts'
import { type PostAnswerDeps, postAnswer } from '../flows/query/post-answer.ts'
import type { Logger } from './logger.ts'

export interface AnswerPosterDeps extends PostAnswerDeps {
  readonly logger: Logger
  /** The longest that posting once may take. */
  readonly postWithinMs: number
}

/** Answers due because their time has come, rather than because one was just made, are looked for this often. */
const CHECK_EVERY_MS = 500
const POSTED_AT_ONCE = 32
/** So that a system which is slow to take its answers keeps nobody else waiting. */
const POSTED_TO_ONE_SYSTEM = 8

export interface AnswerPoster {
  /** An answer was just kept: it is posted now, not at the next look. */
  wake(): void
  /** Posts nothing more, and waits for what is being posted. */
  stop(): Promise<void>
}

/** Posts answers as they become due, several at a time (rule 13.5). */
export function startAnswerPoster(deps: AnswerPosterDeps): AnswerPoster {
  const { storage, clock, logger, postWithinMs } = deps
  const posting = new Map<Promise<void>, Asid>()
  const stopping = new AbortController()
  let alarm = new AbortController()

  const start = (answer: AnswerToPost) => {
    const { system, message } = answer
    const posted = (async () => {
      const outcome = await postAnswer(deps, answer)
      if (outcome.kind === 'acknowledged') return
      const { reason } = outcome
      logger.warn('an answer was not taken', { system, messageId: message.id, reason })
    })()
      .catch(error => logger.failure('background task failed', error, { task: 'post-answer' }))
      .finally(() => {
        posting.delete(posted)
        alarm.abort()
      })
    posting.set(posted, system)
  }
  const claim = async () => {
    const at = clock.now()
    const counts = Map.groupBy(posting.values(), system => system)
    return storage.asynchronousAnswers.claim({
      at,
      until: new Date(at.getTime() + 2 * postWithinMs),
      limit: Math.min(POSTED_TO_ONE_SYSTEM, POSTED_AT_ONCE - posting.size),
      except: [...counts].flatMap(([system, all]) => (all.length < POSTED_TO_ONE_SYSTEM ? [] : [system])),
    })
  }
  const ended = (async () => {
    while (!stopping.signal.aborted) {
      alarm = new AbortController()
      let started = 0
      try {
        const due = posting.size < POSTED_AT_ONCE ? await claim() : []
        for (const answer of due) start(answer)
        started = due.length
      } catch (error) {
        logger.failure('background task failed', error, { task: 'claim-answers' })
      }
      const { signal } = alarm
      if (started === 0) await sleep(CHECK_EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
    await Promise.all(posting.keys())
  })()
  return {
    wake: () => alarm.abort(),
    stop: async () => {
      stopping.abort()
      alarm.abort()
      await ended
    },
  }
}
