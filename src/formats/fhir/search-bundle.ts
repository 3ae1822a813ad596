import type {
  AuditEvent,
  Bundle,
  BundleEntry,
  CarePlan,
  CareTeam,
  Flag,
  HealthcareService,
  OperationOutcome,
  Patient,
  PractitionerRole,
} from 'fhir/r4.js'
import type { Answer } from '../../domain/query/answer.ts'
import { writeUnchecked } from './operation-outcome.ts'
import type { Search } from './read-search.ts'
import { writeSelfLink } from './read-search.ts'
import { writeAccessList } from './write-audit-event.ts'
import { writeCareTeam } from './write-care-team.ts'
import { writeCarePlan, writeFlag } from './write-flag.ts'
import { writeOfficeServices } from './write-office-service.ts'
import { writeSuperseded } from './write-superseded.ts'

type Found =
  | HealthcareService
  | CareTeam
  | AuditEvent
  | PractitionerRole
  | Flag
  | CarePlan
  | Patient
  | OperationOutcome

export interface BundleFrame {
  readonly id: string
  /** Absolute, without a slash at its end. */
  readonly baseUrl: string
  readonly search: Search
}

/**
 * The answer as a searchset of visible plans, with the offices of authorities that have said their hours, which come along unasked; none
 * visible is a searchset of none (rule 4.2).
 */
export function writePlanBundle(answer: Answer, frame: BundleFrame): Bundle<Found> {
  return searchBundle(
    answer,
    frame,
    answer.plans.map(plan => writeCareTeam(plan, answer)),
    writeOfficeServices(answer),
  )
}

/** The answer as a searchset of accesses with their viewers, which come along whether or not they were asked for. */
export function writeAccessBundle(answer: Answer, frame: BundleFrame): Bundle<Found> {
  const { events, roles } = writeAccessList(answer)
  return searchBundle(answer, frame, events, roles)
}

/** The answer as a searchset of flags, each with its plan, team and office, which come along unasked. */
export function writeFlagBundle(answer: Answer, frame: BundleFrame): Bundle<Found> {
  return searchBundle(
    answer,
    frame,
    answer.plans.map(plan => writeFlag(plan, answer)),
    [
      ...answer.plans.flatMap(plan => [writeCarePlan(plan, answer), writeCareTeam(plan, answer)]),
      ...writeOfficeServices(answer),
    ],
  )
}

/**
 * `total` counts matches only, and a searchset of nothing has no `entry`: an empty array is not valid R4. That nothing is held is said
 * with a warning where the number could not be checked (rule 4.8). A superseded number comes with the current one (rule 4.9). Whoever asks for the count alone gets that.
 */
function searchBundle(
  answer: Answer,
  frame: BundleFrame,
  matches: readonly Found[],
  includes: readonly Found[],
): Bundle<Found> {
  const enter = (resource: Found, mode: 'match' | 'include' | 'outcome'): BundleEntry<Found> => ({
    fullUrl: `${frame.baseUrl}/${resource.resourceType}/${resource.id}`,
    resource,
    search: { mode },
  })
  const entry = [
    ...matches.map(resource => enter(resource, 'match')),
    ...includes.map(resource => enter(resource, 'include')),
    ...(answer.supersededBy === undefined
      ? []
      : [enter(writeSuperseded(answer.nhsNumber, answer.supersededBy, frame.id), 'include')]),
    ...(answer.checked ? [] : [enter(writeUnchecked(frame.id), 'outcome')]),
  ]
  return {
    resourceType: 'Bundle',
    id: frame.id,
    type: 'searchset',
    timestamp: answer.askedAt.toISOString(),
    total: matches.length,
    link: [{ relation: 'self', url: writeSelfLink(frame.baseUrl, frame.search) }],
    ...(entry.length > 0 && !frame.search.countOnly && { entry }),
  }
}
