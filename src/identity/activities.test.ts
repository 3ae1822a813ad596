import { expect, test } from 'vitest'
import { expandActivities } from './activities.ts'

test('rule 9.3: an activity brings along the ones it implies', () => {
  expect(expandActivities(['B0825'])).toEqual(new Set(['B0825', 'B0820']))
})

test('rule 9.3: implication goes one way, and reaches through several steps and circles', () => {
  expect(expandActivities(['B0820'])).toEqual(new Set(['B0820']))
  const circle = { B0001: ['B0002'], B0002: ['B0003'], B0003: ['B0001'] }
  expect(expandActivities(['B0002'], circle)).toEqual(new Set(['B0001', 'B0002', 'B0003']))
})

test('codes are read without regard to case and surrounding spaces', () => {
  expect(expandActivities([' b0107 ']).has('B0107')).toBe(true)
})

test('neither of the activities that open CP-IS is implied by anything unrelated', () => {
  expect(expandActivities(['B0825', 'B0257'])).not.toContain('B0107')
  expect(expandActivities([])).toEqual(new Set())
})
