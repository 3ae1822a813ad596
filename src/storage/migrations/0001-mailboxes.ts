import { type Kysely, sql } from 'kysely'

/** Mailboxes, workflows and messages (rules 7.1 to 7.9). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table mailbox (
    id text primary key,
    name text not null,
    ods_code text not null,
    password text not null
  )`.execute(db)
  await sql`create table spent_token (
    mailbox_id text not null references mailbox,
    nonce text not null,
    nonce_count text not null,
    spent_at timestamptz not null,
    primary key (mailbox_id, nonce, nonce_count)
  )`.execute(db)
  await sql`create index spent_token_age on spent_token (spent_at)`.execute(db)
  await sql`create table workflow (
    id text primary key,
    description text not null
  )`.execute(db)
  await sql`create table workflow_member (
    workflow_id text not null references workflow,
    mailbox_id text not null references mailbox,
    may text not null check (may in ('send', 'receive')),
    primary key (workflow_id, mailbox_id, may)
  )`.execute(db)

  // Bytes are written under a content id of their own and become a chunk at once, so that no reader meets half a chunk and a
  // chunk sent twice at a time is one or the other.
  await sql`create table payload_chunk (
    payload_id text not null,
    chunk integer not null,
    encoding text not null check (encoding in ('gzip', 'identity')),
    size bigint not null,
    content_id uuid not null,
    primary key (payload_id, chunk)
  )`.execute(db)
  await sql`create index payload_chunk_content on payload_chunk (content_id)`.execute(db)
  await sql`create table payload_piece (
    content_id uuid not null,
    piece integer not null,
    written_at timestamptz not null default now(),
    bytes bytea not null,
    primary key (content_id, piece)
  )`.execute(db)
  // Payloads are compressed by their senders where it is worth it: trying again costs time and gains nothing.
  await sql`alter table payload_piece alter column bytes set storage external`.execute(db)

  await sql`create table message (
    id text primary key,
    sender text,
    recipient text not null,
    workflow_id text not null,
    kind text not null check (kind in ('DATA', 'REPORT')),
    status text not null check (status in ('uploading', 'accepted', 'acknowledged', 'undeliverable')),
    label jsonb not null,
    local_id text,
    total_chunks integer not null,
    size bigint not null,
    payload_id text,
    linked_message_id text,
    failure jsonb,
    uploaded_at timestamptz not null,
    accepted_at timestamptz,
    accepted_order bigint,
    acknowledged_at timestamptz,
    expires_at timestamptz not null
  )`.execute(db)
  // First in, first out, also among messages of one millisecond.
  await sql`create sequence message_accepted_order`.execute(db)
  await sql`create index message_inbox on message (recipient, accepted_order) where status = 'accepted'`.execute(
    db,
  )
  await sql`create index message_outbox on message (sender, uploaded_at, id)`.execute(db)
  await sql`create index message_overdue on message (expires_at) where status in ('accepted', 'uploading')`.execute(
    db,
  )
  await sql`create index message_local_id on message (sender, local_id) where local_id is not null`.execute(
    db,
  )
  await sql`create index message_age on message (uploaded_at)`.execute(db)
  await sql`create index message_payload on message (payload_id)`.execute(db)
}
