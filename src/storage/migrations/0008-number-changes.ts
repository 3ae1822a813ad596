import { type Kysely, sql } from 'kysely'

/** Numbers that are no longer in use, whom it was told, and when each was last looked at (rules 14.1 to 14.6). */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A plan is silent once its authority has uploaded the person under the number that replaced its own.
  await sql`alter table plan add column silent boolean not null default false`.execute(db)

  // Which number replaced which, as PDS said it: `same_person` has no direction.
  await sql`create table replaced_number (
    nhs_number text primary key,
    replacement text not null
  )`.execute(db)
  await sql`create index replaced_number_by on replaced_number (replacement)`.execute(db)

  await sql`create table number_check (
    nhs_number text primary key,
    checked_at timestamptz not null,
    claimed_until timestamptz
  )`.execute(db)
  await sql`create index number_check_oldest on number_check (checked_at)`.execute(db)
  await sql`insert into number_check (nhs_number, checked_at)
    select distinct nhs_number, 'epoch'::timestamptz from plan where delete_time is null and visible_until > now()`.execute(
    db,
  )

  // An empty replacement is none: once for each authority, number and change.
  await sql`create table number_change (
    nhs_number text not null,
    authority text not null,
    replacement text not null default '',
    noticed_at timestamptz not null,
    local_id text,
    local_id_authority text,
    upload_sequence bigint not null,
    message_id text,
    primary key (nhs_number, authority, replacement)
  )`.execute(db)
  await sql`create index number_change_waiting on number_change (authority, noticed_at) where message_id is null`.execute(
    db,
  )
  await sql`create index number_change_message on number_change (message_id)`.execute(db)
}
