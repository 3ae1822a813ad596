import type { OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js'
import { type NhsNumberFault, otherNationWords } from '../../domain/nhs-number.ts'
import {
  type AppointmentTimeFault,
  REPORT_WITHIN_DAYS,
} from '../../domain/notification/missed-appointment.ts'
import type { NotAnswered } from '../../domain/query/answer.ts'
import { ACTIVITY_FOR, type MissingActivity } from '../../domain/query/requester.ts'
import { unreachable } from '../../domain/result.ts'
import { CPIS_FLAG, FHIR_JSON, SYSTEM } from './codes.ts'
import { displayOf, type ErrorCode, writeErrorCode } from './error-codes.ts'
import type { AppointmentFault } from './read-appointment.ts'
import type { SearchFault } from './read-search.ts'

/** Everything that can keep a FHIR request from its answer. Texts in it are fixed sentences, never what the caller sent. */
export type FhirFault =
  | SearchFault
  | NotAnswered
  | AppointmentFault
  | AppointmentTimeFault
  | { readonly kind: 'identifier-in-use' }
  | { readonly kind: 'nothing-held' }
  | { readonly kind: 'invalid-header'; readonly header: string; readonly rule: string }
  | { readonly kind: 'unreadable-request'; readonly part?: 'address' | 'host' }
  | { readonly kind: 'unknown-expectation' }
  | { readonly kind: 'not-signed-in'; readonly why: string; readonly tokenSent: boolean }
  | { readonly kind: 'no-activity' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'method-not-allowed'; readonly allowed: readonly string[] }
  | { readonly kind: 'not-acceptable' }
  | { readonly kind: 'too-long'; readonly part: 'address' | 'body' | 'headers' }
  | { readonly kind: 'unsupported-media-type' }
  | { readonly kind: 'too-many-requests'; readonly retryAfterSeconds: number }
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number }
  /** Nothing is held under the number, which could not be checked: where there is no room to say both (rule 4.8). */
  | { readonly kind: 'unchecked' }
  | { readonly kind: 'internal-error' }

/** One row of the error table: HTTP status, R4 issue type, code, and words for the caller. */
interface Row {
  readonly status: number
  readonly issue: OperationOutcomeIssue['code']
  readonly code: ErrorCode
  readonly diagnostics: string
  /** The element that is at fault, where something was sent that has elements. */
  readonly element?: string
}

/** What is said beside "nothing held" where PDS could not be asked whose number it is (rule 4.8). */
const UNCHECKED =
  'Nothing is held under this NHS number, but it could not be checked with PDS whether it is the current one of the patient: ask again, or by the number that PDS gives'

/** The entry of a searchset that says so. */
export function writeUnchecked(id: string): OperationOutcome {
  const details = writeErrorCode('NUMBER_NOT_CHECKED')
  return {
    resourceType: 'OperationOutcome',
    id,
    issue: [{ severity: 'warning', code: 'incomplete', details, diagnostics: UNCHECKED }],
  }
}

/** The HTTP status of a fault and its OperationOutcome. The id is the answer's own. */
export function writeFault(fault: FhirFault, id: string): { status: number; outcome: OperationOutcome } {
  const { status, issue, code, diagnostics, element } = rowOf(fault)
  const details = writeErrorCode(code)
  return {
    status,
    outcome: {
      resourceType: 'OperationOutcome',
      id,
      issue: [
        { severity: 'error', code: issue, details, diagnostics, ...(element && { expression: [element] }) },
      ],
    },
  }
}

