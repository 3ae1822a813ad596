import type { Kysely } from 'kysely'
import type { CalendarDate } from '../../domain/english-time.ts'
import type { HolidayStore } from '../../flows/registration/ports.ts'
import type { Schema } from '../schema.ts'

/** The bank holidays that an operator has set. */
export function holidayStore(db: Kysely<Schema>): HolidayStore {
  const list = async () =>
    (await db.selectFrom('bank_holiday').selectAll().orderBy('day').execute()).map(({ day, ...said }) => ({
      day: day as CalendarDate,
      ...said,
    }))
  return {
    list,
    days: async () => (await list()).map(({ day }) => day),
    replace: async holidays => {
      await db.deleteFrom('bank_holiday').execute()
      if (holidays.length > 0)
        await db
          .insertInto('bank_holiday')
          .values([...holidays])
          .execute()
    },
  }
}
