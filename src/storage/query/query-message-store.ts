import { type Kysely, sql } from 'kysely'
import type { QueryMessageStore } from '../../flows/query/ports.ts'
import type { Schema } from '../schema.ts'

/** The ids of queries that came as messages (rule 11.9). */
export function queryMessageStore(db: Kysely<Schema>): QueryMessageStore {
  return {
    receive: async ({ caller, messageId, digest, at }) => {
      // One statement: whoever else sends the same id waits for this one, and is told what it was.
      const { rows } = await sql<{ digest: string; received_at: Date }>`
        insert into query_message as known (caller, message_id, digest, received_at)
        values (${caller}, ${messageId}, ${digest}, ${at})
        on conflict (caller, message_id) do update set received_at = known.received_at
        returning digest, received_at`.execute(db)
      const [first] = rows
      if (!first) throw new Error('A message that is received is known')
      return { digest: first.digest, at: first.received_at }
    },

    forget: async before => {
      const { numDeletedRows } = await db
        .deleteFrom('query_message')
        .where('received_at', '<', before)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}
