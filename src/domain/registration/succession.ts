import { addDays, type CalendarDate, localDay, writtenDay } from '../english-time.ts'
import type { NhsNumber } from '../nhs-number.ts'
import type { OdsCode } from '../organisation.ts'
import type { PlanType } from '../plan/plan.ts'
import type { AuthorityStage } from './authority.ts'

/** For so long after the day an answer names both authorities (days, rule 19.14). */
export const BOTH_NAMES_DAYS = 365
/** For so long after it was done a hand-over can be undone (days, rule 19.18). */
export const UNDO_DAYS = 30
/** For so long after the hand-over the files of the predecessor may end and delete plans (days, rule 19.17). */
export const TAKES_BACK_DAYS = 90

/** Planned until it is done or withdrawn; done until it is undone. */
export type SuccessionState = 'planned' | 'done' | 'undone' | 'withdrawn'

/** Why a hand-over that is due waits for a successor (rule 19.13). */
export type SuccessorObstacle = Exclude<AuthorityStage, 'live'>

/** One authority's plans pass on to others, on an English day. */
export interface Succession {
  readonly id: string
  readonly from: OdsCode
  /** The first day on which the successors hold the plans. */
  readonly on: CalendarDate
  readonly successors: readonly OdsCode[]
  /** Takes over what no row of the file names. */
  readonly defaultSuccessor: OdsCode
  /** Whether there is a hand-over file: a split. */
  readonly listed: boolean
  readonly state: SuccessionState
  readonly plannedAt: Date
  readonly plannedBy: string
  readonly waits?: { readonly for: string; readonly since: Date }
  readonly doneAt?: Date
  readonly undoneAt?: Date
}

/** What an operator says of a hand-over. */
export interface SuccessionPlan extends Pick<Succession, 'from' | 'on' | 'successors' | 'defaultSuccessor'> {
  /** The rows of the hand-over file; none: everything passes on to the default successor. */
  readonly rows?: readonly HandOverRow[]
}

/** One plan in a hand-over file. */
export interface HandOverRow {
  /** As somebody counts who looks into the file: the heading is row 1. */
  readonly row: number
  readonly nhsNumber: NhsNumber
  readonly type: PlanType
  readonly startDay: CalendarDate
  /** Empty where the file has none. */
  readonly localId: string
  readonly successor: OdsCode
  readonly newLocalId?: string
}

/** What the register says of an authority that a hand-over is to concern. */
export interface KnownAuthority {
  readonly odsCode: OdsCode
  readonly stage: AuthorityStage
}

/** Why a hand-over cannot be planned; each is refused with a remedy (rule 19.13). */
export type SuccessionObstacle =
  | { readonly kind: 'no-such-authority' }
  | { readonly kind: 'unknown-successor'; readonly odsCode: OdsCode }
  | { readonly kind: 'own-successor' }
  | { readonly kind: 'day-is-over'; readonly on: CalendarDate }
  | { readonly kind: 'planned-already'; readonly on: CalendarDate }
  | { readonly kind: 'passed-on-already'; readonly on: CalendarDate }
  /** The successor will have passed its plans on itself by then. */
  | { readonly kind: 'successor-passes-on'; readonly odsCode: OdsCode; readonly on: CalendarDate }
  | { readonly kind: 'ring'; readonly odsCode: OdsCode }
  | { readonly kind: 'not-a-successor'; readonly row: number; readonly odsCode: OdsCode }

/**
 * Judges a hand-over by the register: `current` are all that are planned or done, `today` is the English day. Undefined where nothing
 * is against it.
 */
export function successionObstacle(
  { from, on, successors, defaultSuccessor, rows = [] }: SuccessionPlan,
  authorities: readonly KnownAuthority[],
  current: readonly Succession[],
  today: CalendarDate,
): SuccessionObstacle | undefined {
  const known = (odsCode: OdsCode) => authorities.some(authority => authority.odsCode === odsCode)
  const all = [...new Set([defaultSuccessor, ...successors])]
  if (!known(from)) return { kind: 'no-such-authority' }
  if (all.includes(from)) return { kind: 'own-successor' }
  const unknown = all.find(odsCode => !known(odsCode))
  if (unknown) return { kind: 'unknown-successor', odsCode: unknown }
  if (on < today) return { kind: 'day-is-over', on }
  const mine = current.find(succession => succession.from === from)
  if (mine) return { kind: mine.state === 'done' ? 'passed-on-already' : 'planned-already', on: mine.on }
  const ring = all.find(odsCode => leadsTo(odsCode, from, current))
  if (ring) return { kind: 'ring', odsCode: ring }
  for (const odsCode of all) {
    const theirs = current.find(succession => succession.from === odsCode)
    if (theirs && (theirs.state === 'done' || theirs.on <= on))
      return { kind: 'successor-passes-on', odsCode, on: theirs.on }
  }
  const stranger = rows.find(({ successor }) => !all.includes(successor))
  return stranger && { kind: 'not-a-successor', row: stranger.row, odsCode: stranger.successor }
}

/** Whether the plans of one authority come to another, by any number of hand-overs. */
function leadsTo(
  start: OdsCode,
  end: OdsCode,
  current: readonly Succession[],
  seen: ReadonlySet<OdsCode> = new Set(),
): boolean {
  if (start === end) return true
  if (seen.has(start)) return false
  const next = current.find(({ from }) => from === start)
  const further = new Set([...seen, start])
  return (next?.successors ?? []).some(odsCode => leadsTo(odsCode, end, current, further))
}

/** The successors that cannot take plans over now: those that are not live (rule 19.13). */
export function notReady(
  { successors }: Pick<Succession, 'successors'>,
  authorities: readonly KnownAuthority[],
): readonly { readonly odsCode: OdsCode; readonly why: SuccessorObstacle | 'unknown' }[] {
  return successors.flatMap(odsCode => {
    const stage = authorities.find(authority => authority.odsCode === odsCode)?.stage
    return stage === 'live' ? [] : [{ odsCode, why: stage ?? 'unknown' }]
  })
}

/** An authority that held a plan before, and the first day on which it did not any more. */
export interface FormerHolder {
  readonly name: string
  readonly on: CalendarDate
}

/**
 * How an answer names the authority of a plan: `West Surrey Council (until 31 March 2027 Surrey County Council)` for 365 days after the
 * hand-over, then the successor alone (rule 19.14). The last former holder comes first; `at` is the instant of the answer.
 */
export function nameWithFormer(name: string, formerly: readonly FormerHolder[], at: Date): string {
  const today = localDay(at)
  const shown = formerly.filter(({ on }) => today < addDays(on, BOTH_NAMES_DAYS))
  if (shown.length === 0) return name
  const parts = shown.map(former => `until ${writtenDay(addDays(former.on, -1))} ${former.name}`)
  return `${name} (${parts.join(', ')})`
}

/** Whether a hand-over that was done can still be undone (rule 19.18). */
export function canBeUndone(doneAt: Date, now: Date): boolean {
  return localDay(now) <= addDays(localDay(doneAt), UNDO_DAYS)
}

/** Whether the predecessor's files may still end and delete plans (rule 19.17). */
export function mayTakeBack(passedOnAt: Date, now: Date): boolean {
  return localDay(now) <= addDays(localDay(passedOnAt), TAKES_BACK_DAYS)
}
