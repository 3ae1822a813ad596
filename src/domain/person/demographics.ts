import { dayOf } from '../english-time.ts'
import type { NhsNumber } from '../nhs-number.ts'
import type { PlanSubject } from '../plan/plan.ts'
import { unreachable } from '../result.ts'
import type { RecordFault } from '../upload/record-faults.ts'
import type { CheckedRecord } from '../upload/upload.ts'
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

/** What PDS's answer makes of a record; undefined means the number belongs to this person (rules 3.7 and 3.9). */
export function judgeByDemographics(
  record: CheckedRecord,
  answer: KnownDemographics,
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
      return judgePerson(record.subject, answer.person) ?? startsAfterDeath(record, answer.person)
    default:
      return unreachable(answer)
  }
}

function judgePerson(claimed: PlanSubject, registered: RegisteredPerson): RecordFault | undefined {
  const comparison = comparePerson(claimed, registered)
  if (comparison.kind === 'match') return undefined
  // Only of a person who has no given name in PDS either may a record leave it out.
  if (!saysName(claimed.given) && registered.givenNames.flat().some(saysName)) {
    return { kind: 'missing', field: 'given name' }
  }
  const { kind, items } = comparison
  return { kind: kind === 'review' ? 'possible-match' : 'different-person', items }
}

function startsAfterDeath({ plans }: CheckedRecord, { died }: RegisteredPerson): RecordFault | undefined {
  const late = plans.find(({ start }) => died !== undefined && died !== 'unknown' && dayOf(start) > died)
  return late && { kind: 'starts-after-death', plan: late.type }
}
