import { type CalendarDate, parseCalendarDate } from '../english-time.ts'
import { failure, type Result, success } from '../result.ts'

/** A bank holiday of the published list. */
export interface BankHoliday {
  readonly day: CalendarDate
  readonly title: string
  /** `Substitute day`, or empty. */
  readonly notes: string
}

/** One as somebody wrote it down, not yet checked. */
export interface WrittenHoliday {
  readonly date: string
  readonly title: string
  readonly notes: string
}

export interface CheckedHolidays {
  readonly holidays: readonly BankHoliday[]
  /** Years that are long over: the published list keeps them, and nothing depends on them. */
  readonly passedOver: readonly number[]
}

/** England has had eight each year since 1978, and more where one was proclaimed. */
const LEAST_A_YEAR = 8
/** More than two proclaimed in one year is a list of something else. */
const MOST_A_YEAR = 12
const YEARS_BACK = 2
const YEARS_AHEAD = 3

/**
 * Checks a list of bank holidays whole, as of an English day: each date exists and is there once, none is at a weekend unless it is a
 * substitute, no year is more than three ahead, and every year has at least eight (rule 16.13). Whole years more than two back are passed
 * over, since the published list keeps them; a list of nothing else is of the wrong years.
 */
export function checkHolidays(
  written: readonly WrittenHoliday[],
  today: CalendarDate,
): Result<CheckedHolidays, readonly string[]> {
  const thisYear = Number(today.slice(0, 4))
  const faults: string[] = []
  const holidays: BankHoliday[] = []
  for (const { date, title, notes } of written) {
    const day = /^\d{4}-\d\d-\d\d$/.test(date) ? parseCalendarDate(date) : undefined
    if (!day) faults.push(`“${date}”, ${title}: there is no such date. Write it as 2026-12-25.`)
    else if (holidays.some(known => known.day === day))
      faults.push(`${day}, ${title}: the date is there twice.`)
    else if (isWeekend(day) && !/substitute/i.test(notes))
      faults.push(`${day}, ${title}: the day is at a weekend, and is no substitute day.`)
    else holidays.push({ day, title, notes })
  }
  const years = Map.groupBy(written, ({ date }) => Number(/^\d{4}/.exec(date)?.[0] ?? thisYear))
  for (const [year, days] of [...years].sort(([one], [other]) => one - other)) {
    if (year > thisYear + YEARS_AHEAD)
      faults.push(`${year} is more than ${YEARS_AHEAD} years ahead. Check the year of ${days[0]?.title}.`)
    else if (days.length < LEAST_A_YEAR)
      faults.push(`${year} has ${days.length} of at least ${LEAST_A_YEAR} bank holidays. Name all of them.`)
    else if (days.length > MOST_A_YEAR)
      faults.push(
        `${year} has ${days.length} bank holidays, more than ${MOST_A_YEAR}. Name those of England and Wales alone.`,
      )
  }
  const isOver = (year: number) => year < thisYear - YEARS_BACK
  if ([...years.keys()].every(isOver))
    faults.push(
      `No year from ${thisYear - YEARS_BACK} to ${thisYear + YEARS_AHEAD} is in the file. Use the newest list.`,
    )
  if (faults.length > 0) return failure(faults)
  return success({
    holidays: holidays
      .filter(({ day }) => !isOver(Number(day.slice(0, 4))))
      .sort((one, other) => (one.day < other.day ? -1 : 1)),
    passedOver: [...years.keys()].filter(isOver).sort(),
  })
}

function isWeekend(day: CalendarDate): boolean {
  return [0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay())
}
