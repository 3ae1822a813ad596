import type { OdsCode } from '../organisation.ts'

/** What may be wrong with how an authority and the service exchange (rules 16.2 to 16.7 and 16.10), and what is told of each: counts and codes alone. */
export interface IssueDetails {
  /** No file was applied for longer than the authority's interval. */
  readonly silent: { readonly intervalHours: number; readonly everApplied: boolean }
  /** Files are missing between those that were applied. */
  readonly 'sequence-gap': { readonly missing: number; readonly gaps: number; readonly newest: string }
  /** Messages wait in the authority's mailbox: for the authority, or to be handed on to a MESH server elsewhere. */
  readonly 'not-collected': { readonly messages: number; readonly handedOn: boolean }
  /** A message of the workflow that is the issue's subject did not reach the authority. */
  readonly 'not-delivered': Readonly<Record<string, never>>
  /** Things that the authority was told lie on its notifications page, overdue. */
  readonly 'desk-not-looked-at': { readonly items: number }
  /** Nobody has said that the numbers which clinicians are shown are right. */
  readonly 'phones-unconfirmed': { readonly why: 'never' | 'changed' | 'long-ago' }
  /** Too few numbers of what the authority holds are the person's. */
  readonly 'match-rate': { readonly matched: number; readonly records: number }
  /** Uploads that could not be received, however often it was tried (rule 3.22). */
  readonly 'upload-set-aside': { readonly uploads: number }
  /** People with a plan whom PDS has otherwise than the authority does (rule 14.9). */
  readonly 'people-differ': { readonly people: number }
  /** Plans that may not stand any more (rule 3.26). */
  readonly 'plans-to-check': { readonly plans: number }
  /** People whose records keep failing. */
  readonly 'old-failures': { readonly records: number }
  /** A hand-over is due, and a successor cannot take the plans over (rule 19.13). */
  readonly 'succession-waits': { readonly on: string; readonly why: string }
  /** People with plans that passed on and plans that the successor uploaded, of which nobody can tell which is which (rule 19.16). */
  readonly 'succession-unclear': { readonly people: number }
  /** Plans that passed on although no row of the hand-over file names them, and that the successor has not uploaded (rule 19.15). */
  readonly 'succession-unlisted': { readonly plans: number }
}

export type IssueKind = keyof IssueDetails

export const ISSUE_KINDS = [
  'silent',
  'sequence-gap',
  'not-collected',
  'not-delivered',
  'desk-not-looked-at',
  'phones-unconfirmed',
  'match-rate',
  'upload-set-aside',
  'people-differ',
  'plans-to-check',
  'old-failures',
  'succession-waits',
  'succession-unclear',
  'succession-unlisted',
] as const satisfies readonly IssueKind[]

/** Something that is wrong now. Nothing in it is of a person (rule 8.2). */
export type Finding = { readonly [Kind in IssueKind]: FindingOf<Kind> }[IssueKind]

interface FindingOf<Kind extends IssueKind> {
  readonly kind: Kind
  readonly authority: OdsCode
  /** Tells two of one kind and authority apart; mostly empty. */
  readonly subject: string
  /** Since when it has been so: of the oldest message or failure, the last file or confirmation. */
  readonly since: Date
  readonly details: IssueDetails[Kind]
}

/** A finding that was raised, until it is cleared. */
export type Issue = Finding & { readonly raisedAt: Date }

/** A message that waits for longer is a mailbox that nobody looks into (hours). */
export const COLLECT_WITHIN_HOURS = 24
/** What is overdue for longer lies on a notifications page that nobody looks at (hours). */
export const ACT_WITHIN_HOURS = 24
/** For so long a confirmation of phone numbers is believed (days). */
export const PHONES_CONFIRMED_DAYS = 90
/** So long an authority has to mend a record (days). */
export const MEND_RECORD_DAYS = 7
/** Files are judged side by side: for so long an earlier one may be on its way still (hours). */
export const GAP_GRACE_HOURS = 1
/** A message handed on to a MESH server elsewhere was collected if after these days nothing else was heard of it. */
export const HEARD_OF_DAYS = 6

/** What is to be done about what is wrong now, given what was raised before. */
export interface IssueChanges {
  readonly raise: readonly Finding[]
  /** Raised before, and not as it was. */
  readonly update: readonly Finding[]
  readonly clear: readonly Issue[]
}

/**
 * Each thing is raised once and cleared when it is no longer found (rule 16.1). The order of either list does not matter, and
 * what was found twice counts once.
 */
export function compareIssues(open: readonly Issue[], found: readonly Finding[]): IssueChanges {
  const raised = new Map(open.map(issue => [issueKey(issue), issue]))
  const now = new Map(found.map(finding => [issueKey(finding), finding]))
  const kept = [...now].map(([key, finding]) => ({ before: raised.get(key), finding }))
  return {
    raise: kept.filter(({ before }) => !before).map(({ finding }) => finding),
    update: kept
      .filter(({ before, finding }) => before && !same(before, finding))
      .map(({ finding }) => finding),
    clear: [...raised].filter(([key]) => !now.has(key)).map(([, issue]) => issue),
  }
}

export function issueKey({
  authority,
  kind,
  subject,
}: Pick<Finding, 'authority' | 'kind' | 'subject'>): string {
  return [authority, kind, subject].join('|')
}

function same(one: Finding, other: Finding): boolean {
  const before: Readonly<Record<string, unknown>> = one.details
  const now = Object.entries(other.details)
  return (
    one.since.getTime() === other.since.getTime() &&
    now.length === Object.keys(before).length &&
    now.every(([name, value]) => before[name] === value)
  )
}
