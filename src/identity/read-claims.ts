import { z } from 'zod'
import { parseOdsCode } from '../domain/organisation.ts'
import type { Requester } from '../domain/query/requester.ts'
import { failure, type Result, success } from '../domain/result.ts'
import { expandActivities } from './activities.ts'
import type { TokenFault } from './token-fault.ts'

const text = z.string().trim().min(1).max(300)

const role = z.object({
  person_roleid: text,
  org_code: text,
  /** A bare code, or staff group, sub-group and role as one: `S8000:G8000:R8001`. */
  role_code: text,
  role_name: text.optional(),
  activity_codes: z.array(text).optional(),
})

/** What the service reads of a CIS2 user's token; anything else in it is ignored. */
const claims = z.object({
  nhsid_useruid: text.optional(),
  selected_roleid: text.optional(),
  nhsid_nrbac_roles: z.array(role).optional(),
  nhsid_user_orgs: z.array(z.object({ org_code: text, org_name: text })).optional(),
  title: text.optional(),
  given_name: text.optional(),
  family_name: text.optional(),
})

/**
 * Makes the requester of a token whose signature has been checked. The selected role alone decides organisation, job role
 * and activities, whatever other roles the person has (rule 9.3); a token that names no person is refused (rule 9.2).
 */
export function readClaims(payload: unknown): Result<Requester, TokenFault> {
  const parsed = claims.safeParse(payload)
  if (!parsed.success) return failure({ kind: 'claims-unreadable' })
  const { nhsid_useruid: userId, family_name: family, given_name: given, title } = parsed.data
  if (!userId || !family) return failure({ kind: 'no-person' })
  const { selected_roleid: roleProfileId } = parsed.data
  if (!roleProfileId) return failure({ kind: 'no-selected-role' })
  const selected = parsed.data.nhsid_nrbac_roles?.find(held => held.person_roleid === roleProfileId)
  if (!selected) return failure({ kind: 'role-not-held' })
  const odsCode = parseOdsCode(selected.org_code)
  if (!odsCode) return failure({ kind: 'claims-unreadable' })
  const organisation = parsed.data.nhsid_user_orgs?.find(org => parseOdsCode(org.org_code) === odsCode)
  return success({
    author: {
      kind: 'person',
      userId,
      roleProfileId,
      name: { ...(title && { prefix: title }), given: given?.split(/\s+/) ?? [], family },
      jobRole: { code: selected.role_code, display: jobRoleName(selected.role_name) ?? selected.role_code },
      organisation: { odsCode, name: organisation?.org_name ?? odsCode },
    },
    activities: expandActivities(selected.activity_codes ?? []),
  })
}

/** The last part of `"Clinical":"Clinical Provision":"Nurse"`, or a plain name as it stands. */
function jobRoleName(roleName: string | undefined): string | undefined {
  if (!roleName?.startsWith('"')) return roleName
  const parts = [...roleName.matchAll(/"([^"]*)"/g)].map(match => match[1]?.trim())
  return parts.at(-1) || undefined
}
