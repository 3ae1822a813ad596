import { type Kysely, sql } from 'kysely'

/** The seal over the audit log (rules 22.1 to 22.6): what was sealed is added and never changed, like the log itself. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Which entries are not sealed yet. Entries commit in another order than that of their ids and times, so that no watermark
  // over either would find them all; a transaction number would not survive a dump and restore.
  await sql`create table audit_waiting (id uuid primary key)`.execute(db)
  await sql`insert into audit_waiting select id from audit`.execute(db)
  await sql`create function audit_waits() returns trigger language plpgsql as $$
    begin insert into audit_waiting values (new.id); return null; end $$`.execute(db)
  await sql`create trigger audit_to_seal after insert on audit
    for each row execute function audit_waits()`.execute(db)

  await sql`create table audit_leaf (
    position bigint primary key,
    entry uuid not null unique,
    hash bytea not null
  )`.execute(db)
  await sql`create table audit_part (
    level smallint not null,
    index bigint not null,
    hash bytea not null,
    primary key (level, index)
  )`.execute(db)
  await sql`create table audit_checkpoint (
    size bigint not null,
    key_id text not null,
    at timestamptz not null,
    note text not null,
    primary key (size, key_id)
  )`.execute(db)
  for (const table of ['audit_leaf', 'audit_part', 'audit_checkpoint']) {
    await sql`create trigger ${sql.id(`${table}_no_change`)} before update or delete on ${sql.table(table)}
      for each row execute function audit_is_append_only()`.execute(db)
    await sql`create trigger ${sql.id(`${table}_no_truncate`)} before truncate on ${sql.table(table)}
      for each statement execute function audit_is_append_only()`.execute(db)
  }

  // One row: where the tree stands, what this log is called, and the last check of the whole log.
  await sql`create table audit_tree (
    single boolean primary key default true check (single),
    origin text not null default 'cp-is-audit/' || gen_random_uuid(),
    size bigint not null default 0,
    peaks bytea not null default ''::bytea,
    check_claimed_at timestamptz,
    checked_at timestamptz,
    checked_size bigint,
    checked_findings integer
  )`.execute(db)
  await sql`insert into audit_tree default values`.execute(db)
}
