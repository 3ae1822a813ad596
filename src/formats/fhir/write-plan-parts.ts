import type { Period, Reference } from 'fhir/r4.js'
import { dayOf, localDay } from '../../domain/english-time.ts'
import type { Organisation } from '../../domain/organisation.ts'
import { type PlanState, planState } from '../../domain/plan/plan-state.ts'
import type { Answer, VisiblePlan } from '../../domain/query/answer.ts'
import { displayName } from '../../domain/query/requester.ts'
import { SYSTEM } from './codes.ts'

/** What the resources that a plan is answered as have in common. */

/** The state of a plan on the English day of the query (rule 2.9). */
export function stateOf({ start, end }: VisiblePlan, { askedAt }: Answer): PlanState {
  return planState({ start: dayOf(start), end: end && dayOf(end) }, localDay(askedAt))
}

/**
 * The person, named by the number that was asked for, also where the authority still holds the plan under one that PDS
 * replaced (rule 4.4).
 */
export function writeSubject({ subject }: VisiblePlan, { nhsNumber }: Answer): Reference {
  return {
    identifier: { system: SYSTEM.nhsNumber, value: nhsNumber },
    display: displayName({ given: [subject.given], family: subject.family }),
  }
}

/** English days, the last one included. */
export function writePeriod(plan: VisiblePlan): Period {
  return { start: dayOf(plan.start), ...(plan.end && { end: dayOf(plan.end) }) }
}

export function writeAuthority({ odsCode, name }: Organisation): Reference {
  return { identifier: { system: SYSTEM.odsCode, value: odsCode }, display: name }
}
