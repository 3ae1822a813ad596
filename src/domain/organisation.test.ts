import { expect, test } from 'vitest'
import { parseMailboxId, parseOdsCode } from './organisation.ts'

test.each([
  ['x9z01', 'X9Z01'],
  ['886', '886'],
  ['X9', 'X9'],
  ['A'.repeat(12), 'A'.repeat(12)],
])('rule 1.2: %s is the organisation %s', (text, code) => {
  expect(parseOdsCode(text)).toBe(code)
})

test.each([
  '',
  'X',
  'A'.repeat(13),
  'X9 Z',
  'X9-Z',
  ' X9Z01',
  'X9Z01\n',
  '<X9Z01',
  'X9Z01>',
])('rule 1.2: "%s" is no organisation', text => {
  expect(parseOdsCode(text)).toBeUndefined()
})

test.each([
  ['x26ot001', 'X26OT001'],
  ['sandbox_886-1', 'SANDBOX_886-1'],
  ['A', 'A'],
  ['A'.repeat(100), 'A'.repeat(100)],
])('rule 1.2: %s is the mailbox %s', (text, id) => {
  expect(parseMailboxId(text)).toBe(id)
})

test.each(['', 'A'.repeat(101), 'X26 OT', '/X26', 'X26/', 'X26\n'])('rule 1.2: "%s" is no mailbox', text => {
  expect(parseMailboxId(text)).toBeUndefined()
})
