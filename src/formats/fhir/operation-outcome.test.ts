import { expect, test } from 'vitest'
import { writeErrorCodeSystem } from './error-codes.ts'
import { EXAMPLE_FAULTS } from './openapi-examples.ts'
import { type FhirFault, writeFault, writeUnchecked } from './operation-outcome.ts'
import { r4Judges } from './testing.ts'

const unscheduled = { kind: 'missing-activity', access: 'unscheduled', activity: 'B0107' } as const
const scheduled = { kind: 'missing-activity', access: 'scheduled', activity: 'B0170' } as const
const header = { kind: 'invalid-header', header: 'TraceID', rule: 'must be printable' } as const

/** Every row of the error table: fault, status, issue type, national code, and what the caller must be able to read. */
const TABLE: [FhirFault, number, string, string, string][] = [
  [
    { kind: 'invalid-nhs-number', fault: 'check-digit' },
    400,
    'invalid',
    'INVALID_SEARCH_DATA',
    'Invalid NHS number',
  ],
  [
    { kind: 'invalid-nhs-number', fault: 'scotland' },
    400,
    'invalid',
    'INVALID_SEARCH_DATA',
    'The number is a Scottish CHI number, which this service does not cover',
  ],
  [{ kind: 'not-one-patient' }, 400, 'invalid', 'INVALID_SEARCH_DATA', 'exactly one patient'],
  [{ kind: 'other-identifier-system' }, 400, 'invalid', 'INVALID_SEARCH_DATA', 'Id/nhs-number'],
  [{ kind: 'other-code' }, 400, 'invalid', 'INVALID_SEARCH_DATA', 'cannot say anything'],
  [{ kind: 'unsupported-parameter', name: 'status' }, 400, 'invalid', 'INVALID_SEARCH_DATA', 'status is not'],
  [{ kind: 'unsupported-parameter', name: undefined }, 400, 'invalid', 'INVALID_SEARCH_DATA', 'A search'],
  [
    { kind: 'invalid-parameter', name: '_count', rule: 'is bad' },
    400,
    'invalid',
    'INVALID_SEARCH_DATA',
    '_count is bad',
  ],
  [{ kind: 'page-gone' }, 410, 'not-found', 'RESOURCE_NOT_FOUND', 'begin again'],
  [header, 400, 'invalid', 'PRECONDITION_FAILED', 'Missing or invalid head parameter: TraceID'],
  [{ kind: 'unreadable-request' }, 400, 'structure', 'INVALID_REQUEST', 'could not be read'],
  [
    { kind: 'not-signed-in', why: 'Expired', tokenSent: true },
    401,
    'login',
    'ACCESS_DENIED_UNAUTHORISED',
    'Expired',
  ],
  [unscheduled, 403, 'forbidden', 'ACCESS_DENIED', 'B0107'],
  [scheduled, 403, 'forbidden', 'ACCESS_DENIED', 'B0170'],
  [{ kind: 'no-activity' }, 403, 'forbidden', 'ACCESS_DENIED', 'neither activity B0107 nor B0170'],
  [{ kind: 'not-found' }, 404, 'not-found', 'RESOURCE_NOT_FOUND', 'nothing at this address'],
  [{ kind: 'method-not-allowed', allowed: ['GET'] }, 405, 'not-supported', 'METHOD_NOT_ALLOWED', 'GET'],
  [{ kind: 'not-acceptable' }, 406, 'not-supported', 'NOT_ACCEPTABLE', 'application/fhir+json'],
  [{ kind: 'too-long', part: 'body' }, 413, 'too-long', 'PAYLOAD_TOO_LARGE', 'body is too long'],
  [{ kind: 'too-long', part: 'address' }, 414, 'too-long', 'URI_TOO_LONG', 'address is too long'],
  [{ kind: 'too-long', part: 'headers' }, 431, 'too-long', 'HEADERS_TOO_LONG', 'headers are too long'],
  [{ kind: 'unreadable-request', part: 'address' }, 400, 'structure', 'INVALID_REQUEST', 'percent sign'],
  [{ kind: 'unreadable-request', part: 'host' }, 400, 'structure', 'INVALID_REQUEST', 'no host'],
  [{ kind: 'unknown-expectation' }, 417, 'not-supported', 'EXPECTATION_FAILED', '100-continue'],
  [{ kind: 'unsupported-media-type' }, 415, 'not-supported', 'UNSUPPORTED_MEDIA_TYPE', 'form-urlencoded'],
  [{ kind: 'too-many-requests', retryAfterSeconds: 5 }, 429, 'throttled', 'TOO_MANY_REQUESTS', 'Too many'],
  [{ kind: 'unavailable', retryAfterSeconds: 5 }, 503, 'transient', 'SERVICE_UNAVAILABLE', 'nothing about'],
  [{ kind: 'internal-error' }, 500, 'exception', 'INTERNAL_SERVER_ERROR', 'nothing about the patient'],
]

