import { expect, test } from 'vitest'
import { sealHealth } from './seal-health.ts'

const NOW = new Date('2026-03-10T09:00:00Z')
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000)
const checked = (hours: number, findings = 0) => ({ lastCheck: { at: ago(hours * 60), findings } })

test.each([
  ['sealed and checked', { waiting: 0, newest: { at: ago(600) }, ...checked(3) }, 'well'],
  ['with entries written just now', { waiting: 4, newest: { at: ago(1) }, ...checked(3) }, 'well'],
  ['with entries that nobody seals', { waiting: 4, newest: { at: ago(6) }, ...checked(3) }, 'not-sealing'],
  ['with entries that wait for five minutes', { waiting: 4, newest: { at: ago(5) }, ...checked(3) }, 'well'],
  [
    'whose check is just as late as it may be',
    { waiting: 0, newest: { at: ago(1) }, ...checked(48) },
    'well',
  ],
  ['that was never sealed', { waiting: 1, ...checked(3) }, 'not-sealing'],
  ['checked two days ago', { waiting: 0, newest: { at: ago(1) }, ...checked(49) }, 'not-checked'],
  ['never checked', { waiting: 0, newest: { at: ago(1) } }, 'not-checked'],
  ['found changed long ago', { waiting: 9, newest: { at: ago(600) }, ...checked(490, 1) }, 'changed'],
] as const)('a log %s', (_what, seal, health) => {
  expect(sealHealth(seal, NOW, 24)).toBe(health)
})