function rowOf(fault: FhirFault): Row {
  switch (fault.kind) {
    case 'invalid-nhs-number':
      return invalidSearch(invalidNumber(fault.fault))
    case 'not-one-patient':
      return invalidSearch(`Name exactly one patient: patient:identifier=${SYSTEM.nhsNumber}|{NHS number}`)
    case 'other-identifier-system':
      return invalidSearch(`A patient is named by the system ${SYSTEM.nhsNumber}`)
    case 'other-code':
      return invalidSearch(
        `The only code that is served is ${CPIS_FLAG.code}: about others the service cannot say anything`,
      )
    case 'unsupported-parameter':
      return invalidSearch(
        `${fault.name === undefined ? 'A search parameter' : `The search parameter ${fault.name}`} is not supported, and handling=strict was asked for`,
      )
    case 'invalid-parameter':
      return invalidSearch(`The search parameter ${fault.name} ${fault.rule}`)
    case 'page-gone':
      return row(
        410,
        'not-found',
        'RESOURCE_NOT_FOUND',
        'This page is not there any more: begin again with the first',
      )
    case 'invalid-appointment':
      return invalidResource(fault.element, fault.rule)
    case 'not-past':
      return invalidResource('Appointment.start', 'must be past: nobody has missed what is still to come')
    case 'too-long-ago':
      return invalidResource('Appointment.start', `must be within the last ${REPORT_WITHIN_DAYS} days`)
    case 'identifier-in-use':
      return {
        ...row(409, 'conflict', 'IDENTIFIER_IN_USE'),
        diagnostics:
          'Your organisation has reported something else under this identifier, which stands as it was. Nobody was told of this report',
        element: 'Appointment.identifier',
      }
    case 'nothing-held':
      return {
        ...row(422, 'business-rule', 'NO_INFORMATION_HELD'),
        diagnostics:
          'No information is held of the patient, so there is no authority to tell, and nobody was told. This is not an assurance of safety: where you are worried, phone the local authority yourself',
      }
    case 'invalid-header':
      return {
        ...row(400, 'invalid', 'PRECONDITION_FAILED'),
        diagnostics: `Missing or invalid head parameter: ${fault.header} ${fault.rule}`,
      }
    case 'unreadable-request':
      return row(400, 'structure', 'INVALID_REQUEST', UNREADABLE[fault.part ?? 'request'])
    case 'unknown-expectation':
      return row(
        417,
        'not-supported',
        'EXPECTATION_FAILED',
        'The header Expect is understood as 100-continue alone',
      )
    case 'not-signed-in':
      return {
        ...row(401, 'login', 'ACCESS_DENIED_UNAUTHORISED'),
        diagnostics: fault.why,
      }
    case 'missing-activity':
      return denied(missingActivity(fault))
    case 'restricted':
      return {
        ...row(403, 'suppressed', 'RESTRICTED_PATIENT'),
        diagnostics:
          'PDS restricts who may be told about this patient, so nothing can be answered here. This does not say whether anything is held: where you are worried, phone the local authority',
      }
    case 'no-activity':
      return denied(
        `the selected role has neither activity ${ACTIVITY_FOR.unscheduled} nor ${ACTIVITY_FOR.scheduled}`,
      )
    case 'not-found':
      return row(404, 'not-found', 'RESOURCE_NOT_FOUND', 'There is nothing at this address')
    case 'method-not-allowed':
      return {
        ...row(405, 'not-supported', 'METHOD_NOT_ALLOWED'),
        diagnostics: `Allowed at this address: ${fault.allowed.join(', ')}`,
      }
    case 'not-acceptable':
      return row(406, 'not-supported', 'NOT_ACCEPTABLE', `Answers are given as ${FHIR_JSON} alone`)
    case 'too-long':
      return TOO_LONG[fault.part]
    case 'unsupported-media-type':
      return row(
        415,
        'not-supported',
        'UNSUPPORTED_MEDIA_TYPE',
        `Searches are posted as application/x-www-form-urlencoded, appointments as ${FHIR_JSON}`,
      )
    case 'too-many-requests':
      return row(429, 'throttled', 'TOO_MANY_REQUESTS', 'Too many requests: ask again after a while')
    case 'unavailable':
      return row(
        503,
        'transient',
        'SERVICE_UNAVAILABLE',
        'The service could not look, which says nothing about the patient: ask again after a while',
      )
    case 'unchecked':
      return {
        ...row(503, 'transient', 'SERVICE_UNAVAILABLE'),
        diagnostics: UNCHECKED,
      }
    case 'internal-error':
      return row(
        500,
        'exception',
        'INTERNAL_SERVER_ERROR',
        'The service failed, which says nothing about the patient',
      )
    default:
      return unreachable(fault)
  }
}

/** What could not be read of a request. */
const UNREADABLE = {
  request: 'The request could not be read',
  address:
    'The address is not well-formed: what is not ASCII is percent-encoded, and a percent sign is followed by two hexadecimal digits',
  host: 'The request names no host, or several',
} as const

const TOO_LONG = {
  address: row(414, 'too-long', 'URI_TOO_LONG'),
  body: row(413, 'too-long', 'PAYLOAD_TOO_LARGE'),
  headers: row(431, 'too-long', 'HEADERS_TOO_LONG'),
} as const

/** Where nothing more can be said, the words are the code's own. */
function row(status: number, issue: Row['issue'], code: ErrorCode, diagnostics = displayOf(code)): Row {
  return { status, issue, code, diagnostics }
}

function invalidSearch(diagnostics: string): Row {
  return row(400, 'invalid', 'INVALID_SEARCH_DATA', diagnostics)
}

/** A number of another nation is said to be one (rule 1.4). */
function invalidNumber(fault: NhsNumberFault): string {
  const nation = otherNationWords(fault)
  return nation ? `The number is ${nation}` : 'Invalid NHS number'
}

function invalidResource(element: string, rule: string): Row {
  return {
    ...row(400, 'invalid', 'INVALID_RESOURCE'),
    diagnostics: `${element} ${rule}`,
    element,
  }
}

function denied(reason: string): Row {
  return row(403, 'forbidden', 'ACCESS_DENIED', `${displayOf('ACCESS_DENIED')}: ${reason}`)
}

/** Rule 5.3: the refusal says which header and which activity do not go together. */
function missingActivity({ access, activity }: MissingActivity): string {
  const why =
    access === 'unscheduled'
      ? 'IsUnscheduledAccessEvent is true or absent and an unscheduled access'
      : 'IsUnscheduledAccessEvent is false and a scheduled access'
  return `${why} needs activity ${activity}, which the selected role does not have`
}
