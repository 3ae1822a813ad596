import { type Kysely, sql } from 'kysely'

/** What the sandbox has to remember from its first start on: its day, its issuer's key. Empty in production. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table sandbox_memory (name text primary key, value jsonb not null)`.execute(db)
}
