import { expect, test } from 'vitest'
import { type AuditFields, readAuditForm } from './audit-form.ts'

const NOW = new Date('2026-04-01T09:00:00Z')
const EMPTY: AuditFields = { from: '', to: '', number: '', who: '', via: '', outcome: '' }
const read = (fields: Partial<AuditFields>) => readAuditForm({ ...EMPTY, ...fields }, NOW)

test('nothing filled in searches the last seven English days, up to now (rule 21.19)', () => {
  expect(read({})).toEqual({ ok: true, value: { from: new Date('2026-03-26T00:00:00Z'), before: NOW } })
})

test('days are whole English days, whatever the clocks do', () => {
  expect(read({ from: '29/3/2026', to: '29.03.2026' })).toMatchObject({
    value: { from: new Date('2026-03-29T00:00:00Z'), before: new Date('2026-03-29T23:00:00Z') },
  })
})

test('what is typed is searched for; an interface or outcome that is none is not', () => {
  const typed = { number: '999 000 0018', who: 'Quince', via: 'fhir', outcome: 'refused' }
  expect(read(typed)).toMatchObject({
    value: { nhsNumber: '9990000018', who: 'Quince', via: 'fhir', outcome: 'refused' },
  })
  const found = read({ via: 'cellar', outcome: 'lost' })
  expect(found.ok && Object.keys(found.value)).toEqual(['from', 'before'])
})

test.each<[Partial<AuditFields>, string]>([
  [{ from: '31/2/2026' }, 'Write the day like 27/3/2026'],
  [{ to: 'yesterday' }, 'Write the day like 27/3/2026'],
  [{ from: '2/3/2026', to: '1/3/2026' }, 'The first day must not be after the last'],
  [{ from: '2/4/2026', to: '3/4/2026' }, 'The first day must not be in the future'],
  [{ number: '999 000 0019' }, 'That is not an NHS number: one of its digits must be wrong'],
  [{ who: 'x'.repeat(101) }, 'Use 100 letters or fewer'],
])('%o is told', (fields, text) => {
  const found = read(fields)
  expect(found.ok ? [] : found.fault.map(problem => problem.text)).toEqual([text])
})
