import { type Kysely, sql } from 'kysely'

/** What goes between our own mailboxes and a MESH server elsewhere (rules 18.1 to 18.8). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table outside_mailbox (
    id text primary key,
    due_at timestamptz not null,
    shaken_at timestamptz,
    fault text,
    fault_since timestamptz
  )`.execute(db)

  // With a reason: set aside, and looked at again until its sender may send.
  await sql`create table outside_arrival (
    outside_id text primary key,
    message_id text not null,
    arrived_at timestamptz not null,
    reason text
  )`.execute(db)
  await sql`create index outside_arrival_age on outside_arrival (arrived_at)`.execute(db)
  await sql`create index outside_arrival_aside on outside_arrival (arrived_at) where reason is not null`.execute(
    db,
  )

  // Begun and not sent: nobody knows what became of it until the other side is asked.
  await sql`create table outside_dispatch (
    message_id text primary key,
    due_at timestamptz not null,
    begun_at timestamptz,
    chunk_bytes integer,
    outside_id text unique,
    chunks_sent integer not null default 0,
    sent_at timestamptz,
    reason text
  )`.execute(db)
  await sql`create index message_waiting_from on message (sender, recipient, workflow_id, accepted_order)
    where status = 'accepted'`.execute(db)
}
