import { type Kysely, sql } from 'kysely'

/** Missed appointments and the authorities that are told of them (rules 15.1 to 15.8). */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Not led by the NHS number: an organisation's identifier is one, whomever it names, also for two reports at once.
  await sql`create table missed_appointment (
    organisation text not null,
    identifier_system text not null,
    identifier_value text not null,
    id uuid not null unique,
    nhs_number text not null,
    starts_at timestamptz not null,
    ends_at timestamptz,
    service text,
    description text,
    author jsonb not null,
    reported_at timestamptz not null,
    primary key (organisation, identifier_system, identifier_value)
  )`.execute(db)

  // Told like an access: the notification of the same number with the report's id is what goes to the mailbox.
  await sql`create table missed_appointment_alert (
    nhs_number text not null,
    report_id uuid not null,
    authority text not null,
    reported_at timestamptz not null,
    local_id text,
    local_id_authority text,
    primary key (nhs_number, report_id, authority)
  )`.execute(db)
  await sql`create index missed_appointment_told on missed_appointment_alert (report_id)`.execute(db)
  await sql`create index missed_appointment_desk on missed_appointment_alert (authority, reported_at desc, report_id desc)`.execute(
    db,
  )
}
