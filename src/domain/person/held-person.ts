import type { PlanSubject } from '../plan/plan.ts'
import type { RecordFault } from '../upload/record-faults.ts'
import type { KnownDemographics } from './demographics.ts'
import type { MatchDecision } from './match-decision.ts'
import { comparePerson } from './same-person.ts'

/** What is not as the authority holds it, of a person who was loaded as PDS had them then (rule 14.9). */
export type HeldPersonFault =
  | Extract<RecordFault, { readonly kind: 'different-person' | 'sensitive' }>
  | { readonly kind: 'person-died' }

/**
 * Judges a held plan by what PDS says now; undefined where all is as it was. A number that is replaced, invalidated or unknown is told of
 * in its own way (rule 14.2). A possible match that an officer has `decided` to be the person is one (rule 3.25).
 */
export function faultOfHeldPerson(
  subject: PlanSubject,
  answer: KnownDemographics,
  decided?: MatchDecision,
): HeldPersonFault | undefined {
  if (answer.kind === 'restricted') return { kind: 'sensitive' }
  if (answer.kind !== 'found') return undefined
  if (answer.person.died !== undefined) return { kind: 'person-died' }
  const comparison = comparePerson(subject, answer.person)
  if (comparison.kind === 'review' && decided === 'same-person') return undefined
  return comparison.kind === 'match' ? undefined : { kind: 'different-person', items: comparison.items }
}

/** What is wrong and what to do, for the authority: as for a record of an upload. */
export const PERSON_DIED =
  'Person: PDS says that the person has died. End the plan, or have PDS corrected if that is wrong.'
