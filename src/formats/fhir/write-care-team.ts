import type { CareTeam, ContactPoint } from 'fhir/r4.js'
import type { Answer, AuthorityContact, VisiblePlan } from '../../domain/answer.ts'
import { dayOf, localDay } from '../../domain/english-time.ts'
import { displayName } from '../../domain/requester.ts'
import { PLAN_CATEGORY, SYSTEM } from './codes.ts'

/**
 * One visible plan as a CareTeam (producer guide, CareTeam; rule 4.1). The subject is named by the number that was asked
 * for, also where the authority still holds the plan under one that PDS replaced (rule 4.4). A plan is `inactive` once the
 * English day on which it ended is over, as its period says.
 */
export function writeCareTeam(plan: VisiblePlan, answer: Answer): CareTeam {
  const ended = plan.end !== undefined && dayOf(plan.end) < localDay(answer.askedAt)
  return {
    resourceType: 'CareTeam',
    id: plan.id,
    meta: { lastUpdated: plan.lastUploadedAt.toISOString() },
    status: ended ? 'inactive' : 'active',
    category: [{ coding: [PLAN_CATEGORY[plan.type]] }],
    name: plan.authority.name,
    subject: {
      identifier: { system: SYSTEM.nhsNumber, value: answer.nhsNumber },
      display: displayName({ given: [plan.subject.given], family: plan.subject.family }),
    },
    period: { start: dayOf(plan.start), ...(plan.end && { end: dayOf(plan.end) }) },
    managingOrganization: [
      {
        identifier: { system: SYSTEM.odsCode, value: plan.authority.odsCode },
        display: plan.authority.name,
      },
    ],
    telecom: writeTelecom(plan.authority),
  }
}

/** Office hours as `work`, the emergency duty team as `mobile`: consumers read them by these uses. */
function writeTelecom(authority: AuthorityContact): ContactPoint[] {
  const duty: ContactPoint = { system: 'phone', value: authority.dutyPhone, use: 'mobile' }
  if (authority.officePhone === undefined) return [duty]
  return [{ system: 'phone', value: authority.officePhone, use: 'work' }, duty]
}
