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
import type { Answer, VisiblePlan } from '../../domain/query/answer.ts'
import { cutTo } from './elements.ts'
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
    answer.plans.map(plan => ({ match: writeCareTeam(plan, answer), includes: officeOf(plan, answer) })),
  )
}

/** The answer as a searchset of accesses with their viewers, which come along whether or not they were asked for. */
export function writeAccessBundle(answer: Answer, frame: BundleFrame): Bundle<Found> {
  return searchBundle(
    answer,
    frame,
    writeAccessList(answer).map(({ event, role }) => ({ match: event, includes: [role] })),
  )
}

/** The answer as a searchset of flags. Whoever names the code gets each with its plan, team and office (rule 4.12). */
export function writeFlagBundle(answer: Answer, frame: BundleFrame): Bundle<Found> {
  const hasDetails = frame.search.code !== undefined
  return searchBundle(
    answer,
    frame,
    answer.plans.map(plan => ({
      match: writeFlag(plan, answer),
      includes: hasDetails
        ? [writeCarePlan(plan, answer), writeCareTeam(plan, answer), ...officeOf(plan, answer)]
        : [],
    })),
  )
}

/** The office of the authority of a plan, where its hours are known. */
function officeOf(plan: VisiblePlan, answer: Answer) {
  return writeOfficeServices({ ...answer, plans: [plan] })
}

/** A match, and what comes along with it. */
interface Match {
  readonly match: Found & { readonly id: string }
  readonly includes: readonly (Found & { readonly id: string })[]
}

/**
 * `total` counts matches only, on whatever page, and a searchset of nothing has no `entry`: an empty array is not valid R4. That nothing
 * is held is said with a warning where the number could not be checked (rule 4.8). A superseded number comes with the current one (rule
 * 4.9). Whoever asks for the count alone gets that. What is read from nowhere else is named by a URN, or not at all.
 */
function searchBundle(answer: Answer, frame: BundleFrame, matches: readonly Match[]): Bundle<Found> {
  const { baseUrl, search } = frame
  const enter = (resource: Found & { id: string }, mode: 'match' | 'include'): BundleEntry<Found> => ({
    ...(resource.resourceType !== 'HealthcareService' && {
      fullUrl: `${baseUrl}/${resource.resourceType}/${resource.id}`,
    }),
    resource: cut(resource, mode, search),
    search: { mode },
  })
  const { page, isLast } = pageOf(matches, search)
  const included = new Map(
    page.flatMap(({ includes }) => includes).map(one => [`${one.resourceType} ${one.id}`, one]),
  )
  const entry: BundleEntry<Found>[] = [
    ...page.map(({ match }) => enter(match, 'match')),
    ...[...included.values()].map(resource => enter(resource, 'include')),
    ...(answer.supersededBy === undefined
      ? []
      : [
          {
            fullUrl: `urn:uuid:${frame.id}`,
            resource: writeSuperseded(answer.nhsNumber, answer.supersededBy, frame.id),
            search: { mode: 'include' as const },
          },
        ]),
    ...(answer.checked ? [] : [{ resource: writeUnchecked(frame.id), search: { mode: 'outcome' as const } }]),
  ]
  const last = page.at(-1)?.match.id
  const link = (relation: string, of: Search) => ({ relation, url: writeSelfLink(baseUrl, of) })
  const { after: _, ...first } = search
  return {
    resourceType: 'Bundle',
    id: frame.id,
    type: 'searchset',
    timestamp: answer.askedAt.toISOString(),
    total: matches.length,
    link: [
      link('self', search),
      ...(search.count === undefined || search.countOnly ? [] : [link('first', first)]),
      ...(isLast || last === undefined || search.countOnly ? [] : [link('next', { ...search, after: last })]),
    ],
    ...(entry.length > 0 && !search.countOnly && { entry }),
  }
}

/**
 * A page begins after the match whose id the link names, so that accesses that are listed meanwhile move nothing to where nobody sees
 * it. Whether that match is still there is asked before (`hasPage`).
 */
function pageOf(matches: readonly Match[], { count, after }: Search) {
  const begin = after === undefined ? 0 : matches.findIndex(({ match }) => match.id === after) + 1
  const end = count === undefined ? matches.length : begin + count
  return { page: matches.slice(begin, end), isLast: end >= matches.length }
}

/** Whether the match that a page begins after is still there. */
export function hasPage(found: readonly { readonly id: string }[], { after }: Search): boolean {
  return after === undefined || found.some(({ id }) => id === after)
}

/** `_elements` is about matches alone; a summary is about what comes along, too. */
function cut(resource: Found, mode: 'match' | 'include', { part }: Search): Found {
  return part === undefined || (part.kind === 'elements' && mode === 'include')
    ? resource
    : cutTo(resource, part)
}
