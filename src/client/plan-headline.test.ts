import { expect, test } from 'vitest'
import { planHeadline } from './plan-headline.ts'

const CURRENT = { state: 'current', start: '2025-01-01' } as const
const COMING = { state: 'not-started', start: '2026-12-17' } as const
const ENDED = { state: 'ended', start: '2025-01-01', end: '2026-03-28' } as const

test.each([
  [[], 'No information held'],
  [[CURRENT], 'There is a plan'],
  [[CURRENT, CURRENT], 'There are 2 plans'],
  [[ENDED], 'A plan ended on 28 March 2026'],
  [[ENDED, ENDED], '2 plans have ended'],
  [[COMING], 'A plan starts on 17 December 2026'],
  [[COMING, COMING, COMING], '3 plans start later'],
  [[ENDED, CURRENT], 'There is a plan and a plan ended on 28 March 2026'],
  [[ENDED, COMING], 'A plan starts on 17 December 2026 and a plan ended on 28 March 2026'],
  [
    [ENDED, COMING, CURRENT],
    'There is a plan, a plan starts on 17 December 2026 and a plan ended on 28 March 2026',
  ],
])('(rule 2.9) %j is headed %j', (plans, headline) => {
  expect(planHeadline(plans)).toBe(headline)
})
