import type { Kysely, Selectable } from 'kysely'
import type { Mailbox } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { MailboxStore } from '../../flows/mailbox/ports.ts'
import type { Schema } from '../schema.ts'

/** Mailboxes, and the tokens that were already used with each (rule 7.3). */
export function mailboxStore(db: Kysely<Schema>): MailboxStore {
  return {
    find: async id => {
      const row = await db.selectFrom('mailbox').selectAll().where('id', '=', id).executeTakeFirst()
      return row && mailbox(row)
    },
    list: async () => (await db.selectFrom('mailbox').selectAll().orderBy('id').execute()).map(mailbox),
    add: async ({ id, name, odsCode, password }) => {
      const described = { name, ods_code: odsCode, password }
      await db
        .insertInto('mailbox')
        .values({ id, ...described })
        .onConflict(conflict => conflict.column('id').doUpdateSet(described))
        .execute()
    },
    spendToken: async ({ mailbox, nonce, count, at }) => {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('spent_token')
        .values({ mailbox_id: mailbox, nonce, nonce_count: count, spent_at: at })
        .onConflict(conflict => conflict.doNothing())
        .executeTakeFirst()
      return Number(numInsertedOrUpdatedRows) === 1
    },
    forgetTokens: async before => {
      await db.deleteFrom('spent_token').where('spent_at', '<', before).execute()
    },
  }
}

function mailbox(row: Selectable<Schema['mailbox']>): Mailbox {
  return { id: row.id as MailboxId, name: row.name, odsCode: row.ods_code as OdsCode, password: row.password }
}
