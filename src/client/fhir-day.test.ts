import { expect, test } from 'vitest'
import { englishDayOf, firstDayOf, lastDayOf } from './fhir-day.ts'

test.each([
  ['2026-03-09', '2026-03-09', '2026-03-09'],
  ['2026-02', '2026-02-01', '2026-02-28'],
  ['2024-02', '2024-02-01', '2024-02-29'],
  ['2026', '2026-01-01', '2026-12-31'],
  ['2026-12', '2026-12-01', '2026-12-31'],
  // Half past midnight by the English clock, which is an hour ahead in summer.
  ['2026-06-30T23:30:00Z', '2026-07-01', '2026-07-01'],
  ['2026-01-30T23:30:00+00:00', '2026-01-30', '2026-01-30'],
])('%s begins on %s and ends on %s', (dateTime, first, last) => {
  expect([firstDayOf(dateTime), lastDayOf(dateTime)]).toEqual([first, last])
})

test.each([
  '',
  '2026-13',
  '2026-00',
  '2026-02-30',
  '2026-3-9',
  'soon',
  '2026-03-09Tsoon',
  '20260309',
])('%j is no day', dateTime => {
  expect([firstDayOf(dateTime), lastDayOf(dateTime)]).toEqual([undefined, undefined])
})

test('the English day of an instant is that of the English clock', () => {
  expect(englishDayOf(new Date('2026-07-01T23:00:00Z'))).toBe('2026-07-02')
  expect(englishDayOf(new Date('2026-12-01T23:59:59Z'))).toBe('2026-12-01')
})
