import type { AskingAuthor } from '../client/hl7v3/index.ts'
import type { CastMember } from '../sandbox/cast.ts'

/** Somebody of the sandbox's cast, as their system describes them in a message. */
export function castAuthor(member: CastMember): AskingAuthor {
  const { userId, roleProfileId, title, given, family, role, roleCode, organisation } = member
  return {
    kind: 'person',
    userId,
    roleProfileId,
    name: { prefix: title, given: [given], family },
    jobRole: { code: roleCode, display: role.display },
    organisation,
  }
}
