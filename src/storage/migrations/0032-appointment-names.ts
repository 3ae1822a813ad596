import { type Kysely, sql } from 'kysely'

/**
 * Every identifier that an organisation has given a missed appointment: each stands for one report (rule 15.2). An empty system is that of
 * the organisation itself.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table missed_appointment_name (
    organisation text not null,
    identifier_system text not null,
    identifier_value text not null,
    report_id uuid not null,
    primary key (organisation, identifier_system, identifier_value)
  )`.execute(db)
  await sql`create index missed_appointment_named on missed_appointment_name (report_id)`.execute(db)
  await sql`insert into missed_appointment_name
    select organisation, identifier_system, identifier_value, id from missed_appointment`.execute(db)
}
