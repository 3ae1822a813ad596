import { type Kysely, sql } from 'kysely'

/** As it was when this step was written: `domain/upload/upload.ts` counts tables from the next number. */
const LAST_BEFORE_TABLES = 9_000_000_000_000_000

/** What several writers at once need to stay in order (rules 3.23, 7.7 and 19.12). */
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

  // Files that officers make on pages are numbered apart from those of the authority's own system: neither knows of the other, and
  // so neither can keep to numbers that the other leaves free (rule 3.23). Numbers that were taken before stay where they are.
  await sql`alter table upload
    add column series text not null default 'system' check (series in ('system', 'page')),
    drop constraint upload_authority_sequence_epoch_sequence_key,
    add unique (authority, sequence_epoch, series, sequence)`.execute(db)
  await sql`alter table desk_sequence drop column sequence_epoch`.execute(db)
  await sql`update desk_sequence set last = ${LAST_BEFORE_TABLES}::bigint`.execute(db)
  await sql`create index desk_draft_message on desk_draft (message_id) where message_id is not null`.execute(
    db,
  )
}
