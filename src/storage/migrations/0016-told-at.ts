import { type Kysely, sql } from 'kysely'

/** Where each authority is told: in its mailbox, as all were before, or at its desk (rules 19.9 to 19.11). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table authority
    add column told_at text not null default 'mailbox' check (told_at in ('mailbox', 'desk'))`.execute(db)
  // What was acknowledged at a desk that was the place to be told is not put into a mailbox later.
  for (const [table, order] of [
    ['notification', sql`accessed_at, id`],
    ['number_change', sql`noticed_at`],
  ] as const) {
    await sql`alter table ${sql.table(table)} add column told_at_desk boolean not null default false`.execute(
      db,
    )
    await sql`drop index ${sql.id(`${table}_waiting`)}`.execute(db)
    await sql`create index ${sql.id(`${table}_waiting`)} on ${sql.table(table)} (authority, ${order})
      where message_id is null and not told_at_desk`.execute(db)
  }
}
