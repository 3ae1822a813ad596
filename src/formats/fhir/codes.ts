import type { Coding } from 'fhir/r4.js'
import type { PlanType } from '../../domain/plan/plan.ts'

/** Media type and version of everything this API says. */
export const FHIR_JSON = 'application/fhir+json'
export const FHIR_VERSION = '4.0.1'

/** Identifier systems of the guides, and of the national directories behind them. */
export const SYSTEM = {
  nhsNumber: 'https://fhir.nhs.uk/Id/nhs-number',
  odsCode: 'https://fhir.nhs.uk/Id/ods-organization-code',
  roleProfile: 'https://fhir.nhs.uk/Id/sds-role-profile-id',
  asid: 'https://fhir.nhs.uk/Id/nhsSpineASID',
  jobRole: 'https://fhir.nhs.uk/CodeSystem/England-SDS-JobRoleCode',
  roleClass: 'http://terminology.hl7.org/CodeSystem/v3-RoleClass',
} as const

const SNOMED = 'http://snomed.info/sct'

/** Value set England-ChildProtectionPlan. */
export const PLAN_CATEGORY: Readonly<Record<PlanType, Coding>> = {
  CPP: { system: SNOMED, code: '342191000000101', display: 'Subject to child protection plan' },
  LAC: { system: SNOMED, code: '764841000000100', display: 'Looked after child' },
  UCPP: { system: SNOMED, code: '818901000000100', display: 'Unborn child subject to child protection plan' },
}

/** Flag.code of everything that is answered as a flag: Patient Flag guide, code system England-FlagCategoryPatient. */
export const CPIS_FLAG = {
  system: 'https://fhir.nhs.uk/England/CodeSystem/England-FlagCategoryPatient',
  code: 'child-protection-information-system-flag',
  display: 'Child Protection Information System Flag',
} as const satisfies Coding

/** How a flag points to its details: Patient Flag guide, and the extension of that name in R4. */
export const FLAG_DETAIL = 'http://hl7.org/fhir/StructureDefinition/flag-detail'

/**
 * The times at which an authority's office is open and its duty team answers, as instants: `known-from` and `known-until` (dateTime), `office` and `duty`
 * (Period, its end not included) any number of times. Our own, since R4 has no place for them; the same at every installation.
 */
export const OPENINGS = 'urn:uuid:5a0c6a52-6a0e-5c0b-9c54-7f1c2b1d4e90'

/** Provenance.agent.type of the authority whose upload a flag comes from. */
export const PROVENANCE_AUTHOR: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  code: 'author',
  display: 'Author',
}

/** AuditEvent.type: producer guide, AuditEvent. */
export const ACCESS_EVENT: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle',
  code: 'access',
  display: 'Access/View Record Lifecycle Event',
}

/** AuditEvent.agent.type of the person looked up and of whoever looked. */
export const AGENT_TYPE: Readonly<Record<'patient' | 'viewer', Coding>> = {
  patient: { system: SYSTEM.roleClass, code: 'PAT', display: 'patient' },
  viewer: { system: SYSTEM.roleClass, code: 'ASSIGNED', display: 'assigned entity' },
}

/** The guides' way of asking for the viewers' roles along with the accesses, and plain R4's. Both are always answered. */
export const ROLE_INCLUDES = [
  `AuditEvent:entity-type=${SYSTEM.roleClass}|${AGENT_TYPE.viewer.code}`,
  'AuditEvent:agent',
] as const
