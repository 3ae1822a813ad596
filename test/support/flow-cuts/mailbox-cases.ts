import { sql } from 'kysely'
import { v7 as newId } from 'uuid'
import type { MailboxId } from '../../../src/domain/organisation.ts'
import { acknowledgeMessage } from '../../../src/flows/mailbox/acknowledge-message.ts'
import { deliverMessage } from '../../../src/flows/mailbox/deliver-message.ts'
import { expireMessages } from '../../../src/flows/mailbox/expire-messages.ts'
import { sendChunk } from '../../../src/flows/mailbox/send-chunk.ts'
import { sendMessage } from '../../../src/flows/mailbox/send-message.ts'
import { inPieces } from '../bytes.ts'
import { expectValue } from '../expect-value.ts'
import { freshNhsNumber, nurse } from '../records.ts'
import type { CutBench } from './cut-bench.ts'
import { audited, type FlowCase } from './flow-case.ts'
import { MESH } from './mesh-names.ts'

const DAY = 86_400_000

/** CP-IS tells an authority something; answers the message. */
export function tell({ deps, storage }: CutBench, to: MailboxId) {
  const label = { from: MESH.cpisMailbox, to, workflowId: MESH.notificationWorkflow }
  return storage.transaction(stores => deliverMessage(stores, deps(storage), label, inPieces('<told/>')))
}

function upload(from: MailboxId, totalChunks: number, localId = 'FILE') {
  return {
    from,
    label: { to: MESH.cpisMailbox, workflowId: MESH.uploadWorkflow, localId },
    totalChunks,
    encoding: 'identity' as const,
    bytes: inPieces('<file/>'),
  }
}

/** A message half sent: its first chunk of three. */
async function begun({ deps, storage }: CutBench, from: MailboxId) {
  return expectValue(await sendMessage(deps(storage), upload(from, 3))).id
}

function chunkOf(from: MailboxId, messageId: string, chunk: number) {
  return { from, messageId, chunk, range: { chunk, total: 3 }, bytes: inPieces('<more/>') }
}

const jobsOf = (mailbox: MailboxId) => sql`(select count(*) from pgboss.job
  where data ->> 'key' in (select id from message where sender = ${mailbox}))`

/** What authorities and CP-IS send each other. */
export const MAILBOX_FLOWS: readonly FlowCase[] = [
  {
    name: 'a message is sent',
    again: 'anew',
    prepare: async ({ deps, authority }) => {
      const { mailbox } = await authority()
      return {
        act: on => sendMessage(deps(on), upload(mailbox, 1)),
        done: sql`select (select count(*) from message where sender = ${mailbox}) as messages,
          (select count(*) from payload_chunk where payload_id in (
            select payload_id from message where sender = ${mailbox})) as contents,
          ${jobsOf(mailbox)} as jobs, ${audited('send message', mailbox, 'actor')} as audited`,
      }
    },
  },
  {
    name: 'a chunk is sent',
    again: 'recorded',
    prepare: async bench => {
      const { mailbox } = await bench.authority()
      const id = await begun(bench, mailbox)
      return {
        act: on => sendChunk(bench.deps(on), chunkOf(mailbox, id, 2)),
        done: sql`select (select count(*) from payload_chunk where payload_id = ${id} and chunk = 2) as chunks,
          ${audited('send chunk', id)} as audited`,
      }
    },
  },
  {
    name: 'the last chunk is sent',
    again: 'nothing',
    prepare: async bench => {
      const { mailbox } = await bench.authority()
      const id = await begun(bench, mailbox)
      expectValue(await sendChunk(bench.deps(bench.storage), chunkOf(mailbox, id, 2)))
      return {
        act: on => sendChunk(bench.deps(on), chunkOf(mailbox, id, 3)),
        done: sql`select (select count(*) from message where id = ${id} and status = 'accepted') as messages,
          ${jobsOf(mailbox)} as jobs,
          ${audited('send chunk', id)} - 1 as audited`,
      }
    },
  },
  {
    name: 'a message is acknowledged',
    again: 'recorded',
    prepare: async bench => {
      const { mailbox } = await bench.authority()
      const { id: messageId } = await tell(bench, mailbox)
      return {
        act: on => acknowledgeMessage(bench.deps(on), { mailbox, messageId }),
        done: sql`select
          (select count(*) from message where id = ${messageId} and status = 'acknowledged') as messages,
          ${audited('acknowledge message', messageId)} as audited`,
      }
    },
  },
  {
    name: 'a message that nobody collected ends',
    again: 'nothing',
    prepare: async bench => {
      const { odsCode, mailbox } = await bench.authority()
      const { id } = await tell(bench, mailbox)
      const { kysely } = bench.database
      const notification = {
        nhs_number: freshNhsNumber(),
        access_id: newId(),
        authority: odsCode,
        accessed_at: bench.clock.now(),
        author: JSON.stringify(nurse()),
        local_id: null,
        local_id_authority: null,
        upload_sequence: 1,
        message_id: id,
      }
      await kysely.insertInto('notification').values(notification).execute()
      await kysely
        .updateTable('message')
        .set({ expires_at: new Date(0) })
        .where('id', '=', id)
        .execute()
      return {
        act: on => expireMessages(bench.deps(on)),
        done: sql`select (select count(*) from message where id = ${id} and status = 'undeliverable') as messages,
          (select count(*) from message where linked_message_id = ${id} and kind = 'REPORT') as reports,
          (select count(*) from notification where authority = ${odsCode} and message_id is null) as put_back,
          ${audited('expire message', id)} as audited`,
      }
    },
  },
  {
    name: 'a message that was left half sent ends',
    again: 'nothing',
    prepare: async bench => {
      const { mailbox } = await bench.authority()
      const id = await begun(bench, mailbox)
      const { kysely } = bench.database
      await kysely
        .updateTable('message')
        .set({ expires_at: new Date(0) })
        .where('id', '=', id)
        .execute()
      return {
        act: on => expireMessages(bench.deps(on)),
        done: sql`select (select count(*) from message where id = ${id} and status = 'undeliverable') as messages,
          ${audited('expire message', id)} as audited`,
      }
    },
  },
  {
    name: 'what is too old is forgotten',
    again: 'nothing',
    prepare: async bench => {
      const { mailbox } = await bench.authority()
      const { id } = await tell(bench, mailbox)
      const old = new Date(bench.clock.now().getTime() - 31 * DAY)
      await sql`update message set status = 'acknowledged', uploaded_at = ${old} where id = ${id}`.execute(
        bench.database.kysely,
      )
      await sql`update payload_piece set written_at = ${old} where content_id = (
        select content_id from payload_chunk where payload_id = ${id})`.execute(bench.database.kysely)
      return {
        act: on => expireMessages(bench.deps(on)),
        // Each statement is a commit of its own, and the next round goes on.
        done: sql`select (select 1 - count(*) from payload_piece p join payload_chunk c using (content_id)
          where payload_id = ${id}) as contents`,
      }
    },
  },
]
