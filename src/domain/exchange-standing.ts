import type { AuthoritySettings, AuthorityStage, AuthorityStanding } from './authority.ts'
import { COLLECT_WITHIN_HOURS } from './concern.ts'

/** How the exchange with an authority stands, at one look: where it is not live, nothing else matters. */
export const EXCHANGE_STANDINGS = [
  'well',
  'late',
  'not-collecting',
  'late-and-not-collecting',
  'onboarding',
  'suspended',
] as const
export type ExchangeStanding = (typeof EXCHANGE_STANDINGS)[number]

export interface ExchangeFacts
  extends Pick<AuthorityStanding, 'liveSince'>,
    Pick<AuthoritySettings, 'intervalHours'> {
  readonly stage: AuthorityStage
  readonly lastApplied?: Date
  /** Since when the oldest message has waited in its mailbox. */
  readonly waitingSince?: Date
}

const HOUR = 3_600_000

/** Whether files come in time and messages are collected (rules 16.2 and 16.4). */
export function exchangeStanding(facts: ExchangeFacts, now: Date): ExchangeStanding {
  if (facts.stage !== 'live') return facts.stage
  const { liveSince, lastApplied, intervalHours, waitingSince } = facts
  const heard = lastApplied ?? liveSince
  const late = heard !== undefined && now.getTime() - heard.getTime() > intervalHours * HOUR
  const waits =
    waitingSince !== undefined && now.getTime() - waitingSince.getTime() > COLLECT_WITHIN_HOURS * HOUR
  if (late) return waits ? 'late-and-not-collecting' : 'late'
  return waits ? 'not-collecting' : 'well'
}
