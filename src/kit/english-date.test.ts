import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberOrder, parseEnglishDate, parseEnglishTime } from './english-date.ts'

const timeOf = (text: string) => {
  const read = parseEnglishTime(text)
  return read.ok ? read.value : read.fault
}

describe('dates as people in England write them', () => {
  test.each([
    ['1/5/2019', '201905010000'],
    ['01-05-2019', '201905010000'],
    ['1.5.2019', '201905010000'],
    ['01 / 05 / 2019', '201905010000'],
    ['1 May 2019', '201905010000'],
    ['1st May, 2019', '201905010000'],
    ['01-May-2019', '201905010000'],
    ['1 sept 2019', '201909010000'],
    ['Wednesday 1st of May 2019', '201905010000'],
    ['Wed, 1 May 2019 14:30', '201905011430'],
    ['2019-05-01', '201905010000'],
    ['2019/5/1', '201905010000'],
    ['20190501', '201905010000'],
    ['201905011430', '201905011430'],
    ['1/5/2019 9:05', '201905010905'],
    ['1/5/2019 14:30:59', '201905011430'],
    ['1/5/2019 2:30 PM', '201905011430'],
    ['1/5/2019 12.15am', '201905010015'],
    ['2019-05-01T14:30:00.000', '201905011430'],
    // Midnight in an English summer, as systems that think in Greenwich time write it.
    ['2019-04-30T23:00:00Z', '201905010000'],
    ['2019-05-01T02:00:00+02:00', '201905010100'],
    ['29/02/2020', '202002290000'],
  ])('%s is %s', (text, time) => {
    expect(timeOf(text)).toBe(time)
  })

  test.each([
    ['05/31/2019', 'american-order'],
    ['29/02/2019', 'no-such-day'],
    ['31/04/2019', 'no-such-day'],
    ['0/5/2019', 'no-such-day'],
    ['32/13/2019', 'no-such-day'],
    ['2019-13-01', 'no-such-day'],
    ['20190230', 'no-such-day'],
    ['1/5/1819', 'no-such-day'],
    ['1/5/2019 24:00', 'no-such-time'],
    ['1/5/2019 13:00 pm', 'no-such-time'],
    ['201905012560', 'no-such-time'],
    ['1/5/19', 'two-digit-year'],
    ['1 May 19', 'two-digit-year'],
    ['43586', 'serial-number'],
    ['43586.5', 'serial-number'],
    ['1 Mai 2019', 'not-a-date'],
    ['May 2019', 'not-a-date'],
    ['tomorrow', 'not-a-date'],
    ['1/5/2019 or 2/5/2019', 'not-a-date'],
  ])('%s is refused: %s', (text, fault) => {
    expect(timeOf(text)).toBe(fault)
  })

  test('every day comes back from every form it can be written in', () => {
    const days = fc.date({ min: new Date('1950-01-01'), max: new Date('2049-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(days, date => {
        const iso = date.toISOString().slice(0, 10)
        const [year = '', month = '', day = ''] = iso.split('-')
        const name = date.toLocaleDateString('en-GB', { month: 'long', timeZone: 'UTC' })
        for (const text of [
          iso,
          `${day}/${month}/${year}`,
          `${Number(day)}.${Number(month)}.${year}`,
          `${Number(day)} ${name} ${year}`,
          `${day}-${name.slice(0, 3)}-${year}`,
          `${year}${month}${day}`,
        ]) {
          expect(parseEnglishDate(text)).toEqual({ ok: true, value: iso })
        }
      }),
    )
  })

  test.each([
    ['13/5/2019', 'english'],
    ['5/13/2019', 'american'],
    ['5/6/2019', 'either'],
    ['5/5/2019', undefined],
    ['2019-05-06', undefined],
  ])('%s shows its order: %s', (text, order) => {
    expect(numberOrder(text)).toBe(order)
  })
})
