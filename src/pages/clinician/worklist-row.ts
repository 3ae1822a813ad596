import type { CareTeamsOutcome, HeldPlan, PlanState } from '../../client/index.ts'
import type { HolidaysSet } from '../../domain/bank-holidays.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import { unreachable } from '../../domain/result.ts'
import { displayNhsNumber, englishDay } from '../words.ts'
import { type ShownRing, shownRing } from './ring-words.ts'

/** One person of a list, as the page shows them. */
export interface WorklistRow {
  readonly nth: number
  readonly number: NhsNumber
  /** Of plans the state that asks for most attention (rule 2.9). */
  readonly kind: PlanState | 'nothing' | 'failed'
  readonly lines: readonly string[]
  readonly authorities: readonly ({ readonly name: string } & ShownRing)[]
}

const STATES: readonly PlanState[] = ['current', 'not-started', 'ended']

/** The row of one person, with the numbers of each authority as they are answered `now` (rule 21.3). */
export function worklistRow(
  nth: number,
  number: NhsNumber,
  outcome: CareTeamsOutcome,
  now: Date,
  holidays: HolidaysSet,
): WorklistRow {
  const row = { nth, number, authorities: [] }
  switch (outcome.kind) {
    case 'held': {
      const { plans } = outcome
      const names = [...new Set(plans.map(plan => plan.authority.name))]
      return {
        ...row,
        kind: STATES.find(state => plans.some(plan => plan.state === state)) ?? 'current',
        lines: [...plans.map(planWords), ...supersededLine(outcome)],
        authorities: names.map(name => {
          const authority = plans.find(plan => plan.authority.name === name)?.authority ?? { name }
          return { name, ...shownRing(authority, now, holidays) }
        }),
      }
    }
    case 'nothing-held':
      return { ...row, kind: 'nothing', lines: ['No information held', ...supersededLine(outcome)] }
    case 'unchecked':
      return { ...row, kind: 'failed', lines: [UNCHECKED, ...supersededLine(outcome)] }
    case 'refused':
    case 'could-not-look':
      return { ...row, kind: 'failed', lines: [`${outcome.message}.`] }
    default:
      return unreachable(outcome)
  }
}

/** Rule 4.9. */
function supersededLine({ supersededBy }: { readonly supersededBy?: string }): string[] {
  if (supersededBy === undefined) return []
  return [`PDS has superseded this NHS number. The current one is ${displayNhsNumber(supersededBy)}.`]
}

/** Rule 4.8: never worded as "no information held". */
export const UNCHECKED =
  'Nothing is held under this NHS number. CP-IS could not ask PDS whether it is the person’s current number.'

function planWords({ description, state, start, end }: HeldPlan): string {
  switch (state) {
    case 'current':
      return description
    case 'not-started':
      return `${description} – starts${start ? ` ${englishDay(start)}` : ' later'}`
    case 'ended':
      return `${description} – ended${end ? ` ${englishDay(end)}` : ''}`
    default:
      return unreachable(state)
  }
}

export const SORTS = ['list', 'result', 'authority'] as const
export type Sort = (typeof SORTS)[number]

/** What has to be seen first stands first. */
const URGENCY: readonly WorklistRow['kind'][] = ['current', 'failed', 'not-started', 'ended', 'nothing']

export function sortRows(rows: readonly WorklistRow[], by: Sort): readonly WorklistRow[] {
  // Those without an authority come last.
  const place = ({ authorities: [first] }: WorklistRow) => first?.name ?? '\uffff'
  switch (by) {
    case 'list':
      return rows
    case 'result':
      return rows.toSorted((one, other) => URGENCY.indexOf(one.kind) - URGENCY.indexOf(other.kind))
    case 'authority':
      return rows.toSorted((one, other) =>
        place(one) < place(other) ? -1 : place(one) > place(other) ? 1 : 0,
      )
  }
}
