import { ADULT_AGE, PLAN_TYPE_WORDS, type PlanType } from './plan.ts'
import { unreachable } from './result.ts'
import type { PersonItem } from './same-person.ts'

/** The published record codes (rule 3.9). CPR06 is success. */
export type RecordCode = 'CPR01' | 'CPR02' | 'CPR03' | 'CPR04' | 'CPR05' | 'CPR06' | 'CPR07'

/** Everything that can be wrong with one record of an upload. */
export type RecordFault =
  | { readonly kind: 'nhs-number-format' }
  | { readonly kind: 'nhs-number-unknown' }
  | { readonly kind: 'sensitive' }
  | { readonly kind: 'different-person'; readonly items: readonly PersonItem[] }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'invalidated' }
  | { readonly kind: 'missing'; readonly field: RecordField }
  | { readonly kind: 'bad-birth-date' }
  | { readonly kind: 'bad-plan-date'; readonly plan: PlanType; readonly which: 'start' | 'end' | 'delete' }
  | { readonly kind: 'end-before-start'; readonly plan: PlanType }
  | { readonly kind: 'start-too-old'; readonly plan: PlanType }
  | { readonly kind: 'starts-as-adult'; readonly plan: PlanType }
  | { readonly kind: 'wrong-subject'; readonly plan: PlanType }
  | { readonly kind: 'unreadable'; readonly part: 'plan' | 'subject' }
  | { readonly kind: 'too-many-plans' }
  | { readonly kind: 'two-people' }
  | { readonly kind: 'plan-already-in-file'; readonly plan: PlanType }
  | { readonly kind: 'delete-of-unknown-plan'; readonly plan: PlanType }

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
      return 'CPR03'
    case 'nhs-number-format':
      return 'CPR04'
    case 'superseded':
      return 'CPR05'
    default:
      return 'CPR07'
  }
}

/**
 * The reason in plain words, for the officer who has to correct the record: which field, what is wrong and what to do
 * (rule 3.14). It never contains a value that PDS holds, nor anything of the child.
 */
export function reasonOf(fault: RecordFault): string {
  switch (fault.kind) {
    case 'nhs-number-format':
      return 'NHS number: it must be ten digits whose last is the right check digit. Trace the person in PDS and send the number it gives.'
    case 'nhs-number-unknown':
      return 'NHS number: PDS holds no such number. Trace the person in PDS and send the number it gives.'
    case 'invalidated':
      return 'NHS number: PDS no longer holds this number as valid. Trace the person in PDS and send the number it gives.'
    case 'sensitive':
      return 'NHS number: PDS holds this person as sensitive, so the plan cannot be loaded. Share the information with the NHS by telephone and ask the PDS National Back Office for advice.'
    case 'different-person':
      return `${capital(listed(fault.items))}: not the same as PDS holds for this NHS number. Check ${fault.items.length > 1 ? 'them' : 'it'} against the person's identity papers or trace the person in PDS, correct your record or have PDS corrected, and send the record again.`
    case 'superseded':
      return 'NHS number: PDS has replaced this number by another. Trace the person in PDS and send the record under the new number.'
    case 'missing':
      return `${capital(fault.field)}: missing. Add it and send the record again.`
    case 'bad-birth-date':
      return 'Date of birth: it must be a real day, written YYYYMMDD. Correct it and send the record again.'
    case 'bad-plan-date':
      return `${planDate(fault.plan, fault.which)}: it must be a real date and time, written as the twelve digits YYYYMMDDhhmm. Correct it and send the record again.`
    case 'end-before-start':
      return `${planDate(fault.plan, 'end')}: it is before the start date. Correct the one that is wrong and send the record again.`
    case 'start-too-old':
      return `${planDate(fault.plan, 'start')}: it is more than ${ADULT_AGE} years ago. Correct it and send the record again.`
    case 'starts-as-adult':
      return `${planDate(fault.plan, 'start')}: the person is ${ADULT_AGE} or older on that day. Check the start date and the date of birth.`
    case 'wrong-subject':
      return fault.plan === 'UCPP'
        ? 'Subject: an unborn child protection plan is held against the mother. Send the mother as the subject.'
        : `Subject: a ${PLAN_TYPE_WORDS[fault.plan]} record needs the child as its subject. Send the child.`
    case 'unreadable':
      return `${capital(fault.part)}: it is of a kind that an upload does not have, or gives two values for one thing. Send each ${fault.part} in the published form.`
    case 'too-many-plans':
      return 'Plan: a record holds one to three plans. Send the others in a record of their own.'
    case 'two-people':
      return 'Subject: the record describes two people. Send one record for each person.'
    case 'plan-already-in-file':
      return `Plan: an earlier record of this file holds the same ${PLAN_TYPE_WORDS[fault.plan]} with the same start date. Send each plan once in a file.`
    case 'delete-of-unknown-plan':
      return `${planDate(fault.plan, 'delete')}: no such plan is held, so there was nothing to delete; the deletion is remembered. Check the NHS number, plan type and start date.`
    default:
      return unreachable(fault)
  }
}

function planDate(plan: PlanType, which: 'start' | 'end' | 'delete'): string {
  return `${capital(which)} date of the ${PLAN_TYPE_WORDS[plan]}`
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
