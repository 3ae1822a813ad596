import type { HeldPlan } from './outcomes.ts'

/**
 * What is held of a person in one line, each plan by its state: "There is a plan" of current ones alone, "A plan ended on 28 March 2026",
 * "A plan starts on 17 December 2026". Of none it is "No information held".
 */
export function planHeadline(plans: readonly Pick<HeldPlan, 'state' | 'start' | 'end'>[]): string {
  const of = (state: HeldPlan['state']) => plans.filter(plan => plan.state === state)
  const [current, coming, ended] = [of('current'), of('not-started'), of('ended')]
  const parts = [
    ...(current.length === 0
      ? []
      : [current.length === 1 ? 'there is a plan' : `there are ${current.length} plans`]),
    ...(coming.length === 0 ? [] : [startWords(coming)]),
    ...(ended.length === 0 ? [] : [endWords(ended)]),
  ]
  const line = parts.length > 2 ? `${parts[0]}, ${parts[1]} and ${parts[2]}` : parts.join(' and ')
  return line === '' ? 'No information held' : `${line.slice(0, 1).toUpperCase()}${line.slice(1)}`
}

function startWords(plans: readonly Pick<HeldPlan, 'start'>[]): string {
  const [{ start } = {}] = plans
  if (plans.length > 1) return `${plans.length} plans start later`
  return start === undefined ? 'a plan starts later' : `a plan starts on ${dayWords(start)}`
}

function endWords(plans: readonly Pick<HeldPlan, 'end'>[]): string {
  const [{ end } = {}] = plans
  if (plans.length > 1) return `${plans.length} plans have ended`
  return end === undefined ? 'a plan has ended' : `a plan ended on ${dayWords(end)}`
}

/** `28 March 2026`. */
function dayWords(day: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  )
}
