import { type Kysely, sql } from 'kysely'

/** Authorities, uploads and plans (rules 2 and 3). The NHS number leads every person-bound key: it is what data is spread by. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table authority (
    ods_code text primary key,
    name text not null,
    mailbox_id text not null unique,
    duty_phone text,
    office_phone text,
    written_created_at timestamptz,
    written_sequence bigint,
    sequence_epoch integer not null default 0
  )`.execute(db)

  await sql`create table upload (
    id uuid primary key,
    authority text not null references authority,
    sequence bigint not null,
    sequence_epoch integer not null,
    created_at timestamptz not null,
    received_at timestamptz not null,
    message_id text not null,
    digest text not null,
    record_count integer not null,
    loaded integer not null,
    failed integer not null,
    file_code text,
    acknowledgement_payload_id text,
    unique (authority, sequence_epoch, sequence)
  )`.execute(db)

  // Records of an upload, kept with their outcome: they are what a failure list is made of.
  await sql`create table upload_record (
    upload_id uuid not null,
    position integer not null,
    nhs_number text,
    given text,
    family text,
    birth_date date,
    local_id text,
    local_id_authority text,
    sent jsonb not null,
    fault jsonb,
    primary key (upload_id, position)
  )`.execute(db)
  await sql`create table upload_plan (
    upload_id uuid not null,
    position integer not null,
    block integer not null,
    nhs_number text not null,
    plan_type text not null,
    start_time text not null,
    end_time text,
    delete_time text,
    visible_until timestamptz not null,
    primary key (upload_id, position, block)
  )`.execute(db)

  await sql`create table plan (
    nhs_number text not null,
    authority text not null,
    plan_type text not null,
    start_time text not null,
    id uuid not null default gen_random_uuid(),
    end_time text,
    delete_time text,
    given text not null,
    family text not null,
    birth_date date not null,
    local_id text,
    local_id_authority text,
    visible_until timestamptz not null,
    ever_loaded boolean not null,
    written_created_at timestamptz not null,
    written_sequence bigint not null,
    written_received_at timestamptz not null,
    primary key (nhs_number, authority, plan_type, start_time)
  )`.execute(db)

  // Both directions of every pair of numbers that PDS says are one person, closed over chains (rule 4.4).
  await sql`create table same_person (
    nhs_number text not null,
    other_number text not null,
    primary key (nhs_number, other_number)
  )`.execute(db)
}
