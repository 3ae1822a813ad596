import { describe, expect, test } from 'vitest'
import { bankHolidays, isBankHoliday } from '../bank-holidays.ts'
import type { CalendarDate } from '../english-time.ts'
import { checkHolidays, type WrittenHoliday } from './holiday-list.ts'

const TODAY = '2026-11-20' as CalendarDate

/** A year as it is worked out, with what is said of it besides. */
function year(of: number, ...more: Partial<WrittenHoliday>[]): WrittenHoliday[] {
  const worked = [...bankHolidays(of)].map(date => ({ date, title: 'Holiday', notes: '' }))
  return [...worked, ...more.map(other => ({ date: '', title: 'Coronation', notes: '', ...other }))]
}
const faults = (written: readonly WrittenHoliday[]) => {
  const checked = checkHolidays(written, TODAY)
  return checked.ok ? [] : checked.fault
}

describe('a list of bank holidays (rule 16.13)', () => {
  test('is taken with a day that was proclaimed, sorted, and without years that are long over', () => {
    const checked = checkHolidays(
      [
        ...year(2027, { date: '2027-05-08', notes: 'Substitute day' }),
        ...year(2026, { date: '2026-06-15' }),
        ...year(2019),
      ],
      TODAY,
    )
    if (!checked.ok) throw new Error(checked.fault.join())
    const days = checked.value.holidays.map(({ day }) => day)
    expect(days).toHaveLength(18)
    expect(days).toEqual(days.toSorted())
    expect(days).toContain('2026-06-15')
    expect(checked.value.passedOver).toEqual([2019])
  })

  test.each([
    [
      'a date that does not exist',
      year(2026, { date: '2026-02-30' }),
      '“2026-02-30”, Coronation: there is no such date',
    ],
    ['a date in another form', year(2026, { date: '8/5/2026' }), 'there is no such date'],
    ['a date with more after it', year(2026, { date: '2026-06-15T00:00' }), 'there is no such date'],
    ['a date twice', year(2026, { date: '2026-12-25' }), '2026-12-25, Coronation: the date is there twice'],
    ['a day at a weekend', year(2026, { date: '2026-06-14' }), 'at a weekend'],
    ['a year too far ahead', [...year(2026), ...year(2030)], '2030 is more than 3 years ahead'],
    ['one day of a wrong year', year(2026, { date: '2062-06-15' }), '2062 is more than 3 years ahead'],
    ['one day of a year that is over', year(2026, { date: '2016-06-15' }), '2016 has 1 of at least 8'],
    ['a list of years ago', year(2019), 'No year from 2024 to 2029'],
    ['too few days', year(2026).slice(1), '2026 has 7 of at least 8'],
    ['a part of one year beside a whole one', [...year(2026), ...year(2027).slice(0, 3)], '2027 has 3'],
    [
      'days of something else',
      year(2026, ...['01', '02', '03', '04', '05'].map(day => ({ date: `2026-06-${day}` }))),
      '2026 has 13',
    ],
    ['nothing', [], 'No year from'],
  ])('is refused with %s', (_what, written, words) => {
    expect(faults(written).join('\n')).toContain(words)
  })

  test('every fault is told at once', () => {
    expect(faults(year(2026, { date: '2026-02-30' }, { date: '2026-06-14' }))).toHaveLength(2)
  })

  test('what was set of a year is all there is of it, and other years are worked out', () => {
    const set = ['2026-06-15', '2026-12-25'] as CalendarDate[]
    const are = (...days: string[]) => days.map(day => isBankHoliday(day as CalendarDate, set))
    expect(are('2026-06-15', '2026-12-25', '2026-12-28', '2027-12-27', '2027-06-15')).toEqual([
      true,
      true,
      false,
      true,
      false,
    ])
    expect(isBankHoliday('2026-12-28' as CalendarDate, [])).toBe(true)
  })
})
