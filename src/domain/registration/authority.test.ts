import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  matchPercent,
  meetsGoLive,
  parseDfeCode,
  parseGssCode,
  stageOf,
  testUploadWords,
} from './authority.ts'
import { goLiveObstacle } from './match-rate.ts'

const SINCE = new Date('2026-01-01T00:00:00Z')
const SUSPENSION = { since: SINCE, why: 'its system is replaced' }

describe('codes of an authority', () => {
  test.each([
    ['E09000011', 'E09000011'],
    ['e10000016', 'E10000016'],
    ['W06000015', undefined],
    ['E07000123', undefined],
    ['E0900001', undefined],
    ['E090000111', undefined],
    ['XE09000011', undefined],
  ])('%s is the GSS code %s', (text, code) => expect(parseGssCode(text)).toBe(code))

  test.each([
    ['886', '886'],
    ['88', undefined],
    ['A86', undefined],
    ['8860', undefined],
    ['A886', undefined],
  ])('%s is the DfE code %s', (text, code) => expect(parseDfeCode(text)).toBe(code))
})

describe('stages (rules 19.2 to 19.4)', () => {
  test('a suspension ends where it began', () => {
    expect(stageOf({})).toBe('onboarding')
    expect(stageOf({ suspension: SUSPENSION })).toBe('suspended')
    expect(stageOf({ liveSince: SINCE, suspension: SUSPENSION })).toBe('suspended')
    expect(stageOf({ liveSince: SINCE })).toBe('live')
  })

  test.each([
    ['onboarding', undefined, 'no-test'],
    ['onboarding', { matched: 0, total: 0 }, 'low-match'],
    ['onboarding', { matched: 94, total: 100 }, 'low-match'],
    ['onboarding', { matched: 9_499, total: 10_000 }, 'low-match'],
    ['onboarding', { matched: 95, total: 100 }, undefined],
    ['onboarding', { matched: 19, total: 20 }, undefined],
    ['live', { matched: 100, total: 100 }, 'already-live'],
    ['suspended', { matched: 100, total: 100 }, 'suspended'],
  ] as const)('%s with a match rate of %j: %s (rule 19.3)', (stage, newest, obstacle) => {
    expect(goLiveObstacle(stage, newest && { ...newest, scope: 'declared', asOf: SINCE })?.kind).toBe(
      obstacle,
    )
  })

  test('what is told as 95 % is enough, and nothing below is told so', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), (matched, others) => {
        const match = { matched, total: matched + others }
        const percent = matchPercent(match)
        expect(percent !== undefined && percent >= 95).toBe(meetsGoLive(match))
      }),
    )
  })

  test('of nothing there is no percentage, and what is told is rounded down', () => {
    expect(matchPercent({ matched: 0, total: 0 })).toBeUndefined()
    expect(matchPercent({ matched: 9_496, total: 10_000 })).toBe(94.9)
  })

  test('an authority reads in its acknowledgement that the file was a test', () => {
    expect(testUploadWords({ matched: 18, total: 20 })).toMatch(/none of it is kept.*18 of 20 .*95 in 100/)
  })
})
