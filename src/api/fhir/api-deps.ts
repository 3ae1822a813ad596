import type { NhsNumber } from '../../domain/nhs-number.ts'
import type {
  AppointmentTimeFault,
  MissedAppointment,
  NotifiedReport,
} from '../../domain/notification/missed-appointment.ts'
import type { Answer, NotAnswered } from '../../domain/query/answer.ts'
import type { Identified, IdentifiedKind } from '../../domain/query/identified.ts'
import type { AccessKind, Requester } from '../../domain/query/requester.ts'
import type { Result } from '../../domain/result.ts'
import type { NotRead } from '../../flows/query/read-by-id.ts'
import type { VerifyToken } from '../../identity/token-verifier.ts'
import type { RequestEntry } from './exchange.ts'

export interface FhirApiDeps {
  readonly verifyToken: VerifyToken
  /** Answers, and leaves the audit entry of what it answered or refused. Throws when it could not look. */
  readonly answerQuery: (request: {
    requester: Requester
    nhsNumber: NhsNumber
    access: AccessKind
    via: 'fhir'
    action: string
    traceId: string
  }) => Promise<Result<Answer, NotAnswered>>
  /** Reads what an id leads to, and leaves the audit entry whatever came of it. Throws when it could not look. */
  readonly readById: (request: {
    requester: Requester
    of: IdentifiedKind
    id: string
    access: AccessKind
    via: 'fhir'
    action: string
    traceId: string
  }) => Promise<Result<Identified, NotRead>>
  /** Tells authorities, and leaves the audit entry whatever came of it. Throws when it is not known what did. */
  readonly reportMissedAppointment: (request: {
    requester: Requester
    appointment: MissedAppointment
    via: 'fhir'
    traceId: string
    onlyIfNoneExists: boolean
  }) => Promise<
    Result<
      { readonly report: NotifiedReport; readonly repeated: boolean },
      | AppointmentTimeFault
      | { readonly kind: 'no-activity' | 'nothing-held' | 'unchecked' | 'restricted' | 'identifier-in-use' }
    >
  >
  /** Leaves the audit entry of a request that neither of them dealt with. */
  readonly recordRequest: (entry: RequestEntry) => Promise<void>
  /** Told of every failure whose details the caller is not shown. An error may quote data: not for the log as it stands. */
  readonly reportFailure: (error: unknown, action: string) => void
  /** Where callers find the API: absolute, without a slash at its end. */
  readonly baseUrl: () => string
  readonly softwareVersion: string
  /** Whose pages may ask from a browser; absent: nobody's (rule 9.10). */
  readonly origins?: readonly string[]
  readonly now: () => Date
  readonly newId: () => string
}
