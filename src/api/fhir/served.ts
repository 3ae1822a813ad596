import type { Bundle, FhirResource } from 'fhir/r4.js'
import type { Answer } from '../../domain/query/answer.ts'
import type { Identified, IdentifiedKind } from '../../domain/query/identified.ts'
import { CPIS_FLAG, ROLE_INCLUDES } from '../../formats/fhir/codes.ts'
import {
  type BundleFrame,
  writeAccessBundle,
  writeFlagBundle,
  writePlanBundle,
} from '../../formats/fhir/search-bundle.ts'
import type { ReadResource, ServedResource, TakenResource } from '../../formats/fhir/served-resource.ts'
import { writeReportedAppointment } from '../../formats/fhir/write-appointment.ts'
import { writeAccessList } from '../../formats/fhir/write-audit-event.ts'
import { writeCareTeam } from '../../formats/fhir/write-care-team.ts'
import { writeCarePlan, writeFlag } from '../../formats/fhir/write-flag.ts'

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
  interactions: ['read'],
}

/** What is read by its id, by whoever may ask about the person it belongs to (rule 4.13). */
export interface ServedRead extends ReadResource {
  /** What its id is one of. */
  readonly of: IdentifiedKind
  readonly action: string
  readonly write: (read: Identified) => FhirResource
}

export const READ: readonly ServedRead[] = [
  {
    type: 'CareTeam',
    documentation: 'A visible plan, with the authority to phone',
    of: 'plan',
    action: 'read plan',
    interactions: ['read'],
    write: read => writeCareTeam(planOf(read), read.answer),
  },
  {
    type: 'Flag',
    documentation: 'The flag of a visible plan',
    of: 'plan',
    action: 'read flag',
    interactions: ['read'],
    write: read => writeFlag(planOf(read), read.answer),
  },
  {
    type: 'CarePlan',
    documentation: 'What a flag stands for: a visible plan with its kind',
    of: 'plan',
    action: 'read flag details',
    interactions: ['read'],
    write: read => writeCarePlan(planOf(read), read.answer),
  },
  {
    type: 'AuditEvent',
    documentation: 'One of the accesses that are listed of a person with a visible plan',
    of: 'access',
    action: 'read access',
    interactions: ['read'],
    write: read => listed(read).event,
  },
  {
    type: 'PractitionerRole',
    documentation: 'Who made an access that is listed, in which role',
    of: 'access',
    action: 'read viewer',
    interactions: ['read'],
    write: read => ({ ...listed(read).role, id: accessOf(read).id }),
  },
  {
    type: 'Appointment',
    documentation: 'A missed appointment as it was reported, and whom it was told',
    of: 'report',
    action: 'read missed appointment',
    interactions: ['read', 'vread'],
    write: read => {
      if (read.of !== 'report') throw new Error(`A report is not read as a ${read.of}`)
      return writeReportedAppointment(read.report)
    },
  },
]

function planOf(read: Identified) {
  if (read.of !== 'plan') throw new Error(`A plan is not read as a ${read.of}`)
  return read.plan
}

function accessOf(read: Identified) {
  if (read.of !== 'access') throw new Error(`An access is not read as a ${read.of}`)
  return read.access
}

/** As the list has it, so that both say the same. */
function listed(read: Identified) {
  const { id } = accessOf(read)
  const found = writeAccessList(read.answer).find(({ event }) => event.id === id)
  if (!found) throw new Error('An access that was read is listed')
  return found
}
