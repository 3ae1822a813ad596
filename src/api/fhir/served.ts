import type { Bundle } from 'fhir/r4.js'
import type { Answer } from '../../domain/query/answer.ts'
import { CPIS_FLAG, ROLE_INCLUDES } from '../../formats/fhir/codes.ts'
import {
  type BundleFrame,
  writeAccessBundle,
  writeFlagBundle,
  writePlanBundle,
} from '../../formats/fhir/search-bundle.ts'
import type { ReadResource, ServedResource, TakenResource } from '../../formats/fhir/served-resource.ts'

/** A search that is served: what it is called in the audit log, and how its answer is written. */
export interface ServedSearch extends ServedResource {
  readonly action: string
  /** What of an answer it finds. */
  readonly found: (answer: Answer) => readonly { readonly id: string }[]
  readonly write: (answer: Answer, frame: BundleFrame) => Bundle
}

const FLAGS = {
  type: 'Flag',
  documentation:
    'One flag for each visible plan of one person; by its code also the plan and the team to phone about it',
  patientParameter: 'http://hl7.org/fhir/SearchParameter/clinical-patient',
  includes: [],
  code: CPIS_FLAG,
  action: 'query flags',
  found: answer => answer.plans,
  write: writeFlagBundle,
} as const satisfies Partial<ServedSearch>

/** What can be searched for: the routes, the searches and the capability statement are all made from this table. */
export const SERVED: readonly ServedSearch[] = [
  {
    type: 'CareTeam',
    path: 'CareTeam',
    documentation: 'The visible plans of one person, each with the authority to phone',
    patientParameter: 'http://hl7.org/fhir/SearchParameter/clinical-patient',
    includes: [],
    action: 'query plans',
    found: answer => answer.plans,
    write: writePlanBundle,
  },
  {
    type: 'AuditEvent',
    path: 'AuditEvent',
    documentation: 'The newest unscheduled accesses of one person with a visible plan, and who looked',
    patientParameter: 'http://hl7.org/fhir/SearchParameter/AuditEvent-patient',
    includes: ROLE_INCLUDES,
    action: 'query accesses',
    found: answer => answer.accesses,
    write: writeAccessBundle,
  },
  { ...FLAGS, path: 'Flag' },
  { ...FLAGS, path: 'PatientFlag' },
]

/** What can be sent: its route and its descriptions are made from this. */
export const MISSED_APPOINTMENTS: TakenResource & { readonly action: string } = {
  type: 'Appointment',
  documentation: 'Reports a missed appointment to the authorities that have a plan for the person',
  action: 'report missed appointment',
}

/** What is read by its id, by anybody. */
export const ERROR_CODES: ReadResource = {
  type: 'CodeSystem',
  documentation: 'The error codes of this API that UKCore-SpineErrorOrWarningCode does not have',
}
