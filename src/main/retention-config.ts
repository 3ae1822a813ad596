import { z } from 'zod'
import type { PeriodName } from '../domain/retention/personal-data.ts'
import { whole } from './setting-kinds.ts'

/** How long personal data are kept, and how the job that removes them works (rules 23.1 and 23.9). */
export interface RetentionConfig {
  /** The length of each period (days). */
  readonly days: Readonly<Record<PeriodName, number>>
  /** How long after a pass the next one begins (hours). */
  readonly everyHours: number
  /** How many rows a step looks at. */
  readonly rows: number
  /** How long the job rests after each step (milliseconds). */
  readonly pauseMs: number
}

/** A hundred years: who wants more has made a mistake. */
const LONGEST = 36_525
/** A file can be a year old at most, and a missed appointment reported a year later: what depends on them is kept longer. */
const LONGER_THAN_A_YEAR = 367

/** To be spread into the environment. */
export const retentionSettings = {
  CPIS_KEEP_PLANS_DAYS: whole(LONGER_THAN_A_YEAR, LONGEST).default(730),
  CPIS_KEEP_ACCESSES_DAYS: whole(30, LONGEST).default(730),
  CPIS_KEEP_NOTIFICATIONS_DAYS: whole(LONGER_THAN_A_YEAR, LONGEST).default(730),
  CPIS_KEEP_REFUSED_DAYS: whole(1, LONGEST).default(90),
  CPIS_KEEP_FILES_DAYS: whole(7, 365).default(90),
  CPIS_KEEP_DECISIONS_DAYS: whole(30, LONGEST).default(730),
  CPIS_RETENTION_HOURS: whole(1, 24 * 7).default(24),
  CPIS_RETENTION_ROWS: whole(10, 10_000).default(1000),
  CPIS_RETENTION_PAUSE_MS: whole(0, 60_000).default(100),
}

const settings = z.object(retentionSettings)

export function retentionConfig(set: z.infer<typeof settings>): RetentionConfig {
  return {
    days: {
      plans: set.CPIS_KEEP_PLANS_DAYS,
      accesses: set.CPIS_KEEP_ACCESSES_DAYS,
      notifications: set.CPIS_KEEP_NOTIFICATIONS_DAYS,
      refused: set.CPIS_KEEP_REFUSED_DAYS,
      files: set.CPIS_KEEP_FILES_DAYS,
      decisions: set.CPIS_KEEP_DECISIONS_DAYS,
    },
    everyHours: set.CPIS_RETENTION_HOURS,
    rows: set.CPIS_RETENTION_ROWS,
    pauseMs: set.CPIS_RETENTION_PAUSE_MS,
  }
}
