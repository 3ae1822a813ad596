import type { CodeableConcept, CodeSystem, Coding } from 'fhir/r4.js'

/** Code system UKCore-SpineErrorOrWarningCode 1.0.0, of which the service uses these: each with the display published for it. */
const NATIONAL_SYSTEM = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-SpineErrorOrWarningCode'
/** The same codes under the name that the CP-IS guides give their system. */
const GUIDE_SYSTEM = 'https://fhir.nhs.uk/CodeSystem/England-SpineErrorOrWarningCode'

const NATIONAL = {
  ACCESS_DENIED: 'Access has been denied to process this request',
  INVALID_SEARCH_DATA: 'Invalid search data',
  PRECONDITION_FAILED: 'Precondition failed',
  RESOURCE_NOT_FOUND: 'Resource not found',
} as const

/** The code system of what has no national code. Nobody owns a name for it, so that it is named by a UUID, at every host. */
export const OWN_ERROR_SYSTEM = 'urn:uuid:7d0c4a52-3b0e-4c35-9f0a-5d8f4d1c7e61'

/** The same, as an id below the base address. */
export const OWN_ERROR_SYSTEM_ID = 'cpis-error-code'

/** Codes of our own: display and definition. */
const OWN = {
  ACCESS_DENIED_UNAUTHORISED: [
    'The caller has not shown who asks',
    'No access token, or one that opens nothing (401).',
  ],
  EXPECTATION_FAILED: ['The expectation is not supported', 'An Expect header other than 100-continue (417).'],
  HEADERS_TOO_LONG: [
    'The headers are too long',
    'The headers of the request are longer than the service reads (431).',
  ],
  IDENTIFIER_IN_USE: [
    'The identifier stands for another report',
    'The organisation has reported another missed appointment under this identifier (409).',
  ],
  INTERNAL_SERVER_ERROR: [
    'The service failed',
    'The service failed, which says nothing about the patient (500).',
  ],
  INVALID_REQUEST: ['The request could not be read', 'The request is not well-formed (400).'],
  INVALID_RESOURCE: [
    'The resource that was sent is not valid',
    'An element of a resource that was sent is at fault (400).',
  ],
  METHOD_NOT_ALLOWED: [
    'The method is not allowed at this address',
    'The header Allow names those that are (405).',
  ],
  NOT_ACCEPTABLE: ['No such format', 'Answers are given as application/fhir+json alone (406).'],
  NO_INFORMATION_HELD: [
    'No information held: nobody was told',
    'A missed appointment was reported to nobody, because no plan is visible (422). It is not an assurance of safety.',
  ],
  NUMBER_NOT_CHECKED: [
    'The NHS number could not be checked',
    'Nothing is held under the number, and PDS could not be asked whether it is the current one of the patient.',
  ],
  PAYLOAD_TOO_LARGE: [
    'The body is too long',
    'The body of the request is longer than the service reads (413).',
  ],
  RESTRICTED_PATIENT: [
    'PDS restricts who may be told about the patient',
    'Nothing is answered about the patient, whether or not anything is held (403).',
  ],
  SERVICE_UNAVAILABLE: [
    'The service could not look',
    'Nobody knows whether anything is held: ask again after a while (503).',
  ],
  TOO_MANY_REQUESTS: ['Too many requests', 'Ask again after a while (429).'],
  UNSUPPORTED_MEDIA_TYPE: [
    'The body is in another format',
    'The body is neither a form nor FHIR JSON (415).',
  ],
  URI_TOO_LONG: [
    'The address is too long',
    'The address of the request is longer than the service reads (414).',
  ],
} as const satisfies Record<string, readonly [display: string, definition: string]>

export type ErrorCode = keyof typeof NATIONAL | keyof typeof OWN

/** The code of an error as `OperationOutcome.issue.details`: a national one under both names of its system (rule 8.5). */
export function writeErrorCode(code: ErrorCode): CodeableConcept {
  return {
    coding: isNational(code) ? national(code) : [{ system: OWN_ERROR_SYSTEM, code, display: OWN[code][0] }],
  }
}

/** What a code says, in the words of its system. */
export function displayOf(code: ErrorCode): string {
  return isNational(code) ? NATIONAL[code] : OWN[code][0]
}

function isNational(code: ErrorCode): code is keyof typeof NATIONAL {
  return code in NATIONAL
}

function national(code: keyof typeof NATIONAL): Coding[] {
  return [NATIONAL_SYSTEM, GUIDE_SYSTEM].map(system => ({ system, code, display: NATIONAL[code] }))
}

/** The code system of our own, for whoever meets one of its codes. */
export function writeErrorCodeSystem(server: {
  readonly since: Date
  readonly softwareVersion: string
}): CodeSystem {
  return {
    resourceType: 'CodeSystem',
    id: OWN_ERROR_SYSTEM_ID,
    url: OWN_ERROR_SYSTEM,
    version: server.softwareVersion,
    name: 'CpisErrorCode',
    title: 'CP-IS error codes',
    status: 'active',
    experimental: false,
    date: server.since.toISOString(),
    description:
      'What the CP-IS FHIR API says went wrong, where UKCore-SpineErrorOrWarningCode has no code for it.',
    caseSensitive: true,
    content: 'complete',
    count: Object.keys(OWN).length,
    concept: Object.entries(OWN).map(([code, [display, definition]]) => ({ code, display, definition })),
  }
}
