/** Days of R4: a `date` or `dateTime` may be a year, a month, a day, or a moment with its offset. */

const DATE_TIME = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?$/

/** The first English day, `YYYY-MM-DD`, of what a `dateTime` names; undefined where it is none. */
export function firstDayOf(dateTime: string): string | undefined {
  return dayOf(dateTime, (year, month) => [year, month ?? 1, 1])
}

/** The last English day of what a `dateTime` names: the end of a period holds all of it (R4, Period). */
export function lastDayOf(dateTime: string): string | undefined {
  // Day 0 of a month is the last of the one before.
  return dayOf(dateTime, (year, month) => [year, (month ?? 12) + 1, 0])
}

/** The English day an instant falls on, `YYYY-MM-DD`. */
export function englishDayOf(instant: Date): string {
  // Swedish dates are written in this form.
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone: 'Europe/London' }).format(instant)
}

function dayOf(
  dateTime: string,
  dayOfPart: (year: number, month: number | undefined) => readonly [number, number, number],
): string | undefined {
  const [, year, month, day, time] = DATE_TIME.exec(dateTime) ?? []
  if (year === undefined || Number(month ?? 1) < 1 || Number(month ?? 1) > 12) return undefined
  if (time !== undefined) {
    const instant = new Date(dateTime)
    return Number.isNaN(instant.getTime()) ? undefined : englishDayOf(instant)
  }
  if (day === undefined) {
    const [of, nth, date] = dayOfPart(Number(year), month === undefined ? undefined : Number(month))
    return new Date(Date.UTC(of, nth - 1, date)).toISOString().slice(0, 10)
  }
  const written = new Date(`${dateTime}T00:00:00Z`)
  const exists = !Number.isNaN(written.getTime()) && written.toISOString().startsWith(dateTime)
  return exists ? dateTime : undefined
}
