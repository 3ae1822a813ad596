import type { HolidaysSet } from '../domain/bank-holidays.ts'
import type { PageDeps } from './page-deps.ts'

/**
 * The bank holidays that were set (rule 16.13); those that are worked out where the database cannot be asked, since they only order the
 * numbers of authorities whose hours are not known.
 */
export async function holidaysOf({ flows }: Pick<PageDeps, 'flows'>): Promise<HolidaysSet> {
  return flows.storage.holidays.days().catch(() => [])
}
