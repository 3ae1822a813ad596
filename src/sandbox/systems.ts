import { type ClientSystem, parseAsid } from '../domain/client-system.ts'
import type { AccessKind } from '../domain/requester.ts'
import { CAST } from './cast.ts'

/** The clinical systems of the sandbox: a hospital's, which asks in emergencies, and a surgery's, which asks ahead of visits. */
export const SYSTEMS: readonly ClientSystem[] = [
  system('999000000011', 'ed-nurse', 'unscheduled'),
  system('999000000012', 'gp-nurse', 'scheduled'),
]

/** A system of the organisation that a member of the cast works for. */
function system(digits: string, handle: string, allows: AccessKind): ClientSystem {
  const asid = parseAsid(digits)
  const organisation = CAST.find(member => member.handle === handle)?.organisation
  if (!asid || !organisation) throw new Error(`${digits} of ${handle} is no system`)
  return { asid, partyKey: `${organisation.odsCode}-999001`, organisation, allows: [allows] }
}
