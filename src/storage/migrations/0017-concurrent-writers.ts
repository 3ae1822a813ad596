import { type Kysely, sql } from 'kysely'

/** What several writers at once need to stay in order (rule 19.12). */
export async function up(db: Kysely<unknown>): Promise<void> {
  // One row, which whoever registers somebody locks: a table of its own, so that nothing but registration waits for it.
  await sql`create table register_lock (single boolean primary key default true check (single))`.execute(db)
  await sql`insert into register_lock default values`.execute(db)
}
