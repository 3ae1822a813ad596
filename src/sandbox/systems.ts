import type { AccessKind } from '../domain/query/requester.ts'
import { type ClientSystem, EXCHANGES, parseAsid } from '../domain/registration/client-system.ts'
import { CAST } from './cast.ts'

/** Where the sandbox's systems are answered later: `cpis query --via ebxml` listens there. */
const CALLBACK = 'http://127.0.0.1:8090/answers'

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
  return {
    asid,
    partyKey: `${organisation.odsCode}-999001`,
    organisation,
    allows: [allows],
    exchanges: allows === 'unscheduled' ? EXCHANGES : ['synchronous', 'asynchronous'],
    contract: {
      cpaId: `S${digits.slice(-4)}A999001`,
      callback: CALLBACK,
      reliability: 'reliable',
      retries: 2,
      retryIntervalSeconds: 5,
      persistSeconds: 300,
    },
  }
}
