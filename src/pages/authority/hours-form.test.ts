import { expect, test } from 'vitest'
import type { CalendarDate } from '../../domain/english-time.ts'
import { expectHours } from '../../domain/registration/hours.testing.ts'
import { comingWeek, fieldsOfHours, type HoursFields, readHoursForm } from './hours-form.ts'

const FRIDAY = '2026-12-18' as CalendarDate
const EMPTY = fieldsOfHours(undefined)
const typed = (fields: Partial<HoursFields>) =>
  readHoursForm({ ...EMPTY, Mon: '9-12', duty: 'when-closed', ...fields })
const faults = (fields: Partial<HoursFields>) => {
  const read = typed(fields)
  return read.ok ? [] : read.fault.map(({ field, text }) => [field, text])
}

test.each([
  'Mon-Thu 08:30-16:30; Fri 08:30-16:00',
  'Mon-Fri 09:00-12:00, 13:00-17:00; bank holidays 10:00-12:00; 2026-12-24 09:00-12:00; 2026-12-29 to 2026-12-31 closed; duty at all hours',
  'Mon 09:00-17:00; duty Mon-Fri 00:00-08:30, 17:00-24:00; duty Sat-Sun 00:00-24:00; duty bank holidays closed',
])('the form of %s says just that', text => {
  const hours = expectHours(text)
  expect(readHoursForm(fieldsOfHours(hours))).toEqual({ ok: true, value: hours })
})

test('what an officer types as people write it', () => {
  expect(
    typed({
      Mon: '8.30am to 4.30pm',
      Fri: '9am-12pm, 1pm-4pm',
      special: '2026-12-24: 9-12\n2026-12-29 to 2026-12-31 closed',
    }),
  ).toEqual({
    ok: true,
    value:
      'Mon 08:30-16:30; Fri 09:00-12:00, 13:00-16:00; 2026-12-24 09:00-12:00; 2026-12-29 to 2026-12-31 closed',
  })
})

test.each([
  [
    { Mon: '9-5', Tue: 'open' },
    [
      ['Mon', expect.stringMatching(/^The end must be later/)],
      ['Tue', expect.stringMatching(/^Write hours like/)],
    ],
  ],
  [{ Mon: '' }, [['Mon', 'Enter when the office is open, for example 08:30-16:30']]],
  [{ Mon: 'closed' }, [['Mon', 'Enter when the office is open, for example 08:30-16:30']]],
  [{ duty: '' }, [['duty', 'Choose when the duty team answers']]],
  [{ duty: 'own' }, [['dutyHours', expect.stringContaining('Enter when the duty team answers')]]],
  [{ duty: 'own', dutyHours: 'at night' }, [['dutyHours', expect.stringContaining('cannot be read')]]],
  [{ special: 'Christmas closed' }, [['special', expect.stringContaining('Begin each line with a date')]]],
  [{ special: '2026-02-30 closed' }, [['special', expect.stringContaining('there is no such day')]]],
  // A line of another kind does not slip in through a field.
  [
    { special: '2026-12-24 closed; duty at all hours' },
    [['special', expect.stringContaining('Begin each line')]],
  ],
  [{ Mon: '9-12; Tue 9-12' }, [['Mon', expect.stringMatching(/^Write hours like/)]]],
] as const)('%j is told at its field', (fields, told) => {
  expect(faults(fields)).toEqual(told)
})

test('(rule 16.12) the coming week is shown as it will be, with why a day is not like others', () => {
  const hours = expectHours('Mon-Thu 08:30-16:30; Fri 08:30-16:00; 2026-12-24 08:30-12:00')
  expect(
    comingWeek({ hours, holidays: [] }, '2026-12-22' as CalendarDate).map(({ day, office, duty, note }) => [
      day,
      office,
      duty,
      note,
    ]),
  ).toEqual([
    ['Tuesday 22 December 2026', '8:30am to 4:30pm', 'midnight to 8:30am and 4:30pm to midnight', undefined],
    [
      'Wednesday 23 December 2026',
      '8:30am to 4:30pm',
      'midnight to 8:30am and 4:30pm to midnight',
      undefined,
    ],
    ['Thursday 24 December 2026', '8:30am to noon', 'midnight to 8:30am and noon to midnight', 'Special day'],
    ['Friday 25 December 2026', 'Closed', 'All day', 'Bank holiday'],
    ['Saturday 26 December 2026', 'Closed', 'All day', undefined],
    ['Sunday 27 December 2026', 'Closed', 'All day', undefined],
    ['Monday 28 December 2026', 'Closed', 'All day', 'Bank holiday'],
  ])
  const proclaimed = comingWeek({ hours, holidays: ['2026-12-18', '2026-01-01'] as CalendarDate[] }, FRIDAY)
  expect(proclaimed[0]).toMatchObject({ office: 'Closed', note: 'Bank holiday' })
})
