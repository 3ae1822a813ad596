import type { NhsNumber } from '../../../domain/nhs-number.ts'
import type { Answer, NotAnswered } from '../../../domain/query/answer.ts'
import type { AccessKind, Requester } from '../../../domain/query/requester.ts'
import type { Asid, ClientSystem } from '../../../domain/registration/client-system.ts'
import type { Result } from '../../../domain/result.ts'
import type { AskingMessage, MessageRefused } from '../../../flows/query/answer-once.ts'
import type { SoapDeps } from '../common/soap-deps.ts'
import type { RequestEntry } from '../common/spine-exchange.ts'

export interface SynchronousApiDeps extends SoapDeps<RequestEntry> {
  /** CP-IS's own, by which systems address it. */
  readonly ownAsid: Asid
  /** Where callers find the API: absolute. */
  readonly address: () => string
  readonly findClientSystem: (asid: Asid) => Promise<ClientSystem | undefined>
  /** Answers, and leaves the audit entry of what it answered or refused, but for a message that it does not take. Throws when it could not look. */
  readonly answerQuery: (request: {
    requester: Requester
    nhsNumber: NhsNumber
    access: AccessKind
    via: 'spine'
    system: Asid
    action: string
    traceId: string
    message: AskingMessage
  }) => Promise<Result<Answer, NotAnswered | MessageRefused>>
}
