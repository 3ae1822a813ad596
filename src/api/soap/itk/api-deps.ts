import type { AuditEntry } from '../../../domain/audit/audit.ts'
import type { NhsNumber } from '../../../domain/nhs-number.ts'
import type { OdsCode } from '../../../domain/organisation.ts'
import type { Answer, NotAnswered } from '../../../domain/query/answer.ts'
import type { Requester } from '../../../domain/query/requester.ts'
import type { Asid, ClientSystem } from '../../../domain/registration/client-system.ts'
import type { Result } from '../../../domain/result.ts'
import type { AskingMessage, MessageRefused } from '../../../flows/query/answer-once.ts'
import type { SoapDeps } from '../common/soap-deps.ts'
import type { RequestEntry } from './exchange.ts'

export interface MiniServiceDeps extends SoapDeps<RequestEntry> {
  /** Of the organisation that runs CP-IS: whose answers they are. */
  readonly ownOdsCode: OdsCode
  /** Where callers find the API: absolute. */
  readonly address: () => string
  /** The registered systems of an organisation, whatever they may do. */
  readonly findClientSystems: (odsCode: OdsCode) => Promise<readonly ClientSystem[]>
  /** Answers, and leaves the audit entry of what it answered or refused, but for a message that it does not take. Throws when it could not look. */
  readonly answerQuery: (request: {
    requester: Requester
    nhsNumber: NhsNumber
    access: 'unscheduled'
    via: 'smsp'
    action: string
    traceId: string
    system?: Asid
    details: NonNullable<AuditEntry['details']>
    message: AskingMessage
  }) => Promise<Result<Answer, NotAnswered | MessageRefused>>
}
