import type { ClaimedPerson } from '../domain/person/same-person.ts'
import { type PdsSearchAnswer, readPdsSearchReply } from './pds-reply.ts'
import type { PdsClientOptions, PdsRequests, PdsUnavailable } from './pds-request.ts'

export type { PdsSearchAnswer } from './pds-reply.ts'

/** How PDS writes a gender. */
export type Gender = 'female' | 'male' | 'other' | 'unknown'

/** Searches PDS for a person whose number is not known. Never throws. */
export type PdsSearch = (
  person: ClaimedPerson & { readonly gender?: Gender },
) => Promise<PdsSearchAnswer | PdsUnavailable>

/** Asks by exact family name, first given name, date of birth and, where it is known, gender. */
export function pdsSearch({ now }: Pick<PdsClientOptions, 'now'>, { ask }: PdsRequests): PdsSearch {
  return ({ family, given, birthDate, gender }) => {
    const [first] = given.trim().split(/\s+/)
    const parameters = new URLSearchParams({
      family,
      ...(first && { given: first }),
      birthdate: `eq${birthDate}`,
      ...(gender && { gender }),
    })
    return ask(`/Patient?${parameters}`, (status, body) => readPdsSearchReply(status, body, now()))
  }
}
