import { type OdsCode, parseOdsCode } from '../domain/organisation.ts'
import type { Requester } from '../domain/query/requester.ts'
import { failure, type Result, success } from '../domain/result.ts'
import { expandActivities } from './activities.ts'
import type { TokenFault } from './token-fault.ts'

type Json = Readonly<Record<string, unknown>>

const LONGEST_TEXT = 300

/** How a refusal names the parts of the selected role. */
const SELECTED = 'nhsid_nrbac_roles[selected_roleid]'

/**
 * Makes the requester of a token whose signature has been checked. The selected role alone decides organisation, job role and
 * activities, and it alone has to be whole (rule 9.3): other roles may lack anything, as they do at real issuers. Names that cannot be
 * read are left out, except the family name. A refusal names the claim, never what stands in it (rule 9.8).
 */
export function readClaims(payload: unknown): Result<Requester, TokenFault> {
  const claims = object(payload) ?? {}
  const userId = text(claims['nhsid_useruid'])
  if (!userId) {
    return isAbsent(claims['nhsid_useruid'])
      ? failure({ kind: 'no-person' })
      : refused(claims, 'nhsid_useruid')
  }
  const family = text(claims['family_name'])
  if (!family) return refused(claims, 'family_name')
  const roleProfileId = text(claims['selected_roleid'])
  if (!roleProfileId) {
    return isAbsent(claims['selected_roleid'])
      ? failure({ kind: 'no-selected-role' })
      : refused(claims, 'selected_roleid')
  }
  const roles = list(claims['nhsid_nrbac_roles'] ?? [])
  if (!roles) return refused(claims, 'nhsid_nrbac_roles')
  const selected = roles.find(role => text(role['person_roleid']) === roleProfileId)
  if (!selected) return failure({ kind: 'role-not-held' })
  const odsCode = parseOdsCode(text(selected['org_code']) ?? '')
  if (!odsCode) return refused(selected, 'org_code', SELECTED)
  // A bare code, or staff group, sub-group and role as one: `S8000:G8000:R8001`.
  const code = text(selected['role_code'])
  if (!code) return refused(selected, 'role_code', SELECTED)
  const activities = selected['activity_codes'] ?? []
  if (!Array.isArray(activities)) return refused(selected, 'activity_codes', SELECTED)
  const [given, title] = [text(claims['given_name']), text(claims['title'])]
  return success({
    author: {
      kind: 'person',
      userId,
      roleProfileId,
      name: { ...(title && { prefix: title }), given: given?.split(/\s+/) ?? [], family },
      jobRole: { code, display: jobRoleName(text(selected['role_name'])) ?? code },
      organisation: { odsCode, name: organisationName(claims['nhsid_user_orgs'], odsCode) ?? odsCode },
    },
    activities: expandActivities(activities.map(text).filter(activity => activity !== undefined)),
  })
}

function refused(within: Json, claim: string, prefix?: string): Result<never, TokenFault> {
  return failure({
    kind: 'claim-refused',
    claim: prefix === undefined ? claim : `${prefix}.${claim}`,
    problem: isAbsent(within[claim]) ? 'missing' : 'wrong',
  })
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

/** Text that says something; some issuers write ids as numbers. */
function text(value: unknown): string | undefined {
  const written = Number.isSafeInteger(value) ? String(value) : value
  if (typeof written !== 'string') return undefined
  const trimmed = written.trim()
  return trimmed.length >= 1 && trimmed.length <= LONGEST_TEXT ? trimmed : undefined
}

/** The objects of a list, which some issuers write as JSON text; undefined where it is no list. */
function list(value: unknown): Json[] | undefined {
  const written = typeof value === 'string' ? parseJson(value) : value
  return Array.isArray(written) ? written.map(object).filter(item => item !== undefined) : undefined
}

function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

function parseJson(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    return undefined
  }
}

function organisationName(organisations: unknown, odsCode: OdsCode): string | undefined {
  const named = list(organisations)?.find(({ org_code }) => parseOdsCode(text(org_code) ?? '') === odsCode)
  return text(named?.['org_name'])
}

/** The last part of `"Clinical":"Clinical Provision":"Nurse"`, or a plain name as it stands. */
function jobRoleName(roleName: string | undefined): string | undefined {
  if (!roleName?.startsWith('"')) return roleName
  const parts = [...roleName.matchAll(/"([^"]*)"/g)].map(match => match[1]?.trim())
  return parts.at(-1) || undefined
}
