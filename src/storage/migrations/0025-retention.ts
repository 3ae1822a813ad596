import { type Kysely, sql } from 'kysely'

/** How long personal data are kept: how far the job has come, legal holds, and what is left of plans (rules 23.5 and 23.9 to 23.11). */
export async function up(db: Kysely<unknown>): Promise<void> {
  // One row for each kind, which whoever takes a step locks: several processes work on several kinds.
  await sql`create table retention_pass (
    kind text primary key,
    due_at timestamptz not null,
    begun_at timestamptz,
    in_table integer not null default 0,
    after jsonb,
    counts jsonb,
    ended_at timestamptz,
    found jsonb
  )`.execute(db)

  await sql`create table legal_hold (
    id uuid primary key,
    nhs_number text,
    authority text,
    reason text not null,
    placed_at timestamptz not null,
    placed_by text not null,
    check ((nhs_number is null) <> (authority is null))
  )`.execute(db)
  // Whoever takes a step shares it, whoever places a hold takes it alone: no step that does not know of the hold ends after it.
  await sql`create table legal_hold_lock (single boolean primary key default true check (single))`.execute(db)
  await sql`insert into legal_hold_lock default values`.execute(db)

  // Of plans that were removed: how many, by authority, type and the month in which they were removed.
  await sql`create table removed_plan_count (
    authority text not null,
    plan_type text not null,
    month date not null,
    count bigint not null,
    primary key (authority, plan_type, month)
  )`.execute(db)

  await sql`create index failing_record_of on failing_record (upload_id, position)`.execute(db)
}
