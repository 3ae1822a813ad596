import { type Kysely, sql } from 'kysely'

/** Since when an answer of the MESH server elsewhere is awaited: set when it is asked, gone when the round ends (rule 18.9). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table outside_mailbox add column asked_at timestamptz`.execute(db)
}
