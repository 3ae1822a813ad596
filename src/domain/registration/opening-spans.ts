import { failure, type Result, success } from '../result.ts'

/** A part of an English day, in minutes since it began: from 0 to 1440, the end not included. */
export interface Span {
  readonly from: number
  readonly to: number
}

const MINUTES_OF_DAY = 1440
const MOST_SPANS = 6

/** Reads `08:30-12:00, 13:00-16:30`, `8.30am to 4.30pm` or `closed`; the fault says how to write it. */
export function readSpans(text: string): Result<readonly Span[], string> {
  if (/^closed$/i.test(text.trim())) return success([])
  if (/^all day$/i.test(text.trim())) return success([{ from: 0, to: MINUTES_OF_DAY }])
  const spans: Span[] = []
  for (const part of text.split(/,| and /i)) {
    const [from, to, more] = part.split(/ ?[-–] ?| to /i).map(readTime)
    if (from === undefined || to === undefined || more !== undefined)
      return failure('write hours like 08:30-16:30 or 8:30am-4:30pm, or write closed.')
    if (from >= to)
      return failure(
        `the end must be later than the start. Write the afternoon as 16:30 or 4:30pm, and hours past midnight as two: 17:00-24:00, and from 00:00 on the next day.`,
      )
    if ((spans.at(-1)?.to ?? -1) >= from)
      return failure('hours of a day must follow each other and not touch.')
    spans.push({ from, to })
  }
  return spans.length > MOST_SPANS ? failure(`name at most ${MOST_SPANS} spans of a day.`) : success(spans)
}

/** `08:30-12:00, 13:00-16:30`, or `closed`. */
export function writeSpans(spans: readonly Span[]): string {
  if (spans.length === 0) return 'closed'
  return spans.map(({ from, to }) => `${writeTime(from)}-${writeTime(to)}`).join(', ')
}

function writeTime(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

/** Minutes since midnight; 24:00 is the end of the day. */
function readTime(text: string): number | undefined {
  const [, hours, minutes = '00', half] = /^(\d{1,2})(?:[:.]?(\d\d))? ?(am|pm)?$/i.exec(text.trim()) ?? []
  if (hours === undefined || Number(minutes) > 59) return undefined
  const hour = Number(hours)
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined
    return ((hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)) * 60 + Number(minutes)
  }
  const time = hour * 60 + Number(minutes)
  return time <= MINUTES_OF_DAY ? time : undefined
}
