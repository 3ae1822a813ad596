/** A query that was made longer ago is a copy of an old one (rule 11.8), in hours. The ids of queries are kept as long. */
export const LONGEST_QUERY_AGE_HOURS = 24

/** How far the clock of an asking system may be ahead, in minutes. */
const CLOCK_AHEAD_MINUTES = 5

/** Whether a query may still be answered by when it was made. Both are instants; the ends count. */
export function isTimely(madeAt: Date, now: Date): boolean {
  const age = now.getTime() - madeAt.getTime()
  return age <= LONGEST_QUERY_AGE_HOURS * 3_600_000 && age >= -CLOCK_AHEAD_MINUTES * 60_000
}
