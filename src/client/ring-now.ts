import type { AuthorityToPhone, OpenPeriod } from './outcomes.ts'

/** Which number of an authority is answered at an instant, as far as the authority has said its hours. */
export type RingNow =
  /** Nothing may be claimed: show both numbers. */
  | { readonly kind: 'not-known' }
  /** The office is open; absent `until`, for longer than is known. */
  | { readonly kind: 'office'; readonly phone: string; readonly until?: Date }
  /** The duty team answers; where the office is closed, `officeOpens` says when it opens, if that is known. */
  | {
      readonly kind: 'duty'
      readonly phone: string
      readonly officeClosed: boolean
      readonly officeOpens?: Date
    }
  /** The authority says that neither answers now: show both numbers, and from when the duty team answers. */
  | { readonly kind: 'nobody'; readonly dutyFrom?: Date; readonly officeOpens?: Date }

/**
 * Whom to ring about a plan at an instant. Where the authority has not said its hours, or the answer is too old to know them, it is not
 * known (rule 21.3).
 */
export function ringNow(plan: { readonly authority: AuthorityToPhone }, now: Date): RingNow {
  const { hours, officePhone, dutyPhone } = plan.authority
  if (!hours || now < hours.knownFrom || now >= hours.knownUntil) return { kind: 'not-known' }
  const within = (periods: readonly OpenPeriod[]) => periods.find(({ from, to }) => from <= now && now < to)
  const next = (periods: readonly OpenPeriod[]) => periods.find(({ from }) => from > now)?.from
  const open = within(hours.office)
  if (open && officePhone !== undefined) {
    const ends = open.to < hours.knownUntil
    return { kind: 'office', phone: officePhone, ...(ends && { until: open.to }) }
  }
  const opens = open ? undefined : next(hours.office)
  const officeOpens = opens && { officeOpens: opens }
  if (within(hours.duty))
    return dutyPhone === undefined
      ? { kind: 'not-known' }
      : { kind: 'duty', phone: dutyPhone, officeClosed: !open, ...officeOpens }
  // An office that is open and has no number: what is known helps nobody.
  if (open) return { kind: 'not-known' }
  const dutyFrom = next(hours.duty)
  return { kind: 'nobody', ...(dutyFrom && { dutyFrom }), ...officeOpens }
}
