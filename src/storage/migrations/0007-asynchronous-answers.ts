import { type Kysely, sql } from 'kysely'

/** Answers that are posted to the systems that asked (rules 13.4 to 13.6). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table asynchronous_answer (
    system text not null,
    message_id text not null,
    digest text not null,
    asked_at timestamptz not null,
    forget_after timestamptz not null,
    answer_id text,
    content_type text,
    soap_action text,
    bytes bytea,
    state text not null default 'waiting' check (state in ('waiting', 'acknowledged', 'undeliverable')),
    attempts integer not null default 0,
    due_at timestamptz,
    reason text,
    primary key (system, message_id)
  )`.execute(db)
  await sql`create index asynchronous_answer_due on asynchronous_answer (due_at) where state = 'waiting'`.execute(
    db,
  )
  await sql`create index asynchronous_answer_over on asynchronous_answer (forget_after) where state <> 'waiting'`.execute(
    db,
  )
}
