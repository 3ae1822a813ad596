import { expect, test } from 'vitest'
import { capturedLog } from '../../test/support/capture.ts'

const SECRET = 'Pippin Applecore, 9990000018'

test.each([
  ['an error', new Error(SECRET)],
  ['an error of the database', Object.assign(new Error(SECRET), { code: '23505', detail: SECRET })],
  ['something that is no error', { message: SECRET, code: 'ECONNREFUSED' }],
  ['a text', SECRET],
])('%s is logged by its kind, never by what it says (rule 8.2)', (_what, thrown) => {
  const { logger, lines } = capturedLog()
  logger.failure('it broke', thrown, { task: 'test' })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('it broke')
  expect(lines[0]).not.toContain('Pippin')
  expect(lines[0]).not.toContain('999')
})

test('the code of an error and its place in our own code are kept', () => {
  const { logger, lines } = capturedLog()
  logger.failure('it broke', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ level: 'error', error: 'Error ECONNREFUSED' })
})
