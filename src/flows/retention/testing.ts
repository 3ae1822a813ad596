import { v7 as newId } from 'uuid'
import { NO_JOBS } from '../../../test/support/records.ts'
import {
  PERIODS,
  type PeriodName,
  RETAINED_KINDS,
  type RetainedKind,
} from '../../domain/retention/personal-data.ts'
import type { Database } from '../../storage/open-database.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import { type KeepRetentionDeps, keepRetention } from './keep-retention.ts'

/** The periods as they usually are (days). */
export const USUAL_DAYS = Object.fromEntries(
  Object.entries(PERIODS).map(([name, { days }]) => [name, days]),
) as Readonly<Record<PeriodName, number>>

/** What the job needs, for tests: a clock that stands, and steps so small that every table is on several pages. */
export function retentionDeps(
  database: Database,
  now: () => Date,
  change: Partial<KeepRetentionDeps> = {},
): KeepRetentionDeps {
  return {
    storage: storageOn(database, NO_JOBS),
    clock: { now },
    newId,
    retention: { days: USUAL_DAYS, everyHours: 24, rows: 3, pauseMs: 0 },
    isFeedReliedOn: false,
    sleep: async () => undefined,
    ...change,
  }
}

/** Whole passes over every kind, or over those that are named, at an instant, whether or not they are due. */
export async function passAt(
  database: Database,
  at: Date,
  {
    kinds = RETAINED_KINDS,
    ...change
  }: Partial<KeepRetentionDeps> & { readonly kinds?: readonly RetainedKind[] } = {},
): Promise<Awaited<ReturnType<typeof keepRetention>>> {
  const never = new Date('2200-01-01T00:00:00Z')
  await database.kysely
    .insertInto('retention_pass')
    .values(RETAINED_KINDS.map(kind => ({ kind, due_at: never })))
    .onConflict(conflict => conflict.column('kind').doUpdateSet({ due_at: never }))
    .execute()
  for (const kind of kinds)
    await database.kysely.updateTable('retention_pass').set({ due_at: at }).where('kind', '=', kind).execute()
  return keepRetention(retentionDeps(database, () => at, change))
}
