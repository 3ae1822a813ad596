import { expect, test } from 'vitest'
import { circuitBreaker } from './circuit-breaker.ts'

function brokenService() {
  const clock = { ms: 0 }
  const breaker = circuitBreaker({ failures: 3, coolDownMs: 1000, now: () => new Date(clock.ms) })
  const fail = () => {
    const entered = breaker.tryEnter()
    if (entered) breaker.failed()
    return entered
  }
  return { clock, breaker, fail }
}

test('lets calls through until so many have failed in a row', () => {
  const { breaker, fail } = brokenService()
  expect([fail(), fail(), fail(), fail()]).toEqual([true, true, true, false])
  expect(breaker.tryEnter()).toBe(false)
})

test('a success in between starts the count again', () => {
  const { breaker, fail } = brokenService()
  fail()
  fail()
  breaker.tryEnter()
  breaker.succeeded()
  expect([fail(), fail(), fail(), fail()]).toEqual([true, true, true, false])
})

test('after the cool-down exactly one call may probe, and its success opens the way to all', () => {
  const { clock, breaker, fail } = brokenService()
  while (fail());
  clock.ms = 999
  expect(breaker.tryEnter()).toBe(false)
  clock.ms = 1000
  expect([breaker.tryEnter(), breaker.tryEnter()]).toEqual([true, false])
  breaker.succeeded()
  expect([breaker.tryEnter(), breaker.tryEnter()]).toEqual([true, true])
})

test('a probe that fails means another whole cool-down', () => {
  const { clock, breaker, fail } = brokenService()
  while (fail());
  clock.ms = 1000
  expect(fail()).toBe(true)
  clock.ms = 1999
  expect(breaker.tryEnter()).toBe(false)
  clock.ms = 2000
  expect(breaker.tryEnter()).toBe(true)
})

test('calls that were already under way when the circuit opened do not prolong the cool-down', () => {
  const { clock, breaker, fail } = brokenService()
  while (fail());
  clock.ms = 900
  breaker.failed()
  clock.ms = 1000
  expect(breaker.tryEnter()).toBe(true)
})
