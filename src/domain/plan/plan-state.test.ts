import { expect, test } from 'vitest'
import { planState } from './plan-state.ts'

test.each([
  ['neither start nor end', {}, 'current'],
  ['a start tomorrow', { start: '2026-03-11' }, 'not-started'],
  ['a start today', { start: '2026-03-10' }, 'current'],
  ['an end yesterday', { start: '2026-01-01', end: '2026-03-09' }, 'ended'],
  ['an end today', { start: '2026-01-01', end: '2026-03-10' }, 'current'],
  ['an end tomorrow', { start: '2026-01-01', end: '2026-03-11' }, 'current'],
  ['a start and an end that are both to come', { start: '2026-03-11', end: '2026-03-12' }, 'not-started'],
  ['an end without a start', { end: '2026-03-09' }, 'ended'],
  [
    'an end that is past, before a start that is to come',
    { start: '2026-03-11', end: '2026-03-09' },
    'ended',
  ],
])('(rule 2.9) %s, on 10 March', (_, period, state) => {
  expect(planState(period, '2026-03-10')).toBe(state)
})
