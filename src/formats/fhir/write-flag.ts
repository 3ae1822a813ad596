import type { CarePlan, Flag, Provenance } from 'fhir/r4.js'
import type { Answer, VisiblePlan } from '../../domain/query/answer.ts'
import { CPIS_FLAG, FLAG_DETAIL, PLAN_CATEGORY, PROVENANCE_AUTHOR } from './codes.ts'
import { hasEnded, writeAuthority, writePeriod, writeSubject } from './write-plan-parts.ts'

/**
 * One visible plan as a Flag (Patient Flag guide), whose detail is the CarePlan, whose team is the CareTeam. The three have
 * the plan's id, each under its own type.
 */
export function writeFlag(plan: VisiblePlan, answer: Answer): Flag {
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
    status: hasEnded(plan, answer) ? 'inactive' : 'active',
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
export function writeCarePlan(plan: VisiblePlan, answer: Answer): CarePlan {
  return {
    resourceType: 'CarePlan',
    id: plan.id,
    meta: { lastUpdated: plan.lastUploadedAt.toISOString() },
    status: hasEnded(plan, answer) ? 'completed' : 'active',
    intent: 'plan',
    category: [{ coding: [PLAN_CATEGORY[plan.type]] }],
    subject: writeSubject(plan, answer),
    period: writePeriod(plan),
    careTeam: [{ reference: `CareTeam/${plan.id}`, display: plan.authority.name }],
  }
}
