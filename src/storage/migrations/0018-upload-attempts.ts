import { type Kysely, sql } from 'kysely'

/** How often each waiting upload was begun, and which are set aside because they failed every time (rule 3.22). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table upload_attempt (
    message_id text primary key,
    attempts integer not null default 0,
    set_aside_at timestamptz,
    reason text,
    check ((set_aside_at is null) = (reason is null))
  )`.execute(db)
}
