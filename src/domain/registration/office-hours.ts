import type { Branded } from '../branded.ts'
import { type CalendarDate, parseCalendarDate } from '../english-time.ts'
import { failure, type Result, success } from '../result.ts'
import { readSpans, type Span, writeSpans } from './opening-spans.ts'

/**
 * When an authority's office is open and its duty team answers, by the English clock, in one line that people write and read (rule 16.11):
 * `Mon-Thu 08:30-16:30; Fri 08:30-16:00; 2026-12-24 08:30-12:00; duty at all hours`. Always in the form that `writeOfficeHours` gives it.
 */
export type OfficeHours = Branded<string, 'OfficeHours'>

/** Days with hours of their own, the last one included. */
export interface SpecialDays {
  readonly first: CalendarDate
  readonly last: CalendarDate
  readonly spans: readonly Span[]
}

/** Hours of a week, Monday first. */
export type Week = readonly (readonly Span[])[]

/**
 * When the duty team answers: whenever the office is closed, at all hours, or in hours of its own. With its own hours it answers on special
 * days, and on bank holidays unless they are said, whenever the office is closed.
 */
export type DutyHours =
  | 'when-closed'
  | 'all-hours'
  | { readonly week: Week; readonly bankHolidays?: readonly Span[] }

export interface WrittenHours {
  readonly week: Week
  /** Closed unless said. */
  readonly bankHolidays: readonly Span[]
  readonly special: readonly SpecialDays[]
  readonly duty: DutyHours
}

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const LONGEST_TEXT = 2_000
const MOST_SPECIAL = 40
/** A longer closing is more likely a wrong year. */
const LONGEST_SPECIAL_DAYS = 31
const DAY_MS = 86_400_000

/** Reads hours; the fault says what cannot be read and how to write it. */
export function parseOfficeHours(text: string): Result<OfficeHours, string> {
  const read = readItems(text)
  return read.ok ? success(writeOfficeHours(read.value)) : read
}

/** What the line says. */
export function readOfficeHours(hours: OfficeHours): WrittenHours {
  const read = readItems(hours)
  if (!read.ok) throw new Error(`Not office hours: ${read.fault}`)
  return read.value
}

/** The one line, days with the same hours together, what goes without saying left out. */
export function writeOfficeHours({ week, bankHolidays, special, duty }: WrittenHours): OfficeHours {
  const ofDuty =
    duty === 'when-closed'
      ? []
      : duty === 'all-hours'
        ? ['at all hours']
        : [
            ...weekWords(duty.week),
            ...(duty.bankHolidays ? [`bank holidays ${writeSpans(duty.bankHolidays)}`] : []),
          ]
  return [
    ...weekWords(week),
    ...(bankHolidays.length > 0 ? [`bank holidays ${writeSpans(bankHolidays)}`] : []),
    ...special
      .toSorted((one, other) => (one.first < other.first ? -1 : 1))
      .map(({ first, last, spans }) => `${first}${last === first ? '' : ` to ${last}`} ${writeSpans(spans)}`),
    ...ofDuty.map(words => `duty ${words}`),
  ].join('; ') as OfficeHours
}

function weekWords(week: Week): string[] {
  const words = week.map(writeSpans)
  return words.flatMap((hours, day) => {
    if (week[day]?.length === 0 || words[day - 1] === hours) return []
    const next = words.findIndex((other, later) => later > day && other !== hours)
    const last = next === -1 ? words.length - 1 : next - 1
    return [`${WEEKDAYS[day]}${last === day ? '' : `-${WEEKDAYS[last]}`} ${hours}`]
  })
}

interface Reading {
  readonly office: Map<number, readonly Span[]>
  readonly duty: Map<number, readonly Span[]>
  bankHolidays?: readonly Span[]
  dutyBankHolidays?: readonly Span[]
  dutyAlways?: 'when-closed' | 'all-hours'
  readonly special: SpecialDays[]
}

