import type { CareTeam, ContactPoint } from 'fhir/r4.js'
import type { PlanState } from '../../domain/plan/plan-state.ts'
import type { Answer, AuthorityContact, VisiblePlan } from '../../domain/query/answer.ts'
import { PLAN_CATEGORY } from './codes.ts'
import { stateOf, writeAuthority, writePeriod, writeSubject } from './write-plan-parts.ts'

/** Rule 4.5, in the value set CareTeamStatus of R4. */
const STATUS = {
  'not-started': 'proposed',
  current: 'active',
  ended: 'inactive',
} as const satisfies Record<PlanState, CareTeam['status']>

/** One visible plan as a CareTeam (producer guide, CareTeam; rule 4.1). */
export function writeCareTeam(plan: VisiblePlan, answer: Answer): CareTeam & { readonly id: string } {
  return {
    resourceType: 'CareTeam',
    id: plan.id,
    meta: { lastUpdated: plan.lastUploadedAt.toISOString() },
    status: STATUS[stateOf(plan, answer)],
    category: [{ coding: [PLAN_CATEGORY[plan.type]] }],
    name: plan.authority.name,
    subject: writeSubject(plan, answer),
    period: writePeriod(plan),
    managingOrganization: [writeAuthority(plan.authority)],
    telecom: writeTelecom(plan.authority),
  }
}

/** Office hours as `work`, the emergency duty team as `mobile`: consumers read them by these uses. */
export function writeTelecom(authority: AuthorityContact): ContactPoint[] {
  const duty: ContactPoint = { system: 'phone', value: authority.dutyPhone, use: 'mobile' }
  if (authority.officePhone === undefined) return [duty]
  return [{ system: 'phone', value: authority.officePhone, use: 'work' }, duty]
}
