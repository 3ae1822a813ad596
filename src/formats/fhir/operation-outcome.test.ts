import { expect, test } from 'vitest'
import { type FhirFault, writeFault } from './operation-outcome.ts'
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
  [{ kind: 'unsupported-parameter' }, 400, 'invalid', 'INVALID_SEARCH_DATA', 'handling=strict'],
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
      details: {
        coding: [{ system: 'https://fhir.nhs.uk/CodeSystem/England-SpineErrorOrWarningCode', code }],
      },
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
