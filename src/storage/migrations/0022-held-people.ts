import { type Kysely, sql } from 'kysely'

/** What PDS says of people with a plan that is not as the authority holds it, since when (rule 14.9). Never what PDS holds. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table held_person_fault (
    nhs_number text not null,
    authority text not null,
    fault jsonb not null,
    since timestamptz not null,
    primary key (nhs_number, authority)
  )`.execute(db)
  await sql`create index held_person_fault_authority on held_person_fault (authority)`.execute(db)
}
