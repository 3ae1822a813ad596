import type { AuditEntry } from '../../../domain/audit/audit.ts'
import type { NhsNumber } from '../../../domain/nhs-number.ts'
import type { OdsCode } from '../../../domain/organisation.ts'
import type { Answer } from '../../../domain/query/answer.ts'
import type { MissingActivity, Requester } from '../../../domain/query/requester.ts'
import type { Asid, ClientSystem } from '../../../domain/registration/client-system.ts'
import type { Result } from '../../../domain/result.ts'
import type { ShownCertificate } from '../common/client-certificate.ts'
import type { RequestEntry } from './exchange.ts'

export interface SmspDoorDeps {
  /** Where callers find the door: absolute. */
  readonly address: () => string
  /** The registered systems of an organisation, whatever they may do. */
  readonly findClientSystems: (odsCode: OdsCode) => Promise<readonly ClientSystem[]>
  /** The fingerprint of the certificate a caller has shown. Absent where certificates are not checked (rule 9.7). */
  readonly shownCertificate?: ShownCertificate | undefined
  /** Answers, and leaves the audit entry of what it answered or refused. Throws when it could not look. */
  readonly answerQuery: (request: {
    requester: Requester
    nhsNumber: NhsNumber
    access: 'unscheduled'
    door: 'smsp'
    action: string
    traceId: string
    system?: Asid
    details: NonNullable<AuditEntry['details']>
  }) => Promise<Result<Answer, MissingActivity>>
  /** Leaves the audit entry of a request that `answerQuery` did not deal with. */
  readonly recordRequest: (entry: RequestEntry) => Promise<void>
  /** Told of every failure whose details the caller is not shown. An error may quote data: not for the log as it stands. */
  readonly reportFailure: (error: unknown, action: string) => void
  readonly now: () => Date
  readonly newId: () => string
}
