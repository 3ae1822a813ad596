import { type Kysely, sql } from 'kysely'

/** How authorities are taken on, what each is like, and the organisations of health (rules 19.1 to 19.8). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table authority
    add column gss_code text,
    add column dfe_code text,
    add column interval_hours integer not null default 48 check (interval_hours > 0),
    add column mode text not null default 'delta' check (mode in ('delta', 'snapshot')),
    add column wave text,
    add column live_since timestamptz,
    add column suspended_since timestamptz,
    add column suspended_why text,
    add check ((suspended_since is null) = (suspended_why is null))`.execute(db)
  // Whoever was taken on before there were stages uses the service already.
  await sql`update authority set live_since = now()`.execute(db)

  // Of an applied file: the records whose number PDS says is the person's. Only of those is the number kept.
  await sql`alter table upload add column matched integer not null default 0`.execute(db)
  await sql`update upload u set matched = counted.matched
    from (select upload_id, count(nhs_number) as matched from upload_record group by upload_id) counted
    where counted.upload_id = u.id`.execute(db)
  await sql`create index upload_newest on upload (authority, created_at desc, sequence desc)`.execute(db)
  await sql`create index upload_record_unmatched on upload_record (upload_id) where nhs_number is null`.execute(
    db,
  )
  // What an authority holds is asked by operators. The column never changes, so that updates of a plan leave it alone.
  await sql`create index plan_authority on plan (authority)`.execute(db)

  await sql`create table test_upload (
    id uuid primary key,
    authority text not null references authority,
    sequence bigint not null,
    created_at timestamptz not null,
    received_at timestamptz not null,
    file_code text not null,
    loaded integer not null,
    failed integer not null,
    matched integer not null
  )`.execute(db)
  await sql`create index test_upload_newest on test_upload (authority, received_at desc)`.execute(db)

  await sql`create table organisation (
    ods_code text primary key,
    name text not null,
    settings text[] not null,
    wave text,
    check (cardinality(settings) > 0)
  )`.execute(db)
}
