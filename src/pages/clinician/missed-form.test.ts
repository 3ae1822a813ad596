import { expect, test } from 'vitest'
import { missedFields, readMissedForm } from './missed-form.ts'

const NOW = new Date('2026-11-21T12:00:00Z')
const FORM = { day: '27', month: '3', year: '2026', time: '2:30pm', service: 'Clinic', description: '' }

test.each([
  ['2:30pm', '2026-03-27T14:30:00.000Z'],
  ['2.30 PM', '2026-03-27T14:30:00.000Z'],
  ['1430', '2026-03-27T14:30:00.000Z'],
  ['14:30', '2026-03-27T14:30:00.000Z'],
  ['9am', '2026-03-27T09:00:00.000Z'],
  ['12am', '2026-03-27T00:00:00.000Z'],
  ['12pm', '2026-03-27T12:00:00.000Z'],
])('%s is read by the English clock', (time, instant) => {
  const read = readMissedForm({ ...FORM, time }, NOW)
  expect(read).toMatchObject({ ok: true, value: { start: new Date(instant) } })
})

test('summer time counts, and the form of a report says what was typed', () => {
  const read = readMissedForm({ ...FORM, month: '7' }, NOW)
  expect(read).toMatchObject({ ok: true, value: { start: new Date('2026-07-27T13:30:00Z') } })
  expect(missedFields('2026-07-27T13:30:00.000Z', 'Clinic')).toEqual({ ...FORM, month: '7', time: '14:30' })
})

test.each([
  [{ day: '', month: '', year: '' }, 'day', 'Enter the day of the appointment'],
  [{ day: '30', month: '2' }, 'day', 'That day does not exist. Write it like 27 3 2026'],
  [{ year: '26' }, 'day', 'That day does not exist. Write it like 27 3 2026'],
  [{ time: '' }, 'time', 'Enter the time of the appointment'],
  [{ time: '13pm' }, 'time', 'Write the time like 2:30pm or 14:30'],
  [{ time: '24:00' }, 'time', 'Write the time like 2:30pm or 14:30'],
  [{ time: '10:60' }, 'time', 'Write the time like 2:30pm or 14:30'],
  [{ month: '12' }, 'day', 'The appointment must be over: this time has not come yet'],
  [{ year: '2025' }, 'day', 'The appointment must be in the last 365 days'],
  [{ service: '' }, 'service', 'Say what kind of care it was'],
  [{ service: 'x'.repeat(101) }, 'service', 'Use 100 characters at most: this has 101'],
  [{ description: 'x'.repeat(501) }, 'description', 'Use 500 characters at most: this has 501'],
])('%j: what is wrong is said', (wrong, field, text) => {
  expect(readMissedForm({ ...FORM, ...wrong }, NOW)).toEqual({ ok: false, fault: [{ field, text }] })
})

test('lines become one, as the FHIR API takes them', () => {
  const read = readMissedForm({ ...FORM, description: 'one\r\ntwo' }, NOW)
  expect(read).toMatchObject({ ok: true, value: { description: 'one two' } })
})
