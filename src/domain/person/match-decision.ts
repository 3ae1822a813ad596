import type { CalendarDate } from '../english-time.ts'
import type { NhsNumber } from '../nhs-number.ts'
import type { PlanSubject } from '../plan/plan.ts'
import { foldName } from './fold-name.ts'

/** What an officer of the authority says of a possible match (rule 3.25). */
export type MatchDecision = 'same-person' | 'another-person'

/** What a decision is about: it holds for this number with this name and date of birth, and for no other. */
export interface DecidedMatch {
  readonly nhsNumber: NhsNumber
  /** Given and family name, folded (rule 3.7). */
  readonly name: string
  readonly birthDate: CalendarDate
}

/** Names the match of a person, so that another spelling of capitals or accents is the same one. */
export function decidedMatch(nhsNumber: NhsNumber, { given, family, birthDate }: PlanSubject): DecidedMatch {
  return { nhsNumber, name: `${foldName(given)} ${foldName(family)}`, birthDate }
}
