import type { CalendarDate } from '../domain/english-time.ts'
import { type PdsSearchAnswer, readPdsSearchReply } from './pds-reply.ts'
import type { PdsClientOptions, PdsRequests, PdsUnavailable } from './pds-request.ts'

export type { PdsCandidate, PdsSearchAnswer } from './pds-reply.ts'

/** How PDS writes a gender. */
export type Gender = 'female' | 'male' | 'other' | 'unknown'

/** What a person is looked for by. Both days of a range count. */
export interface PdsQuestion {
  readonly birthDate: CalendarDate | { readonly from: CalendarDate; readonly to: CalendarDate }
  readonly family?: string
  /** The first given name. */
  readonly given?: string
  readonly gender?: Gender
  readonly postcode?: string
  /** Names that sound alike or are misspelt are found as well. */
  readonly fuzzy?: boolean
  /** Former names and addresses are found as well. */
  readonly history?: boolean
}

/** Searches PDS for a person whose number is not known. Never throws. */
export type PdsSearch = (question: PdsQuestion) => Promise<PdsSearchAnswer | PdsUnavailable>

/** Asks `GET /Patient?…`; whatever is not given is not asked for. */
export function pdsSearch({ now }: Pick<PdsClientOptions, 'now'>, { ask }: PdsRequests): PdsSearch {
  return question =>
    ask(`/Patient?${parametersOf(question)}`, (status, body) => readPdsSearchReply(status, body, now()))
}

function parametersOf({ birthDate, family, given, gender, postcode, fuzzy, history }: PdsQuestion) {
  const days =
    typeof birthDate === 'string' ? [`eq${birthDate}`] : [`ge${birthDate.from}`, `le${birthDate.to}`]
  const parameters: readonly (readonly [string, string | undefined])[] = [
    ['family', family],
    ['given', given],
    ...days.map(day => ['birthdate', day] as const),
    ['gender', gender],
    ['address-postalcode', postcode],
    ['_fuzzy-match', fuzzy ? 'true' : undefined],
    ['_history', history ? 'true' : undefined],
  ]
  const query = new URLSearchParams()
  for (const [name, value] of parameters) if (value) query.append(name, value)
  return query
}
