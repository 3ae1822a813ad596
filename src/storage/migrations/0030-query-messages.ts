import { type Kysely, sql } from 'kysely'

/** The ids of queries that came as messages, by which the same one is known again (rule 11.9). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table query_message (
    caller text not null,
    message_id text not null,
    digest text not null,
    received_at timestamptz not null,
    primary key (caller, message_id)
  )`.execute(db)
  await sql`create index query_message_received on query_message (received_at)`.execute(db)
}
