import {
  birthday,
  type CalendarDate,
  dayOf,
  localDay,
  parseCalendarDate,
  parsePlanTime,
} from '../english-time.ts'
import { isOtherNation, parseNhsNumber } from '../nhs-number.ts'
import { saysName, splitAtComma } from '../person/written-name.ts'
import { ADULT_AGE, type PlanSubject } from '../plan/plan.ts'
import { failure, type Result, success } from '../result.ts'
import type { RecordFault } from './record-faults.ts'
import type { CheckedPlan, CheckedRecord, PlanAsSent, RecordAsSent, SubjectAsSent } from './upload.ts'

/**
 * Judges a record by itself, without PDS and without what is held (rules 2.1, 2.2 and 3.9). The NHS number is judged first:
 * nothing else can be put right while it is wrong. `now` is the instant of the judgement.
 */
export function checkRecord(sent: RecordAsSent, now: Date): Result<CheckedRecord, RecordFault> {
  if (sent.unreadable === 'subject') return failure({ kind: 'unreadable', part: 'subject' })
  const number = oneNumber(sent.subjects)
  if (!number.ok) return number
  const person = oneSubject(sent.subjects)
  if (!person.ok) return person
  if (sent.unreadable) return failure({ kind: 'unreadable', part: sent.unreadable })
  if (sent.plans.length === 0) return missing('plan')
  if (sent.plans.length > 3) return failure({ kind: 'too-many-plans' })
  const plans: CheckedPlan[] = []
  for (const plan of sent.plans) {
    const checked = checkPlan(plan, sent.subjects, person.value.birthDate, now)
    if (!checked.ok) return checked
    if (plans.some(other => other.type === checked.value.type && other.start === checked.value.start)) {
      return failure({ kind: 'plan-already-in-file', plan: plan.type })
    }
    plans.push(checked.value)
  }
  return success({ position: sent.position, nhsNumber: number.value, subject: person.value, plans })
}

function oneNumber(subjects: readonly SubjectAsSent[]) {
  const [first, second] = subjects
  if (!first) return missing('subject')
  if (!first.nhsNumber) return missing('NHS number')
  const parsed = parseNhsNumber(first.nhsNumber)
  if (!parsed.ok) {
    const { fault } = parsed
    return failure<RecordFault>(
      isOtherNation(fault) ? { kind: 'other-nation', nation: fault } : { kind: 'nhs-number-format' },
    )
  }
  if (second && second.nhsNumber !== first.nhsNumber) return failure<RecordFault>({ kind: 'two-people' })
  return parsed
}

function oneSubject(subjects: readonly SubjectAsSent[]): Result<PlanSubject, RecordFault> {
  const [first, second] = subjects
  if (!first || subjects.length > 2) return failure({ kind: 'two-people' })
  if (!first.birthTime) return missing('date of birth')
  const birthDate = parseCalendarDate(first.birthTime)
  if (!birthDate) return failure({ kind: 'bad-birth-date' })
  const name = splitAtComma({ given: first.given ?? '', family: first.family ?? '' })
  if (!name.family.trim()) return missing('family name')
  const sameInBoth =
    !second ||
    (second.family === first.family &&
      second.given === first.given &&
      second.birthTime?.slice(0, 8) === first.birthTime.slice(0, 8))
  if (!sameInBoth) return failure({ kind: 'two-people' })
  const identified = first.localId ? first : second
  return success({
    // Whether somebody without a given name has none in PDS either is for PDS to say (rule 3.7).
    given: saysName(name.given) ? name.given : '',
    family: name.family,
    birthDate,
    ...(identified?.localId && { localId: identified.localId }),
    ...(identified?.localIdAuthority && { localIdAuthority: identified.localIdAuthority }),
  })
}

function checkPlan(
  sent: PlanAsSent,
  subjects: readonly SubjectAsSent[],
  birthDate: CalendarDate,
  now: Date,
): Result<CheckedPlan, RecordFault> {
  const { type } = sent
  const needed = type === 'UCPP' ? 'mother' : 'child'
  if (!subjects.some(subject => subject.kind === needed))
    return failure({ kind: 'wrong-subject', plan: type })
  if (!sent.start) return missing('plan start date')
  const start = parsePlanTime(sent.start)
  if (!start) return failure({ kind: 'bad-plan-date', plan: type, which: 'start' })
  if (!sent.end && type === 'UCPP') return missing('plan end date')
  const end = sent.end ? parsePlanTime(sent.end) : undefined
  if (sent.end && !end) return failure({ kind: 'bad-plan-date', plan: type, which: 'end' })
  const deleted = sent.delete ? parsePlanTime(sent.delete) : undefined
  if (sent.delete && !deleted) return failure({ kind: 'bad-plan-date', plan: type, which: 'delete' })
  if (end && end < start) return failure({ kind: 'end-before-start', plan: type })
  if (birthday(dayOf(start), ADULT_AGE) < localDay(now)) return failure({ kind: 'start-too-old', plan: type })
  if (type !== 'UCPP' && dayOf(start) >= birthday(birthDate, ADULT_AGE)) {
    return failure({ kind: 'starts-as-adult', plan: type })
  }
  return success({ type, start, ...(end && { end }), ...(deleted && { delete: deleted }) })
}

function missing(field: Extract<RecordFault, { kind: 'missing' }>['field']) {
  return failure<RecordFault>({ kind: 'missing', field })
}
