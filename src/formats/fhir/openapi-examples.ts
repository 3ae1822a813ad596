import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import { type NhsNumber, nhsCheckDigit } from '../../domain/nhs-number.ts'
import type { NotifiedReport } from '../../domain/notification/missed-appointment.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Answer, AuthorityContact } from '../../domain/query/answer.ts'
import type { Author } from '../../domain/query/requester.ts'
import type { FhirFault } from './operation-outcome.ts'

const NINE_DIGITS = '999000001'

/** A number of the range that is never issued (rule 1.3). */
const EXAMPLE_NUMBER = `${NINE_DIGITS}${nhsCheckDigit(NINE_DIGITS)}` as NhsNumber

const AUTHORITY: AuthorityContact = {
  odsCode: 'ZZ901' as OdsCode,
  name: 'Made-up Borough Council',
  dutyPhone: '03069990002',
  officePhone: '03069990001',
}

const AUTHOR: Author = {
  kind: 'person',
  userId: '999000000017',
  roleProfileId: '999000000025',
  name: { prefix: 'Nurse', given: ['Ada'], family: 'Madeup' },
  jobRole: { code: 'R8001', display: 'Nurse Access Role' },
  organisation: { odsCode: 'ZZ1' as OdsCode, name: 'MADE-UP HOSPITAL' },
}

/** An answer about nobody, for descriptions of the API: the writers of real answers make the examples from it. */
export const EXAMPLE_ANSWER: Answer = {
  id: '0197a000-0000-7000-8000-00000000000a',
  nhsNumber: EXAMPLE_NUMBER,
  access: 'unscheduled',
  askedAt: new Date('2026-03-10T09:30:00Z'),
  checked: true,
  plans: [
    {
      id: '0197a000-0000-7000-8000-000000000001',
      nhsNumber: EXAMPLE_NUMBER,
      type: 'CPP',
      start: '202509260900' as PlanTime,
      subject: { given: 'Sam', family: 'Madeup', birthDate: '2019-05-01' as CalendarDate },
      authority: AUTHORITY,
      lastUploadedAt: new Date('2026-03-09T02:00:00Z'),
    },
  ],
  accesses: [
    {
      id: '0197a000-0000-7000-8000-0000000000a1',
      nhsNumber: EXAMPLE_NUMBER,
      at: new Date('2026-03-10T09:30:00Z'),
      author: AUTHOR,
    },
  ],
}

/** "No information held" (rule 4.2). */
export const EXAMPLE_OF_NOTHING: Answer = { ...EXAMPLE_ANSWER, plans: [], accesses: [] }

/** The same where PDS could not be asked in time whose number it is (rule 4.8). */
export const EXAMPLE_UNCHECKED: Answer = { ...EXAMPLE_OF_NOTHING, checked: false }

/** A report of an appointment that nobody missed. */
export const EXAMPLE_REPORT: NotifiedReport = {
  id: '0197a000-0000-7000-8000-0000000000d1',
  appointment: {
    identifier: { system: 'https://hospital.example/Id/appointment', value: 'A-2026-417' },
    nhsNumber: EXAMPLE_NUMBER,
    start: new Date('2026-03-09T14:00:00Z'),
    end: new Date('2026-03-09T14:30:00Z'),
    service: 'Community paediatrics',
    description: 'Review at two years',
  },
  author: AUTHOR,
  reportedAt: new Date('2026-03-10T09:30:00Z'),
  told: [AUTHORITY],
}

type FaultExamples = {
  readonly [K in FhirFault['kind']]: readonly Extract<FhirFault, { readonly kind: K }>[]
}

/** Every kind of fault at least once: the compiler misses one that is forgotten. */
const FAULT_EXAMPLES: FaultExamples = {
  'invalid-nhs-number': [{ kind: 'invalid-nhs-number', fault: 'check-digit' }],
  'not-one-patient': [{ kind: 'not-one-patient' }],
  'other-identifier-system': [{ kind: 'other-identifier-system' }],
  'other-code': [{ kind: 'other-code' }],
  'unsupported-parameter': [{ kind: 'unsupported-parameter', name: 'status' }],
  'invalid-parameter': [{ kind: 'invalid-parameter', name: '_count', rule: 'must be a whole number' }],
  'page-gone': [{ kind: 'page-gone' }],
  'invalid-header': [
    { kind: 'invalid-header', header: 'IsUnscheduledAccessEvent', rule: 'must be true or false' },
    { kind: 'invalid-header', header: 'TraceID', rule: 'must be at most 128 printable characters' },
  ],
  'invalid-appointment': [
    { kind: 'invalid-appointment', element: 'Appointment.identifier', rule: 'is needed' },
  ],
  'not-past': [{ kind: 'not-past' }],
  'too-long-ago': [{ kind: 'too-long-ago' }],
  'identifier-in-use': [{ kind: 'identifier-in-use' }],
  'nothing-held': [{ kind: 'nothing-held' }],
  'unreadable-request': [
    { kind: 'unreadable-request' },
    { kind: 'unreadable-request', part: 'address' },
    { kind: 'unreadable-request', part: 'host' },
  ],
  'unknown-expectation': [{ kind: 'unknown-expectation' }],
  'not-signed-in': [{ kind: 'not-signed-in', why: 'The access token has expired', tokenSent: true }],
  'missing-activity': [
    { kind: 'missing-activity', access: 'unscheduled', activity: 'B0107' },
    { kind: 'missing-activity', access: 'scheduled', activity: 'B0170' },
  ],
  restricted: [{ kind: 'restricted' }],
  'no-activity': [{ kind: 'no-activity' }],
  'not-found': [{ kind: 'not-found' }],
  'method-not-allowed': [{ kind: 'method-not-allowed', allowed: ['GET', 'HEAD'] }],
  'not-acceptable': [{ kind: 'not-acceptable' }],
  'too-long': [
    { kind: 'too-long', part: 'body' },
    { kind: 'too-long', part: 'address' },
    { kind: 'too-long', part: 'headers' },
  ],
  'unsupported-media-type': [{ kind: 'unsupported-media-type' }],
  'too-many-requests': [{ kind: 'too-many-requests', retryAfterSeconds: 5 }],
  unavailable: [{ kind: 'unavailable', retryAfterSeconds: 5 }],
  unchecked: [{ kind: 'unchecked' }],
  'internal-error': [{ kind: 'internal-error' }],
}

export const EXAMPLE_FAULTS: readonly FhirFault[] = Object.values(FAULT_EXAMPLES).flat()
