import { type Kysely, sql } from 'kysely'

/** What the operator sees of the whole service: the audit log by time, and counts of hours that are over. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index audit_time on audit (at desc, id desc)`.execute(db)
  await sql`create index message_failed on message (uploaded_at desc) where status = 'undeliverable'`.execute(
    db,
  )
  await sql`create table hour_count (
    hour timestamptz not null,
    what text not null,
    count bigint not null,
    primary key (hour, what)
  )`.execute(db)
}
