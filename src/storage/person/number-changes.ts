import { type Kysely, sql } from 'kysely'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { NumberChanges } from '../../flows/person/ports.ts'
import { authoritiesToNotify } from '../notification/authorities-to-notify.ts'
import type { Schema } from '../schema.ts'

/** What authorities are still to be told of numbers that are no longer in use (rules 14.2, 14.4 and 6.5). */
export function numberChanges(db: Kysely<Schema>): NumberChanges {
  return {
    authoritiesWaiting: () =>
      authoritiesToNotify(
        db,
        sql`select from number_change c where c.authority = a.ods_code and c.message_id is null and not c.told_at_desk`,
      ),

    take: async (authority, limit) => {
      // Told is only what is still true: PDS may have said something else meanwhile, and the authority may have uploaded the plan under
      // another number of the person, or ended it.
      await sql`
        delete from number_change c
        where authority = ${authority} and message_id is null and not told_at_desk and not exists (
          select from person_number n
          cross join lateral (
            select * from speaking_plan s where s.person = n.person and s.nhs_number = n.nhs_number offset 0
          ) p
          where n.nhs_number = c.nhs_number and n.state in ('replaced', 'invalid', 'unknown')
            and coalesce(n.replaced_by, '') = c.replacement and p.authority = c.authority and p.delete_time is null
        )`.execute(db)
      const rows = await db
        .selectFrom('number_change')
        .selectAll()
        .where('authority', '=', authority)
        .where('message_id', 'is', null)
        .where('told_at_desk', '=', false)
        .orderBy('noticed_at')
        .orderBy('nhs_number')
        .limit(limit)
        .forUpdate()
        .skipLocked()
        .execute()
      return rows.map(row => ({
        nhsNumber: row.nhs_number as NhsNumber,
        replacements: row.replacement === '' ? [] : [row.replacement as NhsNumber],
        uploadSequence: row.upload_sequence,
        ...(row.local_id !== null && { localId: row.local_id }),
        ...(row.local_id_authority !== null && { localIdAuthority: row.local_id_authority }),
      }))
    },

    markDelivered: async (authority, numbers, messageId) => {
      const told = numbers.map(({ nhsNumber, replacements }) => ({
        nhsNumber,
        replacement: replacements[0] ?? '',
      }))
      await sql`
        update number_change c set message_id = ${messageId}
        from jsonb_to_recordset(${JSON.stringify(told)}::jsonb) as told("nhsNumber" text, replacement text)
        where c.authority = ${authority} and c.nhs_number = told."nhsNumber" and c.replacement = told.replacement
          and c.message_id is null`.execute(db)
    },

    putBack: async messageId => {
      const { numUpdatedRows } = await db
        .updateTable('number_change')
        .set({ message_id: null })
        .where('message_id', '=', messageId)
        .executeTakeFirstOrThrow()
      return Number(numUpdatedRows)
    },
  }
}
