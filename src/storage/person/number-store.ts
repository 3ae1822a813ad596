import { type Kysely, sql } from 'kysely'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { NumberStore } from '../../flows/person/ports.ts'
import { authoritiesToNotify } from '../notification/authorities-to-notify.ts'
import type { Schema } from '../schema.ts'
import { linkNumbers, unlinkNumber } from './number-links.ts'

/** What the sweep remembers, so that it goes on where it stopped, and what authorities are still to be told (rules 14.1 to 14.6). */
export function numberStore(db: Kysely<Schema>): NumberStore {
  return {
    claim: async ({ at, checkedBefore, until, limit }) => {
      const { rows } = await sql<{ nhs_number: NhsNumber; held: boolean }>`
        update number_check c set claimed_until = ${until}
        where nhs_number in (
          select nhs_number from number_check
          where checked_at <= ${checkedBefore} and (claimed_until is null or claimed_until <= ${at})
          order by checked_at limit ${limit} for update skip locked
        )
        returning nhs_number, exists (
          select from plan p where p.nhs_number = c.nhs_number and p.delete_time is null and not p.silent
            and p.visible_until > ${at}
        ) as held`.execute(db)
      const over = rows.filter(row => !row.held).map(row => row.nhs_number)
      if (over.length > 0) await db.deleteFrom('number_check').where('nhs_number', 'in', over).execute()
      return rows.filter(row => row.held).map(row => row.nhs_number)
    },

    bringForward: async number => {
      await db
        .updateTable('number_check')
        .set({ checked_at: new Date(0), claimed_until: null })
        .where('nhs_number', '=', number)
        .execute()
    },

    inUse: async (number, at) => {
      await looked(db, number, at)
      const { numDeletedRows } = await db
        .deleteFrom('number_change')
        .where('nhs_number', '=', number)
        .executeTakeFirstOrThrow()
      await unlinkNumber(db, number)
      return numDeletedRows > 0n
    },

    inactive: async (number, replacement, at) => {
      await looked(db, number, at)
      if (replacement) await linkNumbers(db, number, replacement)
      const { rows } = await sql<{ authority: OdsCode }>`
        insert into number_change
          (nhs_number, authority, replacement, noticed_at, local_id, local_id_authority, upload_sequence)
        select distinct on (authority)
          nhs_number, authority, ${replacement ?? ''}, ${at}::timestamptz, local_id, local_id_authority, written_sequence
        from plan
        where nhs_number = ${number} and delete_time is null and not silent and visible_until > ${at}
        order by authority, written_created_at desc, written_sequence desc
        on conflict do nothing
        returning authority`.execute(db)
      return rows.map(row => row.authority)
    },

    link: (old, replacement) => linkNumbers(db, old, replacement),

    authoritiesWaiting: () =>
      authoritiesToNotify(
        db,
        sql`select from number_change c where c.authority = a.ods_code and c.message_id is null and not c.told_at_desk`,
      ),

    take: async (authority, limit) => {
      // An authority that uploaded the person under another number meanwhile has nothing left to be told.
      await sql`
        delete from number_change c
        where authority = ${authority} and message_id is null and not told_at_desk and not exists (
          select from plan p where p.nhs_number = c.nhs_number and p.authority = c.authority and p.delete_time is null
            and not p.silent
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
        where c.authority = ${authority} and c.nhs_number = told."nhsNumber" and c.replacement = told.replacement`.execute(
        db,
      )
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

async function looked(db: Kysely<Schema>, number: NhsNumber, at: Date): Promise<void> {
  await db
    .updateTable('number_check')
    .set({ checked_at: at, claimed_until: null })
    .where('nhs_number', '=', number)
    .execute()
}

/** PDS has just said of the people of an upload that their numbers are theirs: their next look is due in a day's time. */
export async function enrolNumbers(
  db: Kysely<Schema>,
  { id, receivedAt }: { readonly id: string; readonly receivedAt: Date },
): Promise<void> {
  await sql`
    insert into number_check as known (nhs_number, checked_at)
    select distinct u.nhs_number, ${receivedAt}::timestamptz
    from upload_plan u join upload_record r on r.upload_id = u.upload_id and r.position = u.position
    where u.upload_id = ${id} and r.fault is null
    on conflict (nhs_number) do update set checked_at = excluded.checked_at
      where known.checked_at < excluded.checked_at
        and not exists (select from number_change c where c.nhs_number = known.nhs_number)`.execute(db)
}
