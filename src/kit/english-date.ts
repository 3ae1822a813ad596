import {
  type CalendarDate,
  type PlanTime,
  parseCalendarDate,
  parsePlanTime,
  planTimeOf,
} from '../domain/english-time.ts'
import { failure, type Result, success } from '../domain/result.ts'

/** Why a cell is no date that can be trusted. */
export type DateFault =
  | 'no-such-day'
  | 'no-such-time'
  | 'american-order'
  /** Both orders give a day, and the rest of the column is in American order. */
  | 'either-order'
  | 'two-digit-year'
  | 'serial-number'
  | 'not-a-date'

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const

const TIME =
  /(?:[T\s,]+(?:at\s+)?(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:\.\d+)?)?\s*([ap])?\.?m?\.?\s*(z|[+-]\d\d:?\d\d)?)?$/i
const BIG_END = new RegExp(`^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})${TIME.source}`, 'i')
const LITTLE_END = new RegExp(
  `^(\\d{1,2})\\s?[-/.]\\s?(\\d{1,2})\\s?[-/.]\\s?(\\d{2}|\\d{4})${TIME.source}`,
  'i',
)
const DAY_MONTH_NAME = new RegExp(
  `^(\\d{1,2})(?:st|nd|rd|th)?(?:\\s+of)?[-\\s]*([a-z]{3,9})\\.?,?[-\\s]*(\\d{2}|\\d{4})${TIME.source}`,
  'i',
)
const WEEKDAY = /^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+/i
const COMPACT = /^((?:19|20)\d{6})(\d{4})?(\d\d)?$/

/**
 * Reads a date as people in England write it, with or without a time, as local English minutes: `1/5/2019`, `01-05-2019`,
 * `1.5.2019 14:30`, `1 May 2019`, `Wednesday 1st May 2019 2:30 pm`, `2019-05-01`, `2019-05-01T14:30:00`, `20190501`. The day
 * comes before the month: American order is never guessed (rule 17.3). Without a time it is the day's first minute. A time with
 * an offset or `Z` is turned into local time.
 */
export function parseEnglishTime(text: string): Result<PlanTime, DateFault> {
  const cell = text.trim().replace(/\s+/g, ' ').replace(WEEKDAY, '')
  const compact = COMPACT.exec(cell)
  if (compact) {
    const [, day = '', time = '0000'] = compact
    if (!parseCalendarDate(day)) return failure('no-such-day')
    return asPlanTime(day + time)
  }
  const bigEnd = BIG_END.exec(cell)
  if (bigEnd) return assembled(bigEnd[1], bigEnd[2], bigEnd[3], bigEnd.slice(4))
  const littleEnd = LITTLE_END.exec(cell)
  if (littleEnd) {
    const [, day, month, year, ...time] = littleEnd
    if (Number(month) > 12 && Number(day) <= 12) return failure('american-order')
    return assembled(year, month, day, time)
  }
  const named = DAY_MONTH_NAME.exec(cell)
  if (named) {
    const [, day, name = '', year, ...time] = named
    const month = monthOf(name)
    return month === 0 ? failure('not-a-date') : assembled(year, String(month), day, time)
  }
  return failure(/^\d{5}(\.\d+)?$/.test(cell) ? 'serial-number' : 'not-a-date')
}

/** Which order the numbers of a date show beyond doubt: `either` where both give a day; undefined for every other form. */
export function numberOrder(text: string): 'english' | 'american' | 'either' | undefined {
  const found = LITTLE_END.exec(text.trim().replace(WEEKDAY, ''))
  if (!found) return undefined
  const [first, second] = [Number(found[1]), Number(found[2])]
  if (first > 12) return second <= 12 ? 'english' : undefined
  if (second > 12) return 'american'
  return first === second ? undefined : 'either'
}

/** The same for a day, whose time of day, where a spreadsheet adds one, says nothing. */
export function parseEnglishDate(text: string): Result<CalendarDate, DateFault> {
  const time = parseEnglishTime(text)
  if (!time.ok) return time
  const day = parseCalendarDate(time.value)
  return day ? success(day) : failure('no-such-day')
}

function assembled(
  year = '',
  month = '',
  day = '',
  [hour = '0', minute = '00', second = '00', half, offset]: readonly (string | undefined)[],
): Result<PlanTime, DateFault> {
  if (year.length === 2) return failure('two-digit-year')
  const date = `${year}${month.padStart(2, '0')}${day.padStart(2, '0')}`
  if (!parseCalendarDate(date)) return failure('no-such-day')
  const hours = half === undefined ? Number(hour) : inFullDay(Number(hour), half)
  if (hours === undefined || hours > 23 || Number(minute) > 59 || Number(second) > 59) {
    return failure('no-such-time')
  }
  const clock = String(hours).padStart(2, '0') + minute
  if (offset === undefined) return asPlanTime(date + clock)
  const iso = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${clock.slice(0, 2)}:${minute}:${second}`
  const zone = /^z$/i.test(offset) ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(-2)}`
  const instant = new Date(iso + zone)
  return Number.isNaN(instant.getTime()) ? failure('no-such-time') : asPlanTime(planTimeOf(instant))
}

function asPlanTime(text: string): Result<PlanTime, DateFault> {
  const time = parsePlanTime(text)
  if (time) return success(time)
  // Outside the centuries that plans can lie in there is no day either.
  return failure(/^(?:19|20)/.test(text) ? 'no-such-time' : 'no-such-day')
}

function inFullDay(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
}

/** The number of a month by its name or the first three or four letters; 0 where it is none. */
function monthOf(name: string): number {
  const folded = name.toLowerCase()
  return (
    MONTHS.findIndex(month => month === folded || [month.slice(0, 3), month.slice(0, 4)].includes(folded)) + 1
  )
}
