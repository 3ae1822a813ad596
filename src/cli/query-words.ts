import { type HeldPlan, type ListedAccess, type PlanState, planHeadline } from '../client/index.ts'
import { displayNhsNumber, type NhsNumber, parseNhsNumber } from '../domain/nhs-number.ts'
import type { Styler } from './terminal.ts'
import { columns, dayWords, instantWords } from './words.ts'

/** Rule 4.2: never worded as an assurance. */
export const NOTHING_HELD =
  'No information held. This is not an assurance of safety.\nOf a child under one year old, ask by the mother as well: a plan made before the birth is held under her.'

/** Rule 4.3. */
export const COULD_NOT_LOOK = 'Could not look.'

export const NONE_LISTED = 'No unscheduled look is listed. That does not say that nothing is held.'

export const OUT_OF_DATE =
  'Answered from a copy that may be out of date: the mini service could not reach Spine.'

const PLAN_WORDS: Readonly<Record<HeldPlan['type'], string | undefined>> = {
  CPP: 'Child protection plan',
  LAC: 'Looked after child',
  UCPP: 'Unborn child protection plan',
  other: undefined,
}

const STATE_WORDS: Readonly<Record<PlanState, string>> = {
  'not-started': ', NOT STARTED YET',
  current: '',
  ended: ', ENDED',
}

/** Rule 4.9: nothing where the number is the current one. */
export function supersededWords(styler: Styler, supersededBy: string | undefined): string {
  const current = parseNhsNumber(supersededBy ?? '')
  if (!current.ok) return ''
  const words = `PDS has superseded this NHS number. The current one is ${displayNhsNumber(current.value)}.`
  return `\n\n${styler.style('yellow', words)}`
}

/** The visible plans of a person, each with whom to phone by day and by night. */
export function planWords(styler: Styler, nhsNumber: NhsNumber, plans: readonly HeldPlan[]): string {
  const head = `${displayNhsNumber(nhsNumber)}: ${planHeadline(plans)}`
  return [styler.style('bold', head), ...plans.map(plan => onePlan(styler, plan))].join('\n\n')
}

function onePlan(styler: Styler, plan: HeldPlan): string {
  const kind = PLAN_WORDS[plan.type] ?? plan.description
  const { name, odsCode, dutyPhone, officePhone } = plan.authority
  const heldUnder = parseNhsNumber(plan.heldUnder ?? '')
  const title = `${kind}${STATE_WORDS[plan.state]}`
  return [
    styler.style(plan.state === 'current' ? 'bold' : 'yellow', title),
    columns([
      [plan.state === 'not-started' ? 'starts' : 'started', plan.start && dayWords(plan.start)],
      [plan.state === 'ended' ? 'ended' : 'ends', plan.end && dayWords(plan.end)],
      ['held for', plan.subjectName],
      ['held under', heldUnder.ok ? displayNhsNumber(heldUnder.value) : undefined],
      ['authority', odsCode ? `${name} (${odsCode})` : name],
      ['by day', officePhone ?? (dutyPhone && `${dutyPhone} (emergency duty team)`)],
      ['by night', dutyPhone && `${dutyPhone} (emergency duty team)`],
      ['last uploaded', plan.lastUploadedAt && instantWords(plan.lastUploadedAt)],
    ]),
  ].join('\n')
}

/** Who looked, newest first (rule 5.7); a look is no attendance (rule 6.3). */
export function accessWords(styler: Styler, nhsNumber: NhsNumber, accesses: readonly ListedAccess[]): string {
  const head = `${displayNhsNumber(nhsNumber)}: record viewed, newest first`
  const lines = accesses.map(({ at, viewer, role, organisation }) =>
    [`  ${instantWords(at)}`, viewer, role, organisation].filter(Boolean).join(', '),
  )
  return [styler.style('bold', head), ...lines].join('\n')
}
