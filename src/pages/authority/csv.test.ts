import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeCsv } from './csv.ts'

test.each([
  '=1+1',
  '+44',
  '-2',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
])('%j is text to every spreadsheet (rule 21.13)', formula => {
  expect(writeCsv([[formula]])).toMatch(/^\ufeff"'/)
})

test('what was written is what is read', () => {
  const text = fc.string().map(written => written.replace(/^[=+\-@\t\r]+/, ''))
  const table = fc.array(fc.array(text, { minLength: 2, maxLength: 2 }), { minLength: 1 })
  fc.assert(
    fc.property(table, rows => {
      expect(parse(writeCsv(rows), { bom: true, record_delimiter: '\r\n' })).toEqual(rows)
    }),
  )
})