function readItems(text: string): Result<WrittenHours, string> {
  if (text.length > LONGEST_TEXT) return failure(`Use ${LONGEST_TEXT} letters or fewer.`)
  const reading: Reading = { office: new Map(), duty: new Map(), special: [] }
  for (const item of text.split(/[;\n]/).map(part => part.trim().replaceAll(/\s+/g, ' '))) {
    const fault = item === '' ? undefined : readItem(reading, item)
    if (fault) return failure(fault)
  }
  const { office, duty, bankHolidays = [], dutyBankHolidays, dutyAlways, special } = reading
  if (![...office.values()].some(spans => spans.length > 0))
    return failure(
      'Say when the office is open in an ordinary week, for example Mon-Thu 08:30-16:30; Fri 08:30-16:00.',
    )
  const own = duty.size > 0 || dutyBankHolidays !== undefined
  if (own && dutyAlways) return failure('Say of the duty team either hours of its own or when it answers.')
  if (own && ![...duty.values()].some(spans => spans.length > 0))
    return failure(
      'Say when the duty team answers in an ordinary week, for example duty Mon-Fri 16:30-24:00.',
    )
  const weekOf = (days: ReadonlyMap<number, readonly Span[]>) => WEEKDAYS.map((_, day) => days.get(day) ?? [])
  return success({
    week: weekOf(office),
    bankHolidays,
    special,
    duty: own
      ? { week: weekOf(duty), ...(dutyBankHolidays && { bankHolidays: dutyBankHolidays }) }
      : (dutyAlways ?? 'when-closed'),
  })
}

/** Answers what is wrong with an item. */
function readItem(reading: Reading, item: string): string | undefined {
  const [, isDuty, rest = ''] = /^(duty(?: team)?:? )?(.*)$/i.exec(item) ?? []
  if (isDuty && /^(?:at all hours|always)$/i.test(rest)) return answers(reading, 'all-hours')
  if (isDuty && /^(?:when(?:ever)? (?:the office is )?closed)$/i.test(rest))
    return answers(reading, 'when-closed')
  const [, days = '', hours = ''] =
    /^(bank holidays?|\d{4}-\d\d-\d\d(?: to \d{4}-\d\d-\d\d)?|[a-z]{3,}(?:(?: ?[-,–] ?| to | and )[a-z]{3,})*):? (.+)$/i.exec(
      rest,
    ) ?? []
  if (hours === '') return `“${item}” cannot be read. Write days and hours, for example Mon-Thu 08:30-16:30.`
  const spans = readSpans(hours)
  if (!spans.ok) return `“${item}”: ${spans.fault}`
  if (/^bank/i.test(days)) {
    const name = isDuty ? 'dutyBankHolidays' : 'bankHolidays'
    if (reading[name]) return `Say once what happens on bank holidays: “${item}”.`
    reading[name] = spans.value
    return undefined
  }
  if (/^\d/.test(days))
    return isDuty
      ? `“${item}”: on special days the duty team answers whenever the office is closed.`
      : readSpecial(reading, days, spans.value)
  return readDays(isDuty ? reading.duty : reading.office, days, spans.value, item)
}

function answers(reading: Reading, always: NonNullable<Reading['dutyAlways']>): string | undefined {
  if (reading.dutyAlways) return 'Say once when the duty team answers.'
  reading.dutyAlways = always
  return undefined
}

function readDays(
  known: Map<number, readonly Span[]>,
  days: string,
  spans: readonly Span[],
  item: string,
): string | undefined {
  for (const part of days.split(/ ?, ?| and /i)) {
    const [first = -1, last = first] = part.split(/ ?[-–] ?| to /i).map(dayNamed)
    if (first < 0 || last < first) return `“${item}”: name days from Mon to Sun, the earlier one first.`
    for (let day = first; day <= last; day++) {
      if (known.has(day)) return `${WEEKDAYS[day]} is named twice.`
      known.set(day, spans)
    }
  }
  return undefined
}

const DAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** Three letters or more of its name; otherwise -1. */
function dayNamed(name: string): number {
  return DAY_NAMES.findIndex(full => name.length >= 3 && full.startsWith(name.toLowerCase()))
}

function readSpecial(reading: Reading, days: string, spans: readonly Span[]): string | undefined {
  const [first, last = first] = days.split(/ to /i).map(parseCalendarDate)
  if (!first || !last)
    return `${days}: there is no such day. Write year, month and day, for example 2026-12-24.`
  const length = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1
  if (length < 1) return `${days}: the earlier day stands first.`
  if (length > LONGEST_SPECIAL_DAYS)
    return `${days}: at most ${LONGEST_SPECIAL_DAYS} days. Is the year right?`
  if (reading.special.some(other => first <= other.last && other.first <= last))
    return `${days}: one of these days is named twice.`
  if (reading.special.length === MOST_SPECIAL)
    return `Name at most ${MOST_SPECIAL} special days. Take away those that are over.`
  reading.special.push({ first, last, spans })
  return undefined
}
