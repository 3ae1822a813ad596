import type { NhsNumber } from '../../../domain/nhs-number.ts'
import type { Answer } from '../../../domain/query/answer.ts'
import type { AccessKind, MissingActivity, Requester } from '../../../domain/query/requester.ts'
import type { Asid, ClientSystem } from '../../../domain/registration/client-system.ts'
import type { Result } from '../../../domain/result.ts'
import type { ShownCertificate } from './client-certificate.ts'
import type { RequestEntry } from './spine-exchange.ts'

export interface SpineDoorDeps {
  /** CP-IS's own, by which systems address it. */
  readonly ownAsid: Asid
  /** Where callers find the door: absolute. */
  readonly address: () => string
  readonly findClientSystem: (asid: Asid) => Promise<ClientSystem | undefined>
  /** Absent where certificates are not checked (rule 9.7). */
  readonly shownCertificate?: ShownCertificate | undefined
  /** Answers, and leaves the audit entry of what it answered or refused. Throws when it could not look. */
  readonly answerQuery: (request: {
    requester: Requester
    nhsNumber: NhsNumber
    access: AccessKind
    door: 'spine'
    system: Asid
    action: string
    traceId: string
  }) => Promise<Result<Answer, MissingActivity>>
  /** Leaves the audit entry of a request that `answerQuery` did not deal with. */
  readonly recordRequest: (entry: RequestEntry) => Promise<void>
  /** Told of every failure whose details the caller is not shown. An error may quote data: not for the log as it stands. */
  readonly reportFailure: (error: unknown, action: string) => void
  readonly now: () => Date
  readonly newId: () => string
}
