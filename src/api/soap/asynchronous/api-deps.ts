import type { Asid, ClientSystem } from '../../../domain/registration/client-system.ts'
import type { LaterAnswer, MessagedQuery } from '../../../flows/query/answer-later.ts'
import type { QueryRefusal } from '../common/query-refusal.ts'
import type { SoapDeps } from '../common/soap-deps.ts'
import type { RequestEntry } from '../common/spine-exchange.ts'

export interface AsynchronousApiDeps extends SoapDeps<RequestEntry> {
  /** CP-IS's own, by which systems address it. */
  readonly ownAsid: Asid
  /** The message handling party that CP-IS is, by which systems address it. */
  readonly ownPartyKey: string
  readonly findByContract: (cpaId: string) => Promise<ClientSystem | undefined>
  /** Keeps the answer that is going to be posted; throws when it could not look, and then keeps nothing. */
  readonly answerLater: (question: MessagedQuery<QueryRefusal>) => Promise<LaterAnswer>
}
