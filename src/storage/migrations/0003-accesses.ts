import { type Kysely, sql } from 'kysely'

/** Accesses, notifications and the audit log (rules 5, 6 and 8). */
export async function up(db: Kysely<unknown>): Promise<void> {
  // The last listed access by author: the row on which two simultaneous clicks meet, so that they make one (rule 5.6).
  await sql`create table last_listed (
    nhs_number text not null,
    author_key text not null,
    listed_at timestamptz not null,
    primary key (nhs_number, author_key)
  )`.execute(db)
  await sql`create table access (
    nhs_number text not null,
    accessed_at timestamptz not null,
    id uuid not null,
    author jsonb not null,
    primary key (nhs_number, accessed_at, id)
  )`.execute(db)
  await sql`create table notification (
    nhs_number text not null,
    id uuid not null default gen_random_uuid(),
    access_id uuid not null,
    authority text not null,
    accessed_at timestamptz not null,
    author jsonb not null,
    local_id text,
    local_id_authority text,
    upload_sequence bigint not null,
    message_id text,
    primary key (nhs_number, id)
  )`.execute(db)
  await sql`create index notification_waiting on notification (authority, accessed_at, id) where message_id is null`.execute(
    db,
  )
  await sql`create index notification_message on notification (message_id)`.execute(db)

  await sql`create table audit (
    id uuid primary key,
    at timestamptz not null,
    door text not null,
    action text not null,
    outcome text not null check (outcome in ('allowed', 'refused', 'failed')),
    reason text,
    author jsonb,
    actor text,
    nhs_number text,
    trace_id text,
    subject text,
    details jsonb
  )`.execute(db)
  await sql`create index audit_person on audit (nhs_number, at) where nhs_number is not null`.execute(db)
  // Append-only for everybody who comes through SQL, ourselves included (rule 8.1).
  await sql`create function audit_is_append_only() returns trigger language plpgsql as $$
    begin raise exception 'the audit log is append-only'; end $$`.execute(db)
  await sql`create trigger audit_no_change before update or delete on audit
    for each row execute function audit_is_append_only()`.execute(db)
  await sql`create trigger audit_no_truncate before truncate on audit
    for each statement execute function audit_is_append_only()`.execute(db)
}
