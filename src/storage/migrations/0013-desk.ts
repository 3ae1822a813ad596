import { type Kysely, sql } from 'kysely'

/** What an authority does with what it was told, and the tables it hands in by hand (rules 21.10 to 21.16). */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [table, came] of [
    ['notification', 'accessed_at'],
    ['missed_appointment_alert', 'reported_at'],
    ['number_change', 'noticed_at'],
  ] as const) {
    await sql`alter table ${sql.table(table)} add column acknowledged_at timestamptz`.execute(db)
    await sql`create index ${sql.id(`${table}_unread`)} on ${sql.table(table)} (authority, ${sql.id(came)} desc)
      where acknowledged_at is null`.execute(db)
  }
  await sql`create index notification_desk on notification (authority, accessed_at desc)`.execute(db)
  await sql`alter table number_change add column id uuid not null default gen_random_uuid()`.execute(db)

  await sql`create table desk_step (
    nhs_number text not null,
    authority text not null,
    item uuid not null,
    id uuid not null,
    at timestamptz not null,
    by text not null,
    kind text not null check (kind in ('acknowledged', 'assigned', 'noted')),
    text text,
    primary key (nhs_number, authority, item, id)
  )`.execute(db)

  await sql`create table desk_draft (
    id uuid primary key,
    authority text not null,
    made_at timestamptz not null,
    contact jsonb not null,
    content bytea,
    message_id text,
    sequence bigint
  )`.execute(db)
  // Numbers of files made here: one that waits to be checked is in no other table.
  await sql`create table desk_sequence (
    authority text primary key,
    sequence_epoch integer not null,
    last bigint not null
  )`.execute(db)

  // What became of every file, refused ones too, is in the audit log alone.
  await sql`create index audit_upload on audit (actor, at desc) where action = 'receive upload'`.execute(db)
}
