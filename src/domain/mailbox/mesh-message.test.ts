import { expect, test } from 'vitest'
import { collectBy } from './mesh-message.ts'

test('rule 7.8: a message has to be collected within five days', () => {
  expect(collectBy(new Date('2026-03-27T12:00:00Z'))).toEqual(new Date('2026-04-01T12:00:00Z'))
})