const problems = r4Judges()

test.each(TABLE)('%o is %i, %s, %s', (fault, status, issue, code, words) => {
  const written = writeFault(fault, '0197a000-0000-7000-8000-0000000000e1')
  expect(written.status).toBe(status)
  expect(written.outcome.issue).toMatchObject([
    {
      severity: 'error',
      code: issue,
      details: { coding: expect.arrayContaining([expect.objectContaining({ code })]) },
      diagnostics: expect.stringContaining(words),
    },
  ])
  expect(problems(written.outcome)).toEqual([])
})

test('rule 5.3: a refusal says which header and which activity do not go together', () => {
  const say = (fault: FhirFault) => writeFault(fault, 'x').outcome.issue[0]
  expect(say(unscheduled)?.diagnostics).toBe(
    'Access has been denied to process this request: IsUnscheduledAccessEvent is true or absent and an unscheduled access needs activity B0107, which the selected role does not have',
  )
  expect(say(scheduled)?.diagnostics).toContain('IsUnscheduledAccessEvent is false')
  expect(say(unscheduled)?.details?.coding?.[0]?.display).toBe(
    'Access has been denied to process this request',
  )
})

/** UKCore-SpineErrorOrWarningCode 1.0.0, as published: 22 codes with their displays. */
const PUBLISHED: Readonly<Record<string, string>> = {
  ACCESS_DENIED: 'Access has been denied to process this request',
  FAILURE_TO_PROCESS_MESSAGE: 'Failure to process message',
  UNABLE_TO_CALL_SERVICE: 'Unable to call service',
  UNSUPPORTED_SERVICE: 'Unsupported service',
  RESOURCE_NOT_FOUND: 'Resource not found',
  INVALID_RESOURCE_ID: 'Invalid resource ID',
  INVALIDATED_RESOURCE: 'Invalidated resource',
  INVALID_SEARCH_DATA: 'Invalid search data',
  TOO_MANY_MATCHES: 'Too many matches',
  PRECONDITION_FAILED: 'Precondition failed',
  RESOURCE_VERSION_MISMATCH: 'Resource version mismatch',
  FORBIDDEN_UPDATE: 'Forbidden update',
  VALIDATION_ERROR: 'Validation error',
  INVALID_UPDATE: 'Invalid update',
  MISSING_VALUE: 'Missing value',
  INVALID_VALUE: 'Invalid value',
  UNSUPPORTED_VALUE: 'Unsupported value',
  TOO_FEW_VALUES_SUBMITTED: 'Too few values submitted',
  TOO_MANY_VALUES_SUBMITTED: 'Too many values submitted',
  ADDITIONAL_PROPERTIES: 'Additional properties',
  POLLING_ID_NOT_FOUND: 'Polling ID not found',
  POLLING_MESSAGE_FAILURE: 'Polling message failure',
}
const NATIONAL = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-SpineErrorOrWarningCode'
const GUIDE = 'https://fhir.nhs.uk/CodeSystem/England-SpineErrorOrWarningCode'

test('rule 8.5: each code is sent under a system that knows it, with the display of that system', () => {
  expect(Object.keys(PUBLISHED)).toHaveLength(22)
  const own = writeErrorCodeSystem({ since: new Date('2026-03-10T09:30:00Z'), softwareVersion: '1.2.3' })
  expect(problems(own)).toEqual([])
  const known = new Map(own.concept?.map(({ code, display }) => [`${own.url}|${code}`, display]))
  for (const [code, display] of Object.entries(PUBLISHED)) {
    for (const system of [NATIONAL, GUIDE]) known.set(`${system}|${code}`, display)
    expect(known.has(`${own.url}|${code}`)).toBe(false)
  }
  const sent = [...EXAMPLE_FAULTS.map(fault => writeFault(fault, 'x').outcome), writeUnchecked('x')]
    .flatMap(({ issue }) => issue)
    .map(({ details }) => details?.coding ?? [])
  for (const coding of sent) {
    expect(coding.length).toBeGreaterThan(0)
    for (const { system, code, display } of coding) expect(display).toBe(known.get(`${system}|${code}`))
  }
  const codes = new Set(sent.flat().map(({ code }) => code))
  expect(own.concept?.map(({ code }) => code).filter(code => !codes.has(code))).toEqual([])
})
