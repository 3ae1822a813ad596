import { addDays, type CalendarDate, localDay } from '../../domain/english-time.ts'
import { COUNTED, type Counted, type HourCount } from '../../flows/watch/ports.ts'

/** So many days are shown, today included. */
export const DAYS_SHOWN = 30

const WIDTH = 600
const HEIGHT = 90
const STEP = WIDTH / DAYS_SHOWN

const TITLES: Readonly<Record<Counted, string>> = {
  queries: 'Questions answered',
  uploads: 'Files received',
  notifications: 'Notifications to authorities',
}

export interface Volumes {
  /** The oldest first. */
  readonly days: readonly ({ readonly day: CalendarDate } & Readonly<Record<Counted, number>>)[]
  readonly charts: readonly {
    readonly what: Counted
    readonly title: string
    readonly highest: number
    readonly total: number
    readonly path: string
  }[]
}

/** Hours as English days, and each kind as bars; a day on which anything happened has a bar that can be seen. */
export function volumesOf(hours: readonly HourCount[], now: Date): Volumes {
  const today = localDay(now)
  const days = Array.from({ length: DAYS_SHOWN }, (_, nth) => ({
    day: addDays(today, nth + 1 - DAYS_SHOWN),
    queries: 0,
    uploads: 0,
    notifications: 0,
  }))
  const byDay = new Map(days.map(day => [day.day, day]))
  for (const { hour, what, count } of hours) {
    const day = byDay.get(localDay(hour))
    if (day) day[what] += count
  }
  const charts = COUNTED.map(what => {
    const counts = days.map(day => day[what])
    const highest = Math.max(...counts)
    return {
      what,
      title: TITLES[what],
      highest,
      total: counts.reduce((sum, count) => sum + count, 0),
      path: counts.map((count, nth) => bar(nth, count, highest)).join(''),
    }
  })
  return { days, charts }
}

function bar(nth: number, count: number, highest: number): string {
  if (count === 0) return ''
  const height = Math.max(2, Math.round((count / highest) * HEIGHT))
  return `M${nth * STEP + 2} ${HEIGHT}v-${height}h${STEP - 4}v${height}z`
}
