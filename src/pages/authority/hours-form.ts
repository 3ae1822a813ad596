import { z } from 'zod'
import { isBankHoliday } from '../../domain/bank-holidays.ts'
import { addDays, type CalendarDate, endOfDay, startOfDay } from '../../domain/english-time.ts'
import {
  type OfficeHours,
  parseOfficeHours,
  readOfficeHours,
  WEEKDAYS,
  type WrittenHours,
  writeOfficeHours,
} from '../../domain/registration/office-hours.ts'
import { readSpans, writeSpans } from '../../domain/registration/opening-spans.ts'
import { type KnownHours, type Opening, openingsOn } from '../../domain/registration/opening-times.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { FormProblem } from '../form-problems.ts'
import { englishTime, englishWeekday } from '../words.ts'

/** What an officer typed of their authority's hours: a field for each day of the week, and the rest. */
export const hoursFields = z.object({
  Mon: z.string(),
  Tue: z.string(),
  Wed: z.string(),
  Thu: z.string(),
  Fri: z.string(),
  Sat: z.string(),
  Sun: z.string(),
  bankHolidays: z.string(),
  special: z.string(),
  duty: z.string(),
  dutyHours: z.string(),
})
export type HoursFields = z.infer<typeof hoursFields>

/** The form of hours that were said, or an empty one, in which nothing is said for anybody. */
export function fieldsOfHours(hours: OfficeHours | undefined): HoursFields {
  const read = hours && readOfficeHours(hours)
  const week = Object.fromEntries(
    WEEKDAYS.map((name, day) => [name, read ? writeSpans(read.week[day] ?? []) : '']),
  ) as Pick<HoursFields, (typeof WEEKDAYS)[number]>
  return {
    ...week,
    bankHolidays: read ? writeSpans(read.bankHolidays) : 'closed',
    special: hours ? itemsOf(hours, /^\d/) : '',
    duty: read === undefined ? '' : typeof read.duty === 'string' ? read.duty : 'own',
    dutyHours:
      hours && typeof read?.duty === 'object' ? itemsOf(hours, /^duty /).replaceAll('duty ', '') : '',
  }
}

function itemsOf(hours: OfficeHours, wanted: RegExp): string {
  return hours
    .split('; ')
    .filter(item => wanted.test(item))
    .join('\n')
}

/** Reads the hours, or what is wrong in each field. An empty day is closed. */
export function readHoursForm(fields: HoursFields): Result<OfficeHours, readonly FormProblem[]> {
  const problems: FormProblem[] = []
  const spansOf = (field: (typeof WEEKDAYS)[number] | 'bankHolidays') => {
    const read = readSpans(fields[field] || 'closed')
    if (read.ok) return read.value
    problems.push({ field, text: sentence(read.fault) })
    return []
  }
  /** Lines that are hours only beside those of a week. */
  const linesOf = (field: 'special' | 'dutyHours', before: string): WrittenHours | undefined => {
    const lines = fields[field]
      .split(/[;\n]/)
      .map(line => line.trim())
      .filter(Boolean)
    const wrong = field === 'special' ? lines.find(line => !/^\d/.test(line)) : undefined
    const read = parseOfficeHours(
      ['Mon 09:00-17:00', ...lines.map(line => before + line.replace(/^duty /i, ''))].join('; '),
    )
    if (wrong !== undefined)
      problems.push({ field, text: `Begin each line with a date, for example 2026-12-24: “${wrong}”` })
    else if (!read.ok) problems.push({ field, text: sentence(read.fault) })
    else return readOfficeHours(read.value)
    return undefined
  }
  const week = WEEKDAYS.map(spansOf)
  const bankHolidays = spansOf('bankHolidays')
  if (problems.length === 0 && week.every(day => day.length === 0))
    problems.push({ field: 'Mon', text: 'Enter when the office is open, for example 08:30-16:30' })
  const special = linesOf('special', '')?.special ?? []
  const duty = fields.duty === 'own' ? linesOf('dutyHours', 'duty ')?.duty : fields.duty
  if (fields.duty === 'own' && fields.dutyHours.trim() === '')
    problems.push({
      field: 'dutyHours',
      text: 'Enter when the duty team answers, for example Mon-Fri 16:30-24:00',
    })
  else if (fields.duty === '') problems.push({ field: 'duty', text: 'Choose when the duty team answers' })
  if (problems.length > 0 || duty === undefined) return failure(problems)
  const own =
    duty === 'when-closed' || duty === 'all-hours' ? duty : typeof duty === 'object' ? duty : 'when-closed'
  // Read again, so that the limits of the whole hold as well.
  const whole = parseOfficeHours(writeOfficeHours({ week, bankHolidays, special, duty: own }))
  return whole.ok ? success(whole.value) : failure([{ field: 'special', text: sentence(whole.fault) }])
}

/** Without a stop at its end, and beginning like a sentence. */
function sentence(fault: string): string {
  const text = fault.replace(/\.$/, '')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

export interface ShownDay {
  readonly day: string
  readonly office: string
  readonly duty: string
  /** Why the day is not like others of its name. */
  readonly note?: string
}

const DAYS_SHOWN = 7

/** The seven days from one on, as clinicians will be told: whether the office is open and the duty team answers. */
export function comingWeek(known: KnownHours, today: CalendarDate): readonly ShownDay[] {
  const { special } = readOfficeHours(known.hours)
  return Array.from({ length: DAYS_SHOWN }, (_, by) => {
    const day = addDays(today, by)
    const { office, duty } = openingsOn(known, day, day)
    const note = special.some(({ first, last }) => first <= day && day <= last)
      ? 'Special day'
      : isBankHoliday(day, known.holidays)
        ? 'Bank holiday'
        : undefined
    return {
      day: englishWeekday(day),
      office: office.length === 0 ? 'Closed' : openingWords(day, office),
      duty: duty.length === 0 ? 'Not in its hours' : openingWords(day, duty),
      ...(note !== undefined && { note }),
    }
  })
}

function openingWords(day: CalendarDate, openings: readonly Opening[]): string {
  const isAllDay = ({ from, to }: Opening) => from <= startOfDay(day) && to >= endOfDay(day)
  if (openings.some(isAllDay)) return 'All day'
  return openings.map(({ from, to }) => `${timeWords(from)} to ${timeWords(to)}`).join(' and ')
}

/** 9am, noon, midnight: GOV.UK writes those two as words. */
function timeWords(instant: Date): string {
  const time = englishTime(instant).replace(':00', '')
  return time === '12am' ? 'midnight' : time === '12pm' ? 'noon' : time
}
