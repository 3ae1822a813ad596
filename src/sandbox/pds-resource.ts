import type { Bundle, HumanName, OperationOutcome, Patient } from 'fhir/r4.js'
import type { SandboxPerson } from './people.ts'

const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number'
const VERIFICATION =
  'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus'
const VERIFICATION_CODES = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus'
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'
/** PDS's own form of the Spine codes, with a version; other services write another system. */
const SPINE_CODES = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode'

/** A made-up person as PDS writes them. A name that was given up is one of use `old`. */
export function patientResource(person: SandboxPerson, sensitive: boolean): Patient {
  const given = [...person.given]
  const name: HumanName[] = [
    { id: 'current', use: 'usual', period: { start: person.birthDate }, given, family: person.family },
  ]
  if (person.formerFamily) name.push({ id: 'former', use: 'old', given, family: person.formerFamily })
  return {
    resourceType: 'Patient',
    id: person.nhsNumber,
    meta: {
      versionId: VERSION,
      security: [
        sensitive
          ? { system: CONFIDENTIALITY, code: 'R', display: 'restricted' }
          : { system: CONFIDENTIALITY, code: 'U', display: 'unrestricted' },
      ],
    },
    identifier: [
      {
        system: NHS_NUMBER_SYSTEM,
        value: person.nhsNumber,
        extension: [
          {
            url: VERIFICATION,
            valueCodeableConcept: {
              coding: [
                {
                  system: VERIFICATION_CODES,
                  version: '1.0.0',
                  code: '01',
                  display: 'Number present and verified',
                },
              ],
            },
          },
        ],
      },
    ],
    name,
    gender: person.gender,
    birthDate: person.birthDate,
    // Where somebody lives is not told of a person who is sensitive.
    ...(!sensitive && { address: [{ id: 'home', use: 'home', postalCode: person.postcode }] }),
  }
}

/** The people that a search finds, the best first, with their scores: an exact match has 1. */
export function searchBundle(people: readonly { resource: Patient; score: number }[]): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    timestamp: new Date().toISOString(),
    total: people.length,
    ...(people.length > 0 && {
      entry: people.map(({ resource, score }) => ({ search: { score }, resource })),
    }),
  }
}

/** What PDS answers instead of a bundle when more people match than it shows: no error, and nobody's record. */
export function tooManyMatches(): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'information',
        code: 'multiple-matches',
        details: {
          coding: [
            { system: SPINE_CODES, version: '1', code: 'TOO_MANY_MATCHES', display: 'Too Many Matches' },
          ],
        },
      },
    ],
  }
}

/** Nobody's record ever changes here. */
const VERSION = '1'

export function etagOf(patient: Patient): string {
  return `W/"${patient.meta?.versionId}"`
}

/** Everything the made-up PDS refuses, in PDS's words. */
const REFUSALS = {
  INVALID_RESOURCE_ID: { status: 400, issue: 'value', display: 'Resource Id is invalid' },
  MISSING_VALUE: { status: 400, issue: 'required', display: 'Required value is missing' },
  INVALID_VALUE: { status: 400, issue: 'value', display: 'Provided value is invalid' },
  RESOURCE_NOT_FOUND: { status: 404, issue: 'not-found', display: 'Resource not found' },
  INVALIDATED_RESOURCE: {
    status: 404,
    issue: 'not-found',
    display: 'Resource that has been marked as invalid was requested - invalid resources cannot be retrieved',
  },
  INVALID_SEARCH_DATA: { status: 400, issue: 'value', display: 'Search data is invalid' },
  TOO_MANY_REQUESTS: { status: 429, issue: 'throttled', display: 'Too many requests' },
  SERVICE_UNAVAILABLE: { status: 503, issue: 'transient', display: 'Service unavailable' },
} as const

export type Refusal = keyof typeof REFUSALS

export function refusalStatus(code: Refusal): number {
  return REFUSALS[code].status
}

export function refusalResource(code: Refusal, diagnostics?: string): OperationOutcome {
  const { issue, display } = REFUSALS[code]
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'error',
        code: issue,
        details: { coding: [{ system: SPINE_CODES, version: '1', code, display }] },
        ...(diagnostics && { diagnostics }),
      },
    ],
  }
}
