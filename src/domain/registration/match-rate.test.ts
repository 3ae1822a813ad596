import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { goLiveObstacle, type MatchFacts, matchRate } from './match-rate.ts'

const JUNE = new Date('2026-06-01T12:00:00Z')
const MAY = new Date('2026-05-01T12:00:00Z')
const testOf = (matched: number, total: number, largest = total) => ({
  matched,
  total,
  largest,
  receivedAt: JUNE,
})
const gate = (facts: MatchFacts) => goLiveObstacle('onboarding', matchRate(facts))

describe('the one match rate of an authority', () => {
  test('(rule 19.5) of one that is or was live is of what it holds, whatever its tests were and it declared', () => {
    const facts = {
      mode: 'delta',
      liveSince: MAY,
      holding: { matched: 305, total: 327 },
      children: 9,
      test: testOf(1, 1),
    } as const
    expect(matchRate({ ...facts, lastApplied: JUNE })).toEqual({
      matched: 305,
      total: 327,
      scope: 'holding',
      asOf: JUNE,
    })
    expect(matchRate(facts)).toMatchObject({ asOf: MAY })
    expect(matchRate({ ...facts, holding: { matched: 0, total: 0 } })).toBeUndefined()
  })

  // Case: a test of three wrong numbers, then one of one right number, opened the gate.
  test('(rule 19.3) a test of one child opens nothing, declared or not', () => {
    expect(gate({ mode: 'delta', test: testOf(1, 1, 3) })?.kind).toBe('not-declared')
    expect(gate({ mode: 'delta', test: testOf(1, 1) })?.kind).toBe('not-declared')
    expect(gate({ mode: 'delta', children: 327, test: testOf(1, 1) })).toEqual({
      kind: 'low-match',
      match: { matched: 1, total: 327 },
    })
    expect(gate({ mode: 'snapshot', test: testOf(1, 1, 3) })).toEqual({
      kind: 'low-match',
      match: { matched: 1, total: 3 },
    })
  })

  test('(rule 19.3) a full picture opens the gate: over what was declared, or in snapshot mode', () => {
    expect(gate({ mode: 'delta', children: 327, test: testOf(311, 327) })).toBeUndefined()
    expect(gate({ mode: 'snapshot', test: testOf(19, 20) })).toBeUndefined()
    expect(gate({ mode: 'delta', children: 100 })?.kind).toBe('no-test')
    // What it sends beyond what it declared counts.
    expect(gate({ mode: 'delta', children: 10, test: testOf(10, 20) })?.kind).toBe('low-match')
  })

  test('is never more than what matched of what was declared', () => {
    fc.assert(
      fc.property(
        fc.nat(400),
        fc.nat(400),
        fc.nat(400),
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom('delta', 'snapshot'),
        (matched, others, more, children, mode) => {
          const total = matched + others
          const rate = matchRate({ mode, children, test: testOf(matched, total, total + more) })
          expect(rate?.matched).toBe(matched)
          expect(rate?.total).toBe(Math.max(children, total))
        },
      ),
    )
  })
})
