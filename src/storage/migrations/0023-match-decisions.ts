import { type Kysely, sql } from 'kysely'

/** What officers have decided about possible matches: the newest decision for each number, name and date of birth (rule 3.25). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table match_decision (
    authority text not null,
    nhs_number text not null,
    name text not null,
    birth_date date not null,
    decision text not null check (decision in ('same-person', 'another-person')),
    decided_at timestamptz not null,
    primary key (authority, nhs_number, name, birth_date)
  )`.execute(db)
}
