import { writtenDay } from '../english-time.ts'
import { otherNationWords } from '../nhs-number.ts'
import { ADULT_AGE, PLAN_TYPE_WORDS, type PlanType } from '../plan/plan.ts'
import { capital, listed, type ReasonTable, reasonFrom, reasonText } from './reason.ts'
import type { RecordFault } from './record-faults.ts'

const LOOK_UP = 'Look the person up in PDS and send the number it gives.'
const SEND_AGAIN = 'and send the record again.'

/** What is wrong with a record and what to do about it (rules 3.9 and 3.14). */
export const RECORD_REASONS: ReasonTable<RecordFault> = {
  'nhs-number-format': () => ({
    wrong: 'NHS number: it must be ten digits, and the last one has to fit the other nine.',
    remedy: LOOK_UP,
  }),
  'other-nation': ({ nation }) => ({
    wrong: `NHS number: this is ${otherNationWords(nation)}.`,
    remedy: 'Look the person up in PDS. If they have an NHS number, send the record with that.',
  }),
  'nhs-number-unknown': () => ({ wrong: 'NHS number: PDS has no such number.', remedy: LOOK_UP }),
  invalidated: () => ({ wrong: 'NHS number: this number is no longer used.', remedy: LOOK_UP }),
  sensitive: () => ({
    wrong: 'NHS number: PDS keeps this person private, so the plan cannot be loaded.',
    remedy: 'Tell the NHS by phone, and ask the PDS National Back Office what to do.',
  }),
  'different-person': ({ items }) => ({
    wrong: `${capital(listed(items))}: not the same as in PDS for this NHS number.`,
    remedy: `Check ${items.length > 1 ? 'them' : 'it'} with the person's papers and in PDS. Correct your record, or have PDS corrected, ${SEND_AGAIN}`,
  }),
  'possible-match': ({ items }) => ({
    wrong: `${capital(listed(items))}: not the same as in PDS for this NHS number. It is a possible match.`,
    remedy: `Check that it is not the number of a twin, a brother or a sister. If it is right, confirm it on your page, or send ${listed(items)} as PDS has ${items.length > 1 ? 'them' : 'it'}.`,
  }),
  superseded: () => ({
    wrong: 'NHS number: PDS has a new number in its place.',
    remedy: 'Look the person up in PDS and send the record with the new number.',
  }),
  missing: ({ field }) => ({
    wrong: `${capital(field === 'subject' ? 'person' : field)}: this is missing.`,
    remedy: `Add it ${SEND_AGAIN}`,
  }),
  'bad-birth-date': () => ({
    wrong: 'Date of birth: this is not a real day.',
    remedy: `Write the year, the month and the day in eight digits, like 20190501, ${SEND_AGAIN}`,
  }),
  'bad-plan-date': ({ plan, which }) => ({
    wrong: `${planDate(plan, which)}: this is not a real date and time.`,
    remedy: `Write the year, month, day, hour and minute in twelve digits, like 202605011430, ${SEND_AGAIN}`,
  }),
  'end-before-start': ({ plan }) => ({
    wrong: `${planDate(plan, 'end')}: it is before the start date.`,
    remedy: `Correct the one that is wrong ${SEND_AGAIN}`,
  }),
  'start-too-old': ({ plan }) => ({
    wrong: `${planDate(plan, 'start')}: it is more than ${ADULT_AGE} years ago.`,
    remedy: `Correct it ${SEND_AGAIN}`,
  }),
  'starts-as-adult': ({ plan }) => ({
    wrong: `${planDate(plan, 'start')}: the person is ${ADULT_AGE} or older on that day.`,
    remedy: `Check this date and the date of birth. Correct the one that is wrong ${SEND_AGAIN}`,
  }),
  'starts-after-death': ({ plan }) => ({
    wrong: `${planDate(plan, 'start')}: it is after the day on which the person died, as PDS has it.`,
    remedy: `Check this date, and that the number is the person's. Correct the one that is wrong ${SEND_AGAIN}`,
  }),
  'wrong-subject': ({ plan }) =>
    plan === 'UCPP'
      ? {
          wrong: `Person: an ${PLAN_TYPE_WORDS.UCPP} is held under the mother.`,
          remedy: 'Send the record with the mother as its person.',
        }
      : {
          wrong: `Person: a record of type ${PLAN_TYPE_WORDS[plan]} is held under the child.`,
          remedy: 'Send the record with the child as its person.',
        },
  unreadable: ({ part }) => {
    const thing = part === 'subject' ? 'person' : part
    return {
      wrong: `${capital(thing)}: part of it cannot be read, or it says two things at once.`,
      remedy: `Ask whoever looks after your system to send each ${thing} in the published form.`,
    }
  },
  'too-many-plans': () => ({
    wrong: 'Plan: there are more than three in the record.',
    remedy: 'Send the others in a record of their own.',
  }),
  'two-people': () => ({
    wrong: 'Person: the record is about two people.',
    remedy: 'Send one record for each person.',
  }),
  'plan-already-in-file': ({ plan }) => ({
    wrong: `Plan: the file has the same ${PLAN_TYPE_WORDS[plan]} with the same start date more than once.`,
    remedy: 'Send each plan once in a file.',
  }),
  'delete-of-unknown-plan': ({ plan }) => ({
    wrong: `${planDate(plan, 'delete')}: no such plan is held, so there was nothing to delete. The deletion is kept.`,
    remedy: 'Check the NHS number, the type of plan and its start date. If they are right, do nothing.',
  }),
  'passed-on': ({ on, to }) => ({
    wrong: `Plan: the plans of your authority passed to ${listed(to)} on ${writtenDay(on)}. You can end or delete plans that you sent before, and nothing else.`,
    remedy: `Ask ${listed(to)} to send this plan.`,
  }),
}

function planDate(plan: PlanType, which: 'start' | 'end' | 'delete'): string {
  return `${capital(which)} date of the ${PLAN_TYPE_WORDS[plan]}`
}

/** The reason in plain words, for the officer who has to correct the record (rule 3.14). */
export function reasonOf(fault: RecordFault): string {
  return reasonText(reasonFrom(RECORD_REASONS, fault))
}
