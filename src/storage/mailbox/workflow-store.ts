import { type Kysely, sql } from 'kysely'
import type { Workflow } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import type { WorkflowStore } from '../../flows/mailbox/ports.ts'
import type { Schema } from '../schema.ts'

/** Workflows and who takes part in each (rule 7.6). */
export function workflowStore(db: Kysely<Schema>): WorkflowStore {
  return {
    find: async id => {
      const row = await find(db, id)
      return row && workflow(row, await members(db).where('workflow_id', '=', row.id).execute())
    },
    list: async () => {
      const rows = await db.selectFrom('workflow').selectAll().orderBy('id').execute()
      const taking = Map.groupBy(await members(db).execute(), member => member.workflow_id)
      return rows.map(row => workflow(row, taking.get(row.id) ?? []))
    },
    add: async ({ id: named, description, senders, receivers }) => {
      const id = (await find(db, named))?.id ?? named
      await db
        .insertInto('workflow')
        .values({ id, description })
        .onConflict(conflict => conflict.column('id').doUpdateSet({ description }))
        .execute()
      const taking = [...rows(id, senders, 'send'), ...rows(id, receivers, 'receive')]
      if (taking.length === 0) return
      await db
        .insertInto('workflow_member')
        .values(taking)
        .onConflict(conflict => conflict.doNothing())
        .execute()
    },
  }
}

/** Two that differ in case alone can only have been added before case stopped counting: then the one that was named (rule 7.16). */
function find(db: Kysely<Schema>, id: string): Promise<Schema['workflow'] | undefined> {
  return db
    .selectFrom('workflow')
    .selectAll()
    .where(sql<boolean>`lower(id) = lower(${id})`)
    .orderBy(sql`id = ${id}`, 'desc')
    .orderBy('id')
    .executeTakeFirst()
}

type Member = Schema['workflow_member']

function members(db: Kysely<Schema>) {
  return db.selectFrom('workflow_member').selectAll().orderBy('mailbox_id')
}

function rows(workflowId: string, mailboxes: readonly MailboxId[], may: Member['may']): Member[] {
  return mailboxes.map(mailbox => ({ workflow_id: workflowId, mailbox_id: mailbox, may }))
}

function workflow({ id, description }: Schema['workflow'], taking: readonly Member[]): Workflow {
  const who = (may: Member['may']) =>
    taking.filter(member => member.may === may).map(member => member.mailbox_id as MailboxId)
  return { id, description, senders: who('send'), receivers: who('receive') }
}
