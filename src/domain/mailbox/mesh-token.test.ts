import { expect, test } from 'vitest'
import { signedText } from './mesh-token.ts'

test('rule 7.1: what is signed is mailbox, nonce, count, password and time, in this order', () => {
  const token = { mailbox: 'X26OT001', nonce: 'n-1', count: '7', timestamp: '202606151200' }
  expect(signedText(token, 'secret')).toBe('X26OT001:n-1:7:secret:202606151200')
})
