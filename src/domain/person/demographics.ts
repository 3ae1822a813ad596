import { dayOf } from '../english-time.ts'
import type { NhsNumber } from '../nhs-number.ts'
import type { PlanSubject } from '../plan/plan.ts'
import { unreachable } from '../result.ts'
import type { RecordFault } from '../upload/record-faults.ts'
import type { CheckedRecord } from '../upload/upload.ts'
import type { MatchDecision } from './match-decision.ts'
import { comparePerson, type RegisteredPerson } from './same-person.ts'
import { saysName } from './written-name.ts'

/** Every answer PDS can give about a number. `unavailable` is never to be read as `unknown` (rule 3.12). */
export type Demographics =
  | { readonly kind: 'found'; readonly person: RegisteredPerson }
  | { readonly kind: 'superseded'; readonly by: NhsNumber }
  | { readonly kind: 'invalidated' }
  | { readonly kind: 'restricted' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable'; readonly why: string }

export type KnownDemographics = Exclude<Demographics, { kind: 'unavailable' }>

/**
 * What PDS's answer makes of a record; undefined means the number belongs to this person (rules 3.7 and 3.9). Of a possible match what an
 * officer has `decided` counts (rule 3.25).
 */
export function judgeByDemographics(
  record: CheckedRecord,
  answer: KnownDemographics,
  decided?: MatchDecision,
): RecordFault | undefined {
  switch (answer.kind) {
    case 'unknown':
      return { kind: 'nhs-number-unknown' }
    case 'invalidated':
      return { kind: 'invalidated' }
    case 'restricted':
      return { kind: 'sensitive' }
    case 'superseded':
      return { kind: 'superseded' }
    case 'found':
      return judgePerson(record.subject, answer.person, decided) ?? startsAfterDeath(record, answer.person)
    default:
      return unreachable(answer)
  }
}

function judgePerson(
  claimed: PlanSubject,
  registered: RegisteredPerson,
  decided: MatchDecision | undefined,
): RecordFault | undefined {
  const comparison = comparePerson(claimed, registered)
  if (comparison.kind === 'match') return undefined
  const isReview = comparison.kind === 'review'
  if (isReview && decided === 'same-person') return undefined
  // Only of a person who has no given name in PDS either may a record leave it out.
  if (!saysName(claimed.given) && registered.givenNames.flat().some(saysName)) {
    return { kind: 'missing', field: 'given name' }
  }
  const isOpen = isReview && decided === undefined
  return { kind: isOpen ? 'possible-match' : 'different-person', items: comparison.items }
}

function startsAfterDeath({ plans }: CheckedRecord, { died }: RegisteredPerson): RecordFault | undefined {
  const late = plans.find(({ start }) => died !== undefined && died !== 'unknown' && dayOf(start) > died)
  return late && { kind: 'starts-after-death', plan: late.type }
}
