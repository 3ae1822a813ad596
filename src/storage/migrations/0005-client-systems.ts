import { type Kysely, sql } from 'kysely'

/** Clinical systems that may ask over Spine messaging (rule 9.5). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table client_system (
    asid text primary key,
    party_key text not null,
    ods_code text not null,
    organisation_name text not null,
    unscheduled boolean not null,
    scheduled boolean not null,
    check (unscheduled or scheduled)
  )`.execute(db)
}
