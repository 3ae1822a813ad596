import { type Kysely, sql } from 'kysely'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Schema } from '../schema.ts'

/** A plan that still speaks for its number: neither deleted nor replaced by an upload under another number. */
const SPEAKS = sql.raw('delete_time is null and not silent')

/**
 * Links a number to its replacement, and to all that are linked with it: a renumbering must hide nothing (rule 4.4). Not if plans
 * once stood under the older ones and none speaks any more: then everybody has moved on to the new number (rule 14.5).
 */
export async function linkNumbers(db: Kysely<Schema>, old: NhsNumber, replacement: NhsNumber): Promise<void> {
  await sql`
    insert into replaced_number (nhs_number, replacement) values (${old}, ${replacement})
    on conflict (nhs_number) do update set replacement = excluded.replacement`.execute(db)
  await sql`
    update plan older set silent = true
    where older.nhs_number = ${old} and not older.silent and exists (
      select from plan newer
      where newer.nhs_number = ${replacement} and newer.authority = older.authority and newer.ever_loaded
    )`.execute(db)
  await sql`
    with older as (
      select ${old}::text as number union select other_number from same_person where nhs_number = ${old}
    ),
    known as (
      select number from older union select ${replacement}
      union select other_number from same_person where nhs_number = ${replacement}
    )
    insert into same_person (nhs_number, other_number)
    select a.number, b.number from known a, known b
    where a.number <> b.number and coalesce((
      select bool_or(${SPEAKS}) from plan
      where nhs_number in (select number from older where number <> ${replacement})
    ), true)
    on conflict do nothing`.execute(db)
}

/** A number is a person's own again: nothing replaces it, and its plans speak (rule 14.6). */
export async function unlinkNumber(db: Kysely<Schema>, number: NhsNumber): Promise<void> {
  await db.deleteFrom('replaced_number').where('nhs_number', '=', number).execute()
  await db
    .deleteFrom('same_person')
    .where(({ or, eb }) => or([eb('nhs_number', '=', number), eb('other_number', '=', number)]))
    .execute()
  await db
    .updateTable('plan')
    .set({ silent: false })
    .where('nhs_number', '=', number)
    .where('silent', '=', true)
    .execute()
}

/**
 * The authority has uploaded people under numbers that replaced older ones: what it holds under those falls silent, and where
 * nobody's plan speaks for an older number any more, nothing leads from it to the new one, or back (rule 14.5).
 */
export async function silenceReplaced(
  db: Kysely<Schema>,
  { id, authority }: { readonly id: string; readonly authority: OdsCode },
): Promise<void> {
  const older = sql`
    with recursive older as (
      select r.nhs_number as number, u.nhs_number as replacement
      from upload_plan u
      join upload_record carried on carried.upload_id = u.upload_id and carried.position = u.position
      join replaced_number r on r.replacement = u.nhs_number
      where u.upload_id = ${id} and carried.fault is null
      union
      select r.nhs_number, older.replacement from older join replaced_number r on r.replacement = older.number
    )`
  await sql`${older}
    update plan p set silent = true from older
    where p.nhs_number = older.number and p.authority = ${authority} and not p.silent`.execute(db)
  await sql`${older}
    delete from same_person linked using older
    where older.number in (linked.nhs_number, linked.other_number) and not coalesce((
      select bool_or(${SPEAKS}) from plan where nhs_number in (
        select number from older as same where same.replacement = older.replacement
      )
    ), true)`.execute(db)
}
