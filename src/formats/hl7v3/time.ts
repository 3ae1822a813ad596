import { englishInstant, parseCalendarDate, planTimeOf } from '../../domain/english-time.ts'

const TIMESTAMP =
  /^((?:19|20)\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,9}))?)?)?)?)?)?([+-]\d{1,2}(?:\d\d)?)?$/

/**
 * Reads a point in time (data type TS) as an instant; undefined where it does not exist. Parts may be missing from the right:
 * they count as the beginning of the period. Without an offset it is English local time.
 */
export function parseTimestamp(text: string): Date | undefined {
  const parts = TIMESTAMP.exec(text)
  if (!parts) return undefined
  const [
    ,
    yearText = '',
    monthText = '01',
    dayText = '01',
    hourText = '0',
    minuteText = '0',
    secondText = '0',
  ] = parts
  const [hour, minute, second] = [Number(hourText), Number(minuteText), Number(secondText)]
  if (!parseCalendarDate(yearText + monthText + dayText) || hour > 23 || minute > 59 || second > 59)
    return undefined
  const [year, month, day] = [Number(yearText), Number(monthText), Number(dayText)]
  const milliseconds = Math.floor(Number(`0.${parts[7] ?? 0}`) * 1000)
  if (parts[8] === undefined) {
    return new Date(englishInstant({ year, month, day, hour, minute, second }).getTime() + milliseconds)
  }
  const offset = offsetMinutes(parts[8])
  if (offset === undefined) return undefined
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - offset * 60_000)
}

const HOUR_MS = 3_600_000

/**
 * Reads when a file was made, which says which of two is newer (rule 3.6). Of a time without an offset in the hour that comes twice nobody
 * can say which of the two it was: each counts as the moment between them, so that sequence numbers decide.
 */
export function parseFileTime(text: string): Date | undefined {
  const read = parseTimestamp(text)
  if (!read || TIMESTAMP.exec(text)?.[8] !== undefined) return read
  const anHourLater = new Date(read.getTime() + HOUR_MS)
  return planTimeOf(anHourLater) === planTimeOf(read)
    ? new Date(Math.floor(anHourLater.getTime() / HOUR_MS) * HOUR_MS)
    : read
}

/** Writes an instant to the second, in Greenwich time: `yyyymmddhhmmss+0000`. */
export function writeTimestamp(instant: Date): string {
  return `${instant.toISOString().slice(0, 19).replace(/[-T:]/g, '')}+0000`
}

/** `+ZZzz` or `+ZZ`, up to the widest offset in use anywhere. */
function offsetMinutes(text: string): number | undefined {
  const digits = text.slice(1)
  const [hours, minutes] = digits.length > 2 ? [digits.slice(0, -2), digits.slice(-2)] : [digits, '0']
  const offset = Number(hours) * 60 + Number(minutes)
  if (Number(minutes) > 59 || offset > 14 * 60) return undefined
  return text.startsWith('-') ? -offset : offset
}
