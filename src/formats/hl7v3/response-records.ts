import { isDeepStrictEqual } from 'node:util'
import type { SubjectAsSent } from '../../domain/upload/upload.ts'
import type { ResponsePlan } from './query-response.ts'

/** One record of an authority's: the plans of one person, who may stand in it as a child, as a mother, or as both. */
export interface ResponseRecord {
  readonly authority: ResponsePlan['authority']
  readonly plans: readonly ResponsePlan[]
  readonly subjects: readonly SubjectAsSent[]
}

/** How many plans a record may hold (REPC_MT000007GB01, CP-ISRecord). */
const MOST_PLANS = 3

/**
 * Gathers plans into as few records as the published structure allows: one for each authority and person. Another is needed
 * only where the authority described the person differently for different plans, or there are more than three plans.
 */
export function recordsOf(plans: readonly ResponsePlan[]): readonly ResponseRecord[] {
  const records: {
    authority: ResponsePlan['authority']
    plans: ResponsePlan[]
    subjects: SubjectAsSent[]
  }[] = []
  for (const plan of plans) {
    const subject = subjectOf(plan)
    const record = records.find(
      ({ authority, plans, subjects }) =>
        isDeepStrictEqual(authority, plan.authority) &&
        plans.length < MOST_PLANS &&
        subjects.every(known => fits(known, subject)),
    )
    if (!record) records.push({ authority: plan.authority, plans: [plan], subjects: [subject] })
    else {
      record.plans.push(plan)
      if (!record.subjects.some(({ kind }) => kind === subject.kind)) record.subjects.push(subject)
    }
  }
  return records
}

/** Whether two subjects may stand in one record: as child and mother under one number, or as the very same. */
function fits(known: SubjectAsSent, subject: SubjectAsSent): boolean {
  return known.kind === subject.kind
    ? isDeepStrictEqual(known, subject)
    : known.nhsNumber === subject.nhsNumber && known.nhsNumber !== undefined
}

/** The person a plan is for: the mother, where it protects an unborn child (rule 2.2). */
function subjectOf({ type, nhsNumber, subject }: ResponsePlan): SubjectAsSent {
  const { birthDate, ...described } = subject
  return {
    kind: type === 'UCPP' ? 'mother' : 'child',
    ...(nhsNumber !== undefined && { nhsNumber }),
    ...described,
    birthTime: birthDate.replaceAll('-', ''),
  }
}
