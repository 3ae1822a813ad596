import { type Kysely, sql } from 'kysely'
import type { SetAsideReason, UploadAttempts } from '../../flows/upload/upload-attempt-ports.ts'
import type { Schema } from '../schema.ts'

/** How often each waiting upload was begun, and which are set aside (rule 3.22). */
export function uploadAttempts(db: Kysely<Schema>): UploadAttempts {
  return {
    begin: async messageId => {
      const { rows } = await sql<{ attempts: number }>`
        insert into upload_attempt (message_id, attempts) values (${messageId}, 1)
        on conflict (message_id) do update set attempts = upload_attempt.attempts + 1
          where upload_attempt.set_aside_at is null
        returning attempts`.execute(db)
      return rows[0]?.attempts
    },
    forgive: async messageId => {
      await sql`update upload_attempt set attempts = attempts - 1
        where message_id = ${messageId} and attempts > 0 and set_aside_at is null`.execute(db)
    },
    setAside: async (messageId, { at, reason }) => {
      await db
        .updateTable('upload_attempt')
        .set({ set_aside_at: at, reason })
        .where('message_id', '=', messageId)
        .execute()
    },
    allSetAside: async limit => {
      const { rows } = await sql<{ message_id: string; at: Date; attempts: number; reason: SetAsideReason }>`
        select message_id, set_aside_at as at, attempts, reason
        from upload_attempt join message on message.id = message_id and message.status = 'accepted'
        where set_aside_at is not null order by set_aside_at, message_id limit ${limit}`.execute(db)
      return rows.map(({ message_id, ...aside }) => ({ messageId: message_id, ...aside }))
    },
    forget: async messageId => {
      const { numDeletedRows } = await db
        .deleteFrom('upload_attempt')
        .where('message_id', '=', messageId)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
    takeUp: async messageId => {
      const { numDeletedRows } = await db
        .deleteFrom('upload_attempt')
        .where('message_id', '=', messageId)
        .where('set_aside_at', 'is not', null)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
    forgetEnded: async () => {
      await sql`delete from upload_attempt a
        where not exists (select from message m where m.id = a.message_id and m.status = 'accepted')`.execute(
        db,
      )
    },
  }
}
