import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readOnboardingFile } from './onboarding-form.ts'

const EXAMPLE = readFileSync(new URL('../../../docs/examples/onboarding.json', import.meta.url))
const problems = (chosen: unknown) => {
  const read = readOnboardingFile(chosen)
  return read.ok ? [] : read.fault
}

test('the example is read as it is', () => {
  const read = readOnboardingFile(EXAMPLE)
  expect(read).toMatchObject({
    value: { text: EXAMPLE.toString(), file: { authorities: [{ odsCode: 'X9L01' }, { odsCode: 'X9L02' }] } },
  })
})

test.each([
  ['nothing', undefined, 'Choose a file'],
  ['an empty file', new Uint8Array(), 'Choose a file'],
  ['a picture', Buffer.from([0x89, 0x50]), 'The file is not JSON'],
  ['a long one', Buffer.alloc(1024 * 1024 + 1, ' '), 'The file is longer than 1 MB. Use cpis onboard'],
  [
    'a wrong code',
    Buffer.from('{"authorities":[{"odsCode":"X9L01","name":"A","mailboxId":"M1","dfeCode":"1"}]}'),
    'authorities, number 1, dfeCode: A DfE code is three digits.',
  ],
])('%s is told', (_what, chosen, words) => {
  expect(problems(chosen)).toEqual([words])
})
