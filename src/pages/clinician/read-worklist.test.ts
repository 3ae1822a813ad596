import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nhsCheckDigit } from '../../domain/nhs-number.ts'
import { readWorklist } from './read-worklist.ts'

test.each([
  ['9990000018', ['9990000018']],
  ['999 000 0018', ['9990000018']],
  ['999-000-0018\r\n999\u2011000\u20110026', ['9990000018', '9990000026']],
  ['Bed 1; 999 000 0018; born 01/02/2019', ['9990000018']],
  ['9990000018,9990000026', ['9990000018', '9990000026']],
  ['"9990000018"\t"Ward 7"', ['9990000018']],
  ['\ufeff9990000018\n\n\n', ['9990000018']],
  ['NHS number\n9990000018\n9990000018', ['9990000018']],
])('in %j the numbers are %j', (text, numbers) => {
  expect(readWorklist(text)).toMatchObject({ numbers, unread: [] })
})

test.each([
  ['12345', 'An NHS number has 10 digits: this one has 5'],
  ['999 000 0019', 'That is not an NHS number: one of its digits must be wrong'],
  ['Bed 1; 999 000 0019', 'That is not an NHS number: one of its digits must be wrong'],
  ['99900000180', 'An NHS number has 10 digits: this one has 11'],
  ['0000000000', 'Ten zeros are not an NHS number'],
  // Rule 1.4.
  ['010 101 1237', 'That is a Scottish CHI number, which this service does not cover'],
  ['9990000026 320 000 0015', 'It also has a Northern Irish H&C number, which this service does not cover'],
])('%j is not looked up, and the reason is said', (line, reason) => {
  expect(readWorklist(`9990000018\n${line}`)).toMatchObject({
    numbers: line.startsWith('9990000026') ? ['9990000018', '9990000026'] : ['9990000018'],
    unread: [{ line: 2, reason }],
  })
})

test('a mistyped number beside a good one is named', () => {
  expect(readWorklist('9990000018;9990000019')).toMatchObject({
    numbers: ['9990000018'],
    unread: [{ line: 1, reason: 'It also has 10 digits that are not an NHS number' }],
  })
})

const nhsNumbers = fc
  .stringMatching(/^999[0-9]{6}$/)
  .filter(nine => nhsCheckDigit(nine) !== undefined)
  .map(nine => `${nine}${nhsCheckDigit(nine)}`)

test('nobody on a list is passed over in silence', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          nhsNumbers,
          fc.string({ maxLength: 20 }).map(text => text.replace(/[\r\n]/g, '')),
        ),
      ),
      lines => {
        const { numbers, unread, repeated } = readWorklist(['9990000018', ...lines].join('\n'))
        const said = lines.filter(line => /\d/.test(line))
        expect(numbers.length + unread.length + repeated).toBeGreaterThanOrEqual(said.length + 1)
      },
    ),
  )
})
