import { type Kysely, sql } from 'kysely'

/** What is wrong with the exchange with authorities, and what is done about it (rules 16.1 to 16.9). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table concern (
    authority text not null,
    kind text not null,
    subject text not null,
    since timestamptz not null,
    raised_at timestamptz not null,
    details jsonb not null,
    cleared_at timestamptz
  )`.execute(db)
  await sql`create unique index concern_open on concern (authority, kind, subject) where cleared_at is null`.execute(
    db,
  )
  // One row, which whoever looks holds until the commit.
  await sql`create table watch_round (
    single boolean primary key default true check (single),
    at timestamptz not null,
    next_by timestamptz not null
  )`.execute(db)

  await sql`create table confirmed_phones (
    authority text primary key,
    duty_phone text not null,
    office_phone text,
    confirmed_at timestamptz not null
  )`.execute(db)
  await sql`create table accepted_gaps (
    authority text primary key,
    sequence_epoch integer not null,
    up_to bigint not null
  )`.execute(db)

  // The newest failed record of each person who was not loaded since, and when the first of these failures was received.
  await sql`create table failing_record (
    authority text not null,
    person text not null,
    nhs_number text,
    local_id text,
    since timestamptz not null,
    upload_id uuid not null,
    position integer not null,
    written_created_at timestamptz not null,
    written_sequence bigint not null,
    primary key (authority, person)
  )`.execute(db)
  await sql`
    insert into failing_record
    select distinct on (u.authority, known.person) u.authority, known.person, said.number, said.local_id,
      min(u.received_at) over (partition by u.authority, known.person), r.upload_id, r.position, u.created_at, u.sequence
    from upload u join upload_record r on r.upload_id = u.id and r.fault is not null
    cross join lateral (
      select nullif(regexp_replace(r.sent #>> '{subjects,0,nhsNumber}', '\\D', '', 'g'), ''),
        r.sent #>> '{subjects,0,localId}'
    ) said (number, local_id)
    cross join lateral (
      select encode(sha256(convert_to(
        coalesce('L' || said.local_id, 'N' || said.number, 'S' || (r.sent ->> 'subjects'), ''), 'UTF8')), 'hex')
    ) known (person)
    where u.file_code is not null and not exists (
      select from plan p where p.authority = u.authority
        and (p.local_id = said.local_id or p.nhs_number = said.number)
        and (p.written_created_at, p.written_sequence) >= (u.created_at, u.sequence)
    )
    order by u.authority, known.person, u.created_at desc, u.sequence desc, r.position desc`.execute(db)

  await sql`create index upload_received on upload (authority, received_at desc) where file_code is not null`.execute(
    db,
  )
  await sql`create index message_undeliverable on message (recipient, workflow_id) where status = 'undeliverable'`.execute(
    db,
  )
  await sql`create index message_collected on message (recipient, workflow_id, accepted_at)
    where status = 'acknowledged'`.execute(db)
}
