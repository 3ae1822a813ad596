import { type Kysely, sql } from 'kysely'
import { LAST_BEFORE_TABLES } from '../../domain/upload/upload.ts'
import type { AuthorityPageStore } from '../../flows/notification/ports.ts'
import type { Schema } from '../schema.ts'

type TableDrafts = Pick<
  AuthorityPageStore,
  'keepDraft' | 'draft' | 'draftSent' | 'forgetDrafts' | 'takeSequence'
>

/** Tables that officers send on pages: kept until they are sent or too old (rule 21.14), and their numbers (rule 3.23). */
export function tableDrafts(db: Kysely<Schema>): TableDrafts {
  return {
    keepDraft: async ({ id, authority, madeAt, contact, content = null }) => {
      await db
        .insertInto('desk_draft')
        .values({
          id,
          authority,
          made_at: madeAt,
          contact: JSON.stringify(contact),
          content,
          message_id: null,
          sequence: null,
        })
        .execute()
    },

    draft: async (authority, id) => {
      const row = await db
        .selectFrom('desk_draft')
        .selectAll()
        .where('id', '=', id)
        .where('authority', '=', authority)
        .forUpdate()
        .executeTakeFirst()
      if (!row) return undefined
      const { message_id: messageId, sequence } = row
      return {
        id,
        authority,
        madeAt: row.made_at,
        contact: row.contact,
        ...(row.content !== null && { content: row.content }),
        ...(messageId !== null && sequence !== null && { sent: { messageId, sequence } }),
      }
    },

    draftSent: async ({ id }, { messageId, sequence }) => {
      await db
        .updateTable('desk_draft')
        .set({ content: null, message_id: messageId, sequence })
        .where('id', '=', id)
        .execute()
    },

    forgetDrafts: async before => {
      await db
        .deleteFrom('desk_draft')
        .where('made_at', '<', before)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('message')
                .select('id')
                .whereRef('message.id', '=', 'desk_draft.message_id')
                .where('message.status', '=', 'accepted'),
            ),
          ),
        )
        .execute()
    },

    takeSequence: async authority => {
      const { last } = await db
        .insertInto('desk_sequence')
        .values({ authority, last: LAST_BEFORE_TABLES + 1 })
        .onConflict(conflict =>
          conflict.column('authority').doUpdateSet({ last: sql<number>`desk_sequence.last + 1` }),
        )
        .returning('last')
        .executeTakeFirstOrThrow()
      return last
    },
  }
}
