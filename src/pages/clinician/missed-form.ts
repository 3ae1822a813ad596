import { englishInstant, localDay, parseCalendarDate, planTimeOf } from '../../domain/english-time.ts'
import { checkAppointmentTime } from '../../domain/notification/missed-appointment.ts'
import { failure, type Result, success } from '../../domain/result.ts'

/** What somebody typed about a missed appointment. */
export interface MissedFields {
  readonly day: string
  readonly month: string
  readonly year: string
  readonly time: string
  readonly service: string
  readonly description: string
}

export interface Problem {
  readonly field: keyof MissedFields
  readonly text: string
}

/** As long as the FHIR API takes them. */
const LONGEST = { service: 100, description: 500 } as const

const TIME = /^(\d{1,2})(?:[:.]?(\d\d))?\s*(am|pm)?$/i

/** Reads the form: when it was, by the English clock, and what it was; or everything that is wrong, in words. */
export function readMissedForm(
  fields: MissedFields,
  now: Date,
): Result<{ start: Date; service: string; description: string }, readonly Problem[]> {
  const problems: Problem[] = []
  const { service } = fields
  // The API takes one line.
  const description = fields.description.replace(/[\p{Cc}\s]+/gu, ' ')
  const day = readDay(fields)
  const time = readTime(fields.time)
  if (!day.ok) problems.push({ field: 'day', text: day.fault })
  if (!time.ok) problems.push({ field: 'time', text: time.fault })
  const start = day.ok && time.ok ? englishInstant({ ...day.value, ...time.value, second: 0 }) : undefined
  const age = start && checkAppointmentTime(start, now)
  if (age?.ok === false) problems.push({ field: 'day', text: AGE_WORDS[age.fault.kind] })
  if (service === '') problems.push({ field: 'service', text: 'Say what kind of care it was' })
  for (const [field, text] of Object.entries({ service, description }) as [
    'service' | 'description',
    string,
  ][]) {
    const longest = LONGEST[field]
    const length = [...text].length
    if (length > longest)
      problems.push({ field, text: `Use ${longest} characters at most: this has ${length}` })
  }
  return start && problems.length === 0 ? success({ start, service, description }) : failure(problems)
}

const AGE_WORDS = {
  'not-past': 'The appointment must be over: this time has not come yet',
  'too-long-ago': 'The appointment must be in the last 365 days',
} as const

function readDay({ day, month, year }: MissedFields) {
  if (day === '' && month === '' && year === '') return failure('Enter the day of the appointment')
  const digits = [year.padStart(4, '0'), month.padStart(2, '0'), day.padStart(2, '0')].join('-')
  const date = /^[12]\d{3}-\d\d-\d\d$/.test(digits) ? parseCalendarDate(digits) : undefined
  if (!date) return failure('That day does not exist. Write it like 27 3 2026')
  return success({ year: Number(year), month: Number(month), day: Number(day) })
}

function readTime(time: string): Result<{ hour: number; minute: number }, string> {
  if (time === '') return failure('Enter the time of the appointment')
  const [, hours, minutes = '00', half] = TIME.exec(time) ?? []
  const hour = clockHour(Number(hours ?? Number.NaN), half?.toLowerCase())
  const minute = Number(minutes)
  return hour === undefined || minute > 59
    ? failure('Write the time like 2:30pm or 14:30')
    : success({ hour, minute })
}

function clockHour(hours: number, half: string | undefined): number | undefined {
  if (half === undefined) return hours < 24 ? hours : undefined
  if (!(hours >= 1 && hours <= 12)) return undefined
  return (hours % 12) + (half === 'pm' ? 12 : 0)
}

/** The form of what was said before. */
export function missedFields(start: string | undefined, service = '', description = ''): MissedFields {
  if (!start) return { day: '', month: '', year: '', time: '', service, description }
  const instant = new Date(start)
  const [year = '', month = '', day = ''] = localDay(instant).split('-')
  const time = planTimeOf(instant)
    .slice(8)
    .replace(/^(\d\d)/, '$1:')
  return { day: String(Number(day)), month: String(Number(month)), year, time, service, description }
}
