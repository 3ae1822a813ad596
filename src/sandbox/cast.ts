import { type OdsCode, parseOdsCode } from '../domain/organisation.ts'
import type { JobRole } from '../domain/query/requester.ts'

/** A clinician of the sandbox, as a smartcard and its one role would describe them. Nobody of this name or number exists. */
export interface CastMember {
  /** The name to sign in by. */
  readonly handle: string
  readonly title: string
  readonly given: string
  readonly family: string
  /** Twelve digits, like a user of the Spine Directory Service. */
  readonly userId: string
  readonly roleProfileId: string
  readonly role: JobRole
  /** The role as a token carries it: staff group, sub-group and role, or the bare role where the groups are not published. */
  readonly roleCode: string
  readonly roleName: string
  readonly organisation: { readonly odsCode: OdsCode; readonly name: string }
  readonly activities: readonly string[]
}

/** Codes that belong to no organisation, and names that say so. */
const HOSPITAL = organisation('X9Z01', 'Sandbox General Hospital')
const SURGERY = organisation('X9Z02', 'Sandbox Village Surgery')
const SCHOOL_HEALTH = organisation('X9Z03', 'Sandbox School Health Service')

/** Role codes and words: job roles of the Spine Directory Service as FHIR UK Core publishes them (Apache License 2.0). */
const PORTER = { code: 'R0002', display: 'Porter' }
const CLINICAL_PRACTITIONER = { code: 'R8000', display: 'Clinical Practitioner Access Role' }
const NURSE = { code: 'R8001', display: 'Nurse Access Role' }
const MIDWIFE = { code: 'R8016', display: 'Midwife Access Role' }

/** Who can sign in: what they may do is rule 5.3 from every side. */
export const CAST: readonly CastMember[] = [
  clinical('ed-nurse', 1, 'Nurse', 'Quince', 'Sandbox', NURSE, HOSPITAL, ['B0107']),
  clinical('ed-consultant', 2, 'Dr', 'Saffron', 'Nonesuch', CLINICAL_PRACTITIONER, HOSPITAL, ['B0107']),
  clinical('midwife', 3, 'Ms', 'Damson', "O'Testcase", MIDWIFE, HOSPITAL, ['B0107', 'B0170']),
  clinical('gp-nurse', 4, 'Nurse', 'Sloe', 'Samplewood', NURSE, SURGERY, ['B0170']),
  clinical('school-nurse', 5, 'Nurse', 'Mirabelle', 'Ní Shampla', NURSE, SCHOOL_HEALTH, ['B0170']),
  {
    ...clinical('porter', 6, 'Mx', 'Fennel', 'Placeholder', PORTER, HOSPITAL, []),
    roleCode: PORTER.code,
    roleName: PORTER.display,
  },
]

/** The cast member of a handle, or undefined. */
export function castMember(handle: string): CastMember | undefined {
  return CAST.find(member => member.handle === handle)
}

function clinical(
  handle: string,
  nth: number,
  title: string,
  given: string,
  family: string,
  role: JobRole,
  organisation: CastMember['organisation'],
  activities: readonly string[],
): CastMember {
  return {
    handle,
    title,
    given,
    family,
    userId: `99900000010${nth}`,
    roleProfileId: `99910000010${nth}`,
    role,
    roleCode: `S8000:G8000:${role.code}`,
    roleName: `"Clinical":"Clinical Provision":"${role.display}"`,
    organisation,
    activities,
  }
}

function organisation(code: string, name: string): CastMember['organisation'] {
  const odsCode = parseOdsCode(code)
  if (!odsCode) throw new Error(`${code} is no organisation code`)
  return { odsCode, name }
}
