import { expect, test } from 'vitest'
import type { CalendarDate } from '../english-time.ts'
import { expectHours } from '../registration/hours.testing.ts'
import { type ExchangeFacts, type ExchangeStatus, exchangeStatus } from './exchange-status.ts'

const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000)
const NOW = new Date('2026-03-10T12:00:00Z')
const LIVE: ExchangeFacts = { stage: 'live', intervalHours: 48, toldAt: 'mailbox', liveSince: hoursAgo(500) }

const FRIDAY = new Date('2026-03-06T00:00:00Z')
const AT_DESK = { toldAt: 'desk', lastApplied: hoursAgo(1) } as const

test.each<[string, Partial<ExchangeFacts>, ExchangeStatus]>([
  ['a file in time', { lastApplied: hoursAgo(48) }, 'well'],
  ['no file in time', { lastApplied: hoursAgo(48.1) }, 'late'],
  ['no file ever, live for long', {}, 'late'],
  ['no file for two days and a moment', { lastApplied: new Date(hoursAgo(48).getTime() - 1) }, 'late'],
  ['no file ever, live today', { liveSince: hoursAgo(3) }, 'well'],
  ['a message that waits a day', { lastApplied: hoursAgo(1), waitingSince: hoursAgo(24) }, 'well'],
  ['one that waits longer', { lastApplied: hoursAgo(1), waitingSince: hoursAgo(25) }, 'not-collecting'],
  ['both', { waitingSince: hoursAgo(25) }, 'late-and-not-collecting'],
  // A Tuesday at noon: what came on Friday was due on Monday at five, less than a day ago; what came before, on Friday.
  ['told at its desk, with messages left', { ...AT_DESK, waitingSince: hoursAgo(99) }, 'well'],
  ['at its desk since the day it was due', { ...AT_DESK, unreadSince: hoursAgo(4 * 24) }, 'well'],
  ['at its desk for longer', { ...AT_DESK, unreadSince: hoursAgo(5 * 24) }, 'not-looking'],
  ['at its desk, and late', { toldAt: 'desk', unreadSince: hoursAgo(5 * 24) }, 'late-and-not-looking'],
  ['at its desk since the first instant of that day', { ...AT_DESK, unreadSince: FRIDAY }, 'well'],
  [
    'at its desk since just before it',
    { ...AT_DESK, unreadSince: new Date(FRIDAY.getTime() - 1) },
    'not-looking',
  ],
  ['at its desk, in order, and late', { toldAt: 'desk', unreadSince: hoursAgo(1) }, 'late'],
  ['nothing at its desk, and late', { toldAt: 'desk' }, 'late'],
  [
    'what lies at a desk beside the mailbox',
    { lastApplied: hoursAgo(1), unreadSince: hoursAgo(999) },
    'well',
  ],
  ['being taken on, and silent', { stage: 'onboarding', waitingSince: hoursAgo(99) }, 'onboarding'],
  ['suspended, and silent', { stage: 'suspended' }, 'suspended'],
])('%s', (_what, facts, standing) => {
  expect(exchangeStatus({ ...LIVE, ...facts }, NOW, [])).toBe(standing)
})

test('(rules 16.10 and 16.13) a desk is looked at by the authority’s own hours and the bank holidays that were set', () => {
  // What came on Thursday was due on Friday at five, and neglected from Saturday on.
  const facts = { ...LIVE, ...AT_DESK, unreadSince: hoursAgo(5 * 24) }
  expect(exchangeStatus(facts, NOW, [])).toBe('not-looking')
  const hours = expectHours('Tue-Wed 09:00-16:00')
  expect(exchangeStatus({ ...facts, hours }, NOW, [])).toBe('well')
  const set = ['2026-03-06', '2026-03-09'] as CalendarDate[]
  expect(exchangeStatus(facts, NOW, set)).toBe('well')
})

test('without a day from which to count nobody is late (rule 16.2)', () => {
  const { liveSince: _, ...facts } = LIVE
  expect(exchangeStatus(facts, NOW, [])).toBe('well')
})
