import type { ClientSystem } from '../../domain/registration/client-system.ts'
import type { Clock, NewId, Storage } from '../ports.ts'
import type { AnswerMessage, AnswerToPost } from './ports.ts'

/** What became of posting an answer once. The reason is a code or a status, never what the other side said. */
export type Posted =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'not-taken'; readonly reason: string }

export interface PostAnswerDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
  /** Posts to the callback of a system's contract. Never throws: whatever goes wrong is a value. */
  readonly post: (message: AnswerMessage, contract: NonNullable<ClientSystem['contract']>) => Promise<Posted>
  /** Tells the operator of an answer that its system did not take, by the id of the answer. */
  readonly reportUndeliverable: (undeliverable: { system: string; messageId: string; reason: string }) => void
}

/** How long an answer that could not be delivered is there for the operator. */
const FOR_THE_OPERATOR_MS = 24 * 3_600_000

/**
 * Posts an answer once to the system that asked, and keeps what became of it: taken, due again after the contract's interval, or,
 * when its retries are used up, undeliverable and the operator's (rule 13.5).
 */
export async function postAnswer(deps: PostAnswerDeps, answer: AnswerToPost): Promise<Posted> {
  const { storage, clock } = deps
  // The register is asked each time: a callback that was wrong may have been put right meanwhile.
  const { contract } = (await storage.clientSystems.find(answer.system)) ?? {}
  const posted: Posted = contract
    ? await deps.post(answer.message, contract)
    : { kind: 'not-taken', reason: 'system not registered' }
  if (posted.kind === 'acknowledged') {
    await onRecord(deps, answer, 'allowed', stores => stores.asynchronousAnswers.acknowledged(answer))
    return posted
  }
  const now = clock.now().getTime()
  if (contract && answer.attempts < contract.retries) {
    const dueAt = new Date(now + contract.retryIntervalSeconds * 1000)
    await storage.asynchronousAnswers.postponed(answer, dueAt, posted.reason)
    return posted
  }
  const forgetAfter = new Date(now + FOR_THE_OPERATOR_MS)
  await onRecord(
    deps,
    answer,
    'failed',
    stores => stores.asynchronousAnswers.undeliverable(answer, forgetAfter, posted.reason),
    posted.reason,
  )
  deps.reportUndeliverable({ system: answer.system, messageId: answer.message.id, reason: posted.reason })
  return posted
}

/** How an answer's way ended is one commit with its audit entry (rule 8.1). */
function onRecord(
  deps: PostAnswerDeps,
  { system, messageId, attempts }: AnswerToPost,
  outcome: 'allowed' | 'failed',
  change: (stores: Pick<Storage, 'asynchronousAnswers'>) => Promise<void>,
  reason?: string,
): Promise<void> {
  return deps.storage.transaction(async stores => {
    await change(stores)
    await stores.audit.append({
      id: deps.newId(),
      at: deps.clock.now(),
      via: 'worker',
      action: 'post answer',
      outcome,
      ...(reason !== undefined && { reason }),
      actor: system,
      traceId: messageId,
      details: { attempts: attempts + 1 },
    })
  })
}
