import type { Answer, NotAnswered } from '../../domain/query/answer.ts'
import type { ClientSystem, MessagingContract } from '../../domain/registration/client-system.ts'
import type { Result } from '../../domain/result.ts'
import { lookedUp, lookUpFirst, type NumberLookUp } from '../person/look-up-number.ts'
import type { Clock, NewId, Storage, Stores } from '../ports.ts'
import { answerQuery, type QueryRequest } from './answer-query.ts'
import type { AnswerMessage } from './ports.ts'

export interface AnswerLaterDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
  readonly lookUp: NumberLookUp
}

/** A question that came as a message of its own, from a system with a contract. */
export interface MessagedQuery<R> {
  readonly system: ClientSystem & { readonly contract: MessagingContract }
  /** The id of its message, letter for letter. */
  readonly messageId: string
  /** Of what was asked: tells the same message again from another under its id. */
  readonly digest: string
  /** What it asks, or why it is refused. */
  readonly query: Result<QueryRequest, R>
  /** Whatever is answered, as the message that is posted. */
  readonly write: (outcome: Result<Answer, R | NotAnswered>) => AnswerMessage
}

export type LaterAnswer =
  /** The answer is kept and will be posted. */
  | { readonly kind: 'kept'; readonly audited: boolean }
  /** The same message came before: its answer is posted again. */
  | { readonly kind: 'repeated' }
  /** Another message came before under this id: nothing is answered. */
  | { readonly kind: 'not-the-same' }

/**
 * Answers a question whose answer is posted later. The question's id, its access, notifications and audit entry, and the answer
 * that is going to be posted are one commit (rules 5.8 and 13.4): whoever calls may say that it was received, and a crash
 * anywhere neither loses an answer nor lists an access twice. Throws when it could not look: then nothing is kept.
 */
export async function answerLater<R>(
  deps: AnswerLaterDeps,
  question: MessagedQuery<R>,
): Promise<LaterAnswer> {
  if (question.query.ok) {
    const { nhsNumber } = question.query.value
    await lookUpFirst({ ...deps.storage, lookUp: deps.lookUp }, { nhsNumber, at: deps.clock.now() })
  }
  return deps.storage.transaction(async stores => {
    const at = deps.clock.now()
    const { system, messageId, digest } = question
    const key = { system: system.asid, messageId }
    const forgetAfter = new Date(at.getTime() + system.contract.persistSeconds * 1000)
    const before = await stores.asynchronousAnswers.begin({ ...key, digest, at, forgetAfter })
    if (before) {
      if (before.digest !== digest) return { kind: 'not-the-same' }
      await stores.asynchronousAnswers.postAgain(key, at)
      await recordRepeat(deps, stores, question)
      return { kind: 'repeated' }
    }
    const { query } = question
    const outcome = query.ok
      ? await answerQuery({ ...deps, ...stores, lookUp: lookedUp(deps.lookUp) }, query.value)
      : query
    await stores.asynchronousAnswers.keep(key, question.write(outcome), at)
    return { kind: 'kept', audited: query.ok }
  })
}

/** That somebody was sent again what is held of a person belongs to what is known of that person. */
function recordRepeat<R>(deps: AnswerLaterDeps, stores: Stores, question: MessagedQuery<R>): Promise<void> {
  const { query, messageId, system } = question
  const asked = query.ok ? query.value : undefined
  return stores.audit.append({
    id: deps.newId(),
    at: deps.clock.now(),
    via: 'spine',
    action: 'post answer again',
    outcome: 'allowed',
    ...(asked && { author: asked.requester.author, nhsNumber: asked.nhsNumber }),
    traceId: messageId,
    details: { system: system.asid },
  })
}
