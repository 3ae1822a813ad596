import type { HolidaysSet } from '../bank-holidays.ts'
import { neglectedBefore } from '../notification/due.ts'
import type { AuthoritySettings, AuthorityStage, AuthorityStatus } from '../registration/authority.ts'
import { COLLECT_WITHIN_HOURS } from './issue.ts'

/** How the exchange with an authority stands, at one look: where it is not live, nothing else matters. */
export const EXCHANGE_STATUSES = [
  'well',
  'late',
  'not-collecting',
  'late-and-not-collecting',
  'not-looking',
  'late-and-not-looking',
  'onboarding',
  'suspended',
  'passed-on',
] as const
export type ExchangeStatus = (typeof EXCHANGE_STATUSES)[number]

export interface ExchangeFacts
  extends Pick<AuthorityStatus, 'liveSince'>,
    Pick<AuthoritySettings, 'intervalHours' | 'toldAt' | 'hours'> {
  readonly stage: AuthorityStage
  readonly lastApplied?: Date
  /** Since when the oldest message has waited in its mailbox. */
  readonly waitingSince?: Date
  /** Since when the oldest thing on its notifications page was not acknowledged. */
  readonly unreadSince?: Date
}

const HOUR = 3_600_000

/**
 * Whether files come in time, and whether what is told is collected or looked at (rules 16.2, 16.4 and 16.10), by the bank holidays that
 * were set.
 */
export function exchangeStatus(facts: ExchangeFacts, now: Date, holidays: HolidaysSet): ExchangeStatus {
  if (facts.stage !== 'live') return facts.stage
  const { liveSince, lastApplied, intervalHours, toldAt, hours, waitingSince, unreadSince } = facts
  const heard = lastApplied ?? liveSince
  const late = heard !== undefined && now.getTime() - heard.getTime() > intervalHours * HOUR
  if (toldAt === 'desk') {
    const neglected = unreadSince !== undefined && unreadSince < neglectedBefore(now, { hours, holidays })
    if (late) return neglected ? 'late-and-not-looking' : 'late'
    return neglected ? 'not-looking' : 'well'
  }
  const waits =
    waitingSince !== undefined && now.getTime() - waitingSince.getTime() > COLLECT_WITHIN_HOURS * HOUR
  if (late) return waits ? 'late-and-not-collecting' : 'late'
  return waits ? 'not-collecting' : 'well'
}
