import { expect, test } from 'vitest'
import { collectBy, MAX_MESSAGE_BYTES } from './mesh-message.ts'

test('rule 7.8: a message has to be collected within five days', () => {
  expect(collectBy(new Date('2026-03-27T12:00:00Z'))).toEqual(new Date('2026-04-01T12:00:00Z'))
})

test('rule 7.12: a message may have 100 GB', () => {
  expect(MAX_MESSAGE_BYTES).toBe(107_374_182_400)
})
