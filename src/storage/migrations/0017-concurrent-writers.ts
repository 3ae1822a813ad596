import { type Kysely, sql } from 'kysely'

/** What several writers at once need to stay in order (rule 19.12). */
export async function up(db: Kysely<unknown>): Promise<void> {
  // One row, which whoever registers somebody locks: a table of its own, so that nothing but registration waits for it.
  await sql`create table register_lock (single boolean primary key default true check (single))`.execute(db)
  await sql`insert into register_lock default values`.execute(db)

  // The place of a message in its inbox is taken from the row of its mailbox, which stays locked until the commit: so places
  // become visible in their order. A sequence gives a place to whoever commits later than the next (rule 7.7).
  await sql`create table inbox_order (
    mailbox text primary key,
    last bigint not null
  ) with (fillfactor = 20)`.execute(db)
  await sql`insert into inbox_order (mailbox, last)
    select recipient, max(accepted_order) from message where accepted_order is not null group by recipient`.execute(
    db,
  )
  await sql`drop sequence message_accepted_order`.execute(db)
  await sql`drop index message_inbox`.execute(db)
  await sql`create unique index message_inbox on message (recipient, accepted_order) where status = 'accepted'`.execute(
    db,
  )
}
