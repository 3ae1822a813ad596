import type { Kysely, Selectable } from 'kysely'
import type { MailboxId, OdsCode } from '../domain/organisation.ts'
import type { Authority, AuthorityStore } from '../flows/ports.ts'
import type { Schema } from './schema.ts'

/** Local authorities, each with its mailbox and what its newest applied file said of it. */
export function authorityStore(db: Kysely<Schema>): AuthorityStore {
  const select = () => db.selectFrom('authority').selectAll()
  return {
    byMailbox: async mailbox => optional(await select().where('mailbox_id', '=', mailbox).executeTakeFirst()),
    find: async odsCode => optional(await select().where('ods_code', '=', odsCode).executeTakeFirst()),
    list: async () => (await select().orderBy('ods_code').execute()).map(authority),
    add: async ({ odsCode, name, mailbox }) => {
      await db
        .insertInto('authority')
        .values({ ods_code: odsCode, name, mailbox_id: mailbox })
        .onConflict(conflict => conflict.column('ods_code').doUpdateSet({ name, mailbox_id: mailbox }))
        .execute()
    },
    restartSequence: async odsCode => {
      await db
        .updateTable('authority')
        .set(({ eb }) => ({ sequence_epoch: eb('sequence_epoch', '+', 1) }))
        .where('ods_code', '=', odsCode)
        .execute()
    },
  }
}

type AuthorityRow = Selectable<Schema['authority']>

function optional(row: AuthorityRow | undefined): Authority | undefined {
  return row && authority(row)
}

function authority(row: AuthorityRow): Authority {
  const odsCode = row.ods_code as OdsCode
  return {
    odsCode,
    name: row.name,
    mailbox: row.mailbox_id as MailboxId,
    sequenceEpoch: row.sequence_epoch,
    ...(row.duty_phone !== null && {
      contact: {
        odsCode,
        name: row.name,
        dutyPhone: row.duty_phone,
        ...(row.office_phone !== null && { officePhone: row.office_phone }),
      },
    }),
  }
}
