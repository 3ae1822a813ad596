import { expect, test } from 'vitest'
import { backOff, retryAfterMs } from './back-off.ts'

const options = { firstMs: 100, longestMs: 1000, random: () => 1 }

test('waits double with each retry up to the longest', () => {
  expect([0, 1, 2, 3, 4, 5].map(retry => backOff(retry, undefined, options))).toEqual([
    100, 200, 400, 800, 1000, 1000,
  ])
})

test('half of each wait is random, so that callers do not come back together', () => {
  expect(backOff(1, undefined, { ...options, random: () => 0 })).toBe(100)
  expect(backOff(1, undefined, { ...options, random: () => 0.5 })).toBe(150)
})

test('is never shorter than the service asked for, and gives up when it asks for too long', () => {
  expect(backOff(0, 700, options)).toBe(700)
  expect(backOff(0, 1001, options)).toBeUndefined()
})

test('reads Retry-After as seconds or as a date', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  expect(retryAfterMs('5', now)).toBe(5000)
  expect(retryAfterMs('Sun, 01 Mar 2026 12:00:30 GMT', now)).toBe(30_000)
  expect(retryAfterMs('Sun, 01 Mar 2026 11:00:00 GMT', now)).toBe(0)
  expect(retryAfterMs('soon', now)).toBeUndefined()
  expect(retryAfterMs(null, now)).toBeUndefined()
})
