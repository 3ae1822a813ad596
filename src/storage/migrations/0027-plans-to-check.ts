import { type Kysely, sql } from 'kysely'

/**
 * Plans that an officer has confirmed although something speaks against them (rule 3.26): beside the plan that overlaps them, or, where
 * `beside` is empty, as the file wrote them that carried them last.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table confirmed_plan (
    authority text not null,
    nhs_number text not null,
    plan_type text not null,
    start_time text not null,
    unborn text not null default '',
    beside text not null default '',
    written_created_at timestamptz not null,
    written_sequence bigint not null,
    confirmed_at timestamptz not null,
    primary key (authority, nhs_number, plan_type, start_time, unborn, beside)
  )`.execute(db)
  await sql`alter table upload_record add column overlapped jsonb`.execute(db)
}
