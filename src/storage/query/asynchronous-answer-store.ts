import { type Kysely, type Selectable, sql } from 'kysely'
import type { Asid } from '../../domain/registration/client-system.ts'
import type { AnswerToPost, AsynchronousAnswerStore, QueryKey } from '../../flows/query/ports.ts'
import type { Schema } from '../schema.ts'

type Row = Selectable<Schema['asynchronous_answer']>

/** Answers that are posted, one row a question: the row is also what tells a duplicate (rules 13.4 to 13.6). */
export function asynchronousAnswerStore(db: Kysely<Schema>): AsynchronousAnswerStore {
  const change = ({ system, messageId }: QueryKey) =>
    db.updateTable('asynchronous_answer').where('system', '=', system).where('message_id', '=', messageId)
  return {
    begin: async ({ system, messageId, digest, at, forgetAfter }) => {
      const begun = await db
        .insertInto('asynchronous_answer')
        .values({ system, message_id: messageId, digest, asked_at: at, forget_after: forgetAfter })
        .onConflict(conflict => conflict.columns(['system', 'message_id']).doNothing())
        .returning('digest')
        .executeTakeFirst()
      if (begun) return undefined
      return db
        .selectFrom('asynchronous_answer')
        .select('digest')
        .where('system', '=', system)
        .where('message_id', '=', messageId)
        .executeTakeFirst()
    },

    keep: async (question, { id, contentType, soapAction, bytes }, at) => {
      await change(question)
        .set({ answer_id: id, content_type: contentType, soap_action: soapAction, bytes, due_at: at })
        .execute()
    },

    postAgain: async (question, at) => {
      const { numUpdatedRows } = await change(question)
        .set({ state: 'waiting', attempts: 0, due_at: at, reason: null })
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    retryUndelivered: async (question, at) => {
      const { numUpdatedRows } = await change(question)
        .set({ state: 'waiting', attempts: 0, due_at: at, reason: null })
        .where('state', '=', 'undeliverable')
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    claim: async ({ at, until, limit, except }) => {
      const { rows } = await sql<Row>`
        update asynchronous_answer set due_at = ${until} where (system, message_id) in (
          select system, message_id from asynchronous_answer
          where state = 'waiting' and due_at <= ${at} and bytes is not null
            and system <> all (${[...except]}::text[])
          order by due_at limit ${limit} for update skip locked
        ) returning *`.execute(db)
      return rows.flatMap(answerToPost)
    },

    acknowledged: async question => {
      await change(question)
        .set(({ eb }) => ({
          state: 'acknowledged',
          attempts: eb('attempts', '+', 1),
          due_at: null,
          reason: null,
        }))
        .execute()
    },

    postponed: async (question, dueAt, reason) => {
      await change(question)
        .set(({ eb }) => ({ attempts: eb('attempts', '+', 1), due_at: dueAt, reason }))
        .execute()
    },

    undeliverable: async (question, forgetAfter, reason) => {
      await change(question)
        .set(({ eb, fn, val }) => ({
          state: 'undeliverable',
          attempts: eb('attempts', '+', 1),
          due_at: null,
          reason,
          forget_after: fn<Date>('greatest', ['forget_after', val(forgetAfter)]),
        }))
        .execute()
    },

    undelivered: async () => {
      const rows = await db
        .selectFrom('asynchronous_answer')
        .select(['system', 'message_id', 'asked_at', 'attempts', 'reason'])
        .where('state', '=', 'undeliverable')
        .orderBy('asked_at')
        .execute()
      return rows.map(row => ({
        system: row.system as Asid,
        messageId: row.message_id,
        askedAt: row.asked_at,
        attempts: row.attempts,
        reason: row.reason ?? 'unknown',
      }))
    },

    forget: async before => {
      const { numDeletedRows } = await db
        .deleteFrom('asynchronous_answer')
        .where('state', '<>', 'waiting')
        .where('forget_after', '<', before)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

function answerToPost(row: Row): AnswerToPost[] {
  const { answer_id: id, content_type: contentType, soap_action: soapAction, bytes } = row
  if (id === null || contentType === null || soapAction === null || bytes === null) return []
  return [
    {
      system: row.system as Asid,
      messageId: row.message_id,
      attempts: row.attempts,
      message: { id, contentType, soapAction, bytes },
    },
  ]
}
