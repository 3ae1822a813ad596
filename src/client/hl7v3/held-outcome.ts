import { dayOf, localDay } from '../../domain/english-time.ts'
import { planState } from '../../domain/plan/plan-state.ts'
import { displayName } from '../../domain/query/requester.ts'
import { PLAN_CATEGORY } from '../../formats/fhir/codes.ts'
import { writePractitionerRole } from '../../formats/fhir/write-practitioner-role.ts'
import type {
  QueryResponseContent,
  ResponseAccess,
  ResponsePlan,
} from '../../formats/hl7v3/query-response.ts'
import type { HeldPlan, ListedAccess, QueryOutcome } from '../outcomes.ts'
import { known } from '../read-json.ts'

/**
 * What a response holds, in the words that the FHIR API has for it. `at` is the instant of the answer, on whose English day the plans have
 * their state. Accesses come in any order: Spine's own come oldest first.
 */
export function heldOutcome(
  { plans, accesses }: QueryResponseContent,
  { nhsNumber, at }: { readonly nhsNumber: string; readonly at: Date },
): Extract<QueryOutcome, { kind: 'held' }> {
  return {
    kind: 'held',
    plans: plans.map(plan => heldPlan(plan, nhsNumber, at)),
    accesses: accesses.map(listedAccess).sort((one, other) => other.at.getTime() - one.at.getTime()),
  }
}

function heldPlan(plan: ResponsePlan, asked: string, at: Date): HeldPlan {
  const { type, start, end, subject, authority, nhsNumber } = plan
  const { odsCode, name, dutyPhone, officePhone } = authority
  const days = { start: dayOf(start), end: end && dayOf(end) }
  return known({
    type,
    description: PLAN_CATEGORY[type].display ?? type,
    ...days,
    state: planState(days, localDay(at)),
    subjectName: displayName({ given: [subject.given], family: subject.family }),
    heldUnder: nhsNumber === asked ? undefined : nhsNumber,
    authority: known({ odsCode, name, dutyPhone, officePhone }),
  })
}

function listedAccess({ id, at, author }: ResponseAccess): ListedAccess {
  const { practitioner, organization, code } = writePractitionerRole(author, id ?? '')
  return known({
    id: id?.toLowerCase(),
    at,
    viewer: practitioner?.display ?? '',
    role: code?.[0]?.text,
    organisation: organization?.display,
  })
}
