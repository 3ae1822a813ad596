import type { CarePlan, Flag, Provenance } from 'fhir/r4.js'
import type { PlanState } from '../../domain/plan/plan-state.ts'
import type { Answer, VisiblePlan } from '../../domain/query/answer.ts'
import { CPIS_FLAG, FLAG_DETAIL, PLAN_CATEGORY, PROVENANCE_AUTHOR } from './codes.ts'
import { stateOf, writeAuthority, writePeriod, writeSubject } from './write-plan-parts.ts'

/** Rule 4.7. The value set FlagStatus of R4 has nothing for what is still to come, and an inactive flag is one that need not be shown. */
const FLAG_STATUS = {
  'not-started': 'active',
  current: 'active',
  ended: 'inactive',
} as const satisfies Record<PlanState, Flag['status']>

/** Rule 4.7, in the value set RequestStatus of R4. */
const CARE_PLAN_STATUS = {
  'not-started': 'draft',
  current: 'active',
  ended: 'completed',
} as const satisfies Record<PlanState, CarePlan['status']>

/**
 * One visible plan as a Flag (Patient Flag guide), whose detail is the CarePlan, whose team is the CareTeam. The three have
 * the plan's id, each under its own type.
 */
export function writeFlag(plan: VisiblePlan, answer: Answer): Flag & { readonly id: string } {
  return {
    resourceType: 'Flag',
    id: plan.id,
    meta: { lastUpdated: plan.lastUploadedAt.toISOString() },
    contained: [writeProvenance(plan)],
    extension: [
      {
        url: FLAG_DETAIL,
        valueReference: {
          reference: `CarePlan/${plan.id}`,
          ...(PLAN_CATEGORY[plan.type].display && { display: PLAN_CATEGORY[plan.type].display }),
        },
      },
    ],
    status: FLAG_STATUS[stateOf(plan, answer)],
    code: { coding: [CPIS_FLAG] },
    subject: writeSubject(plan, answer),
    period: writePeriod(plan),
  }
}

/** Whose word the flag is, and from when: the authority's newest upload of the plan. Records do not tell first from later. */
function writeProvenance(plan: VisiblePlan): Provenance {
  return {
    resourceType: 'Provenance',
    id: 'provenance',
    target: [{ reference: '#' }],
    recorded: plan.lastUploadedAt.toISOString(),
    agent: [{ type: { coding: [PROVENANCE_AUTHOR] }, who: writeAuthority(plan.authority) }],
  }
}

/** The kind of plan that a flag stands for, and the team to phone about it. */
export function writeCarePlan(plan: VisiblePlan, answer: Answer): CarePlan & { readonly id: string } {
  return {
    resourceType: 'CarePlan',
    id: plan.id,
    meta: { lastUpdated: plan.lastUploadedAt.toISOString() },
    status: CARE_PLAN_STATUS[stateOf(plan, answer)],
    intent: 'plan',
    category: [{ coding: [PLAN_CATEGORY[plan.type]] }],
    subject: writeSubject(plan, answer),
    period: writePeriod(plan),
    careTeam: [{ reference: `CareTeam/${plan.id}`, display: plan.authority.name }],
  }
}
