import type { CalendarDate } from '../english-time.ts'
import type { OtherNation } from '../nhs-number.ts'
import type { PersonItem } from '../person/same-person.ts'
import type { PlanType } from '../plan/plan.ts'

/** The published record codes (rule 3.9). CPR06 is success. */
export type RecordCode = 'CPR01' | 'CPR02' | 'CPR03' | 'CPR04' | 'CPR05' | 'CPR06' | 'CPR07'

/** Everything that can be wrong with one record of an upload. */
export type RecordFault =
  | { readonly kind: 'nhs-number-format' }
  | { readonly kind: 'other-nation'; readonly nation: OtherNation }
  | { readonly kind: 'nhs-number-unknown' }
  | { readonly kind: 'sensitive' }
  | { readonly kind: 'different-person'; readonly items: readonly PersonItem[] }
  /** It may be this person, or their twin: only somebody who knows them can say. */
  | { readonly kind: 'possible-match'; readonly items: readonly PersonItem[] }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'invalidated' }
  | { readonly kind: 'missing'; readonly field: RecordField }
  | { readonly kind: 'bad-birth-date' }
  | { readonly kind: 'bad-plan-date'; readonly plan: PlanType; readonly which: 'start' | 'end' | 'delete' }
  | { readonly kind: 'end-before-start'; readonly plan: PlanType }
  | { readonly kind: 'start-too-old'; readonly plan: PlanType }
  | { readonly kind: 'starts-as-adult'; readonly plan: PlanType }
  /** PDS says that the person died before the plan starts. */
  | { readonly kind: 'starts-after-death'; readonly plan: PlanType }
  | { readonly kind: 'wrong-subject'; readonly plan: PlanType }
  | { readonly kind: 'unreadable'; readonly part: 'plan' | 'subject' }
  | { readonly kind: 'too-many-plans' }
  | { readonly kind: 'two-people' }
  | { readonly kind: 'plan-already-in-file'; readonly plan: PlanType }
  | { readonly kind: 'delete-of-unknown-plan'; readonly plan: PlanType }
  /** The authority's plans have passed on: it may end and delete what it sent, and nothing else (rule 19.17). */
  | { readonly kind: 'passed-on'; readonly on: CalendarDate; readonly to: readonly string[] }

export type RecordField =
  | 'plan'
  | 'subject'
  | 'NHS number'
  | 'date of birth'
  | 'given name'
  | 'family name'
  | 'plan start date'
  | 'plan end date'

/** The code a fault is reported under (rule 3.9). */
export function codeOf(fault: RecordFault): Exclude<RecordCode, 'CPR06'> {
  switch (fault.kind) {
    case 'nhs-number-unknown':
    case 'invalidated':
      return 'CPR01'
    case 'sensitive':
      return 'CPR02'
    case 'different-person':
    case 'possible-match':
      return 'CPR03'
    case 'nhs-number-format':
    case 'other-nation':
      return 'CPR04'
    case 'superseded':
      return 'CPR05'
    default:
      return 'CPR07'
  }
}
