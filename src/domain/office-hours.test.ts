import { describe, expect, test } from 'vitest'
import { bankHolidays } from './bank-holidays.ts'
import { isOfficeHours, phonesToRing } from './office-hours.ts'

describe('the bank holidays of England', () => {
  // As the government publishes them, but for days proclaimed once.
  test.each([
    [2014, ['01-01', '04-18', '04-21', '05-05', '05-26', '08-25', '12-25', '12-26']],
    [2019, ['01-01', '04-19', '04-22', '05-06', '05-27', '08-26', '12-25', '12-26']],
    [2021, ['01-01', '04-02', '04-05', '05-03', '05-31', '08-30', '12-27', '12-28']],
    [2024, ['01-01', '03-29', '04-01', '05-06', '05-27', '08-26', '12-25', '12-26']],
    [2026, ['01-01', '04-03', '04-06', '05-04', '05-25', '08-31', '12-25', '12-28']],
    [2027, ['01-01', '03-26', '03-29', '05-03', '05-31', '08-30', '12-27', '12-28']],
    [2028, ['01-03', '04-14', '04-17', '05-01', '05-29', '08-28', '12-25', '12-26']],
  ])('of %i', (year, days) => {
    expect([...bankHolidays(year)].sort()).toEqual(days.map(day => `${year}-${day}`))
  })

  // Easter comes a week earlier in the two years of this century in which the moon alone would make it the latest possible.
  test.each([
    [2049, '04-16', '04-19'],
    [2076, '04-17', '04-20'],
  ])('at Easter %i', (year, friday, monday) => {
    expect([...bankHolidays(year)]).toEqual(
      expect.arrayContaining([`${year}-${friday}`, `${year}-${monday}`]),
    )
  })

  test('of any year are eight working days', () => {
    for (let year = 1990; year < 2100; year++) {
      const days = [...bankHolidays(year)]
      expect(days).toHaveLength(8)
      for (const day of days) expect([1, 2, 3, 4, 5]).toContain(new Date(day).getUTCDay())
    }
  })
})

describe('office hours (rule 21.3)', () => {
  test.each([
    ['a Tuesday morning', '2026-11-17T09:00:00Z', true],
    ['a minute before nine', '2026-11-17T08:59:59Z', false],
    ['five o’clock', '2026-11-17T17:00:00Z', false],
    ['nine in summer, which is eight elsewhere', '2026-06-16T08:00:00Z', true],
    ['five in summer', '2026-06-16T16:00:00Z', false],
    ['a Friday', '2026-11-20T12:00:00Z', true],
    ['a Monday', '2026-11-23T12:00:00Z', true],
    ['a Saturday', '2026-11-21T12:00:00Z', false],
    ['a Sunday', '2026-11-22T12:00:00Z', false],
    ['a bank holiday', '2026-12-28T12:00:00Z', false],
  ])('%s', (_name, instant, open) => {
    expect(isOfficeHours(new Date(instant))).toBe(open)
  })

  test('say which of all numbers to show first', () => {
    const [day, night] = [new Date('2026-11-17T12:00:00Z'), new Date('2026-11-17T23:00:00Z')]
    const both = { officePhone: '01632960002', dutyPhone: '01632960001' }
    const office = { kind: 'office', phone: '01632960002' }
    const duty = { kind: 'duty', phone: '01632960001' }
    expect(phonesToRing(both, day)).toEqual([office, duty])
    expect(phonesToRing(both, night)).toEqual([duty, office])
    expect(phonesToRing({ dutyPhone: '1' }, day)).toEqual([{ kind: 'duty', phone: '1' }])
    expect(phonesToRing({ officePhone: '2' }, night)).toEqual([{ kind: 'office', phone: '2' }])
    expect(phonesToRing({}, day)).toEqual([])
  })
})
