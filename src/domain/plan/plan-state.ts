/** What a plan is on one day. That a person is withheld from answers concerns all of their plans and is no state of a plan (rule 10.1). */
export type PlanState = 'not-started' | 'current' | 'ended'

/**
 * The state of a plan on an English day (rule 2.9): it has not started before the day of its start, and has ended once the day of its
 * end is over. Days are `YYYY-MM-DD`; a plan whose start is not known has started. An end before the start is an end.
 *
 * It needs nothing else of the project, so that the client, which stands alone, decides by the same function as the service.
 */
export function planState(
  { start, end }: { readonly start?: string | undefined; readonly end?: string | undefined },
  day: string,
): PlanState {
  if (end !== undefined && end < day) return 'ended'
  return start !== undefined && start > day ? 'not-started' : 'current'
}
