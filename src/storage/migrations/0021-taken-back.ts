import { type Kysely, sql } from 'kysely'

/**
 * Ends and deletes that an authority sent of people whom PDS did not confirm (rule 3.24): the newest of each for a plan, by the number it was
 * sent under. They need no proof, and are kept so that the order of files never changes what is held.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table plan_taken_back (
    person text not null,
    authority text not null,
    plan_type text not null,
    start_time text not null,
    unborn text not null,
    nhs_number text not null,
    what text not null check (what in ('end', 'delete')),
    time text not null,
    written_created_at timestamptz not null,
    written_sequence bigint not null,
    primary key (person, authority, plan_type, start_time, unborn, nhs_number, what),
    foreign key (nhs_number, person) references person_number (nhs_number, person) on update cascade
  )`.execute(db)
}
