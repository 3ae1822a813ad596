import { type Kysely, type Selectable, sql } from 'kysely'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { LegalHold, RetentionStore } from '../../flows/retention/ports.ts'
import type { Schema } from '../schema.ts'

/** What must not be removed, whatever its period (rule 23.10). */
export function legalHolds(db: Kysely<Schema>): Pick<RetentionStore, 'holds' | 'placeHold' | 'releaseHold'> {
  return {
    holds: async () => {
      const rows = await db.selectFrom('legal_hold').selectAll().orderBy('placed_at').orderBy('id').execute()
      return rows.map(readHold)
    },

    placeHold: async ({ id, what, reason, placedAt, placedBy }) => {
      await sql`select from legal_hold_lock for update`.execute(db)
      const number = 'person' in what ? what.person : null
      const authority = 'authority' in what ? what.authority : null
      const { rows } = await sql<Selectable<Schema['legal_hold']>>`
        select * from legal_hold where nhs_number = ${number} or authority = ${authority}`.execute(db)
      if (rows[0]) return readHold(rows[0])
      await db
        .insertInto('legal_hold')
        .values({ id, nhs_number: number, authority, reason, placed_at: placedAt, placed_by: placedBy })
        .execute()
      return undefined
    },

    releaseHold: async id => {
      const row = await db.deleteFrom('legal_hold').where('id', '=', id).returningAll().executeTakeFirst()
      return row && readHold(row)
    },
  }
}

function readHold(row: Selectable<Schema['legal_hold']>): LegalHold {
  return {
    id: row.id,
    what:
      row.nhs_number === null
        ? { authority: row.authority as OdsCode }
        : { person: row.nhs_number as NhsNumber },
    reason: row.reason,
    placedAt: row.placed_at,
    placedBy: row.placed_by,
  }
}
