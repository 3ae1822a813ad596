import { expect, test } from 'vitest'
import type { AuthorityToPhone } from '../../client/index.ts'
import type { CalendarDate } from '../../domain/english-time.ts'
import { shownRing } from './ring-words.ts'

const at = (text: string) => new Date(text)
const BOTH: AuthorityToPhone = { name: 'Kent', officePhone: '1', dutyPhone: '2' }
const KNOWN: AuthorityToPhone = {
  ...BOTH,
  hours: {
    knownFrom: at('2026-11-20T00:00:00Z'),
    knownUntil: at('2026-11-28T00:00:00Z'),
    office: [
      { from: at('2026-11-20T08:30:00Z'), to: at('2026-11-20T16:00:00Z') },
      { from: at('2026-11-23T08:30:00Z'), to: at('2026-11-28T00:00:00Z') },
    ],
    duty: [{ from: at('2026-11-20T17:00:00Z'), to: at('2026-11-23T08:30:00Z') }],
  },
}
const kinds = (authority: AuthorityToPhone, now: string, ...holidays: string[]) =>
  shownRing(authority, at(now), holidays as CalendarDate[]).phones.map(({ kind }) => kind)

test.each([
  // Friday at half past four was told as an office that is open until five.
  ['2026-11-20T15:59:00Z', 'Office, open until 4pm', true, ['office', 'duty']],
  [
    '2026-11-20T16:30:00Z',
    'The office is closed. The duty team answers from 5pm.',
    false,
    ['duty', 'office'],
  ],
  [
    '2026-11-20T17:30:00Z',
    'The office is closed until 8:30am on Monday 23 November 2026. Ring the duty team',
    true,
    ['duty', 'office'],
  ],
  ['2026-11-23T09:00:00Z', 'Office, open now', true, ['office', 'duty']],
])('(rule 21.3) at %s the page says: %s', (now, words, isKnown, order) => {
  expect(shownRing(KNOWN, at(now), [])).toMatchObject({ words, isKnown })
  expect(kinds(KNOWN, now)).toEqual(order)
})

test('(rule 21.3) where nothing is known nothing is said, and both numbers stand in the order of most offices', () => {
  const ring = shownRing(BOTH, at('2026-11-20T16:30:00Z'), [])
  expect(ring).toMatchObject({ isKnown: false })
  expect(ring).not.toHaveProperty('words')
  expect(kinds(BOTH, '2026-11-20T16:30:00Z')).toEqual(['office', 'duty'])
  expect(kinds(BOTH, '2026-11-20T17:30:00Z')).toEqual(['duty', 'office'])
})

test('(rule 16.13) that order goes by the bank holidays that were set', () => {
  expect(kinds(BOTH, '2026-06-15T12:00:00Z')).toEqual(['office', 'duty'])
  expect(kinds(BOTH, '2026-06-15T12:00:00Z', '2026-06-15')).toEqual(['duty', 'office'])
})
