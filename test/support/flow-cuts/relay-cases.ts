import { sql } from 'kysely'
import { v7 as newId } from 'uuid'
import type { MailboxId } from '../../../src/domain/organisation.ts'
import { failure, success } from '../../../src/domain/result.ts'
import { deliverMessage } from '../../../src/flows/mailbox/deliver-message.ts'
import type { Storage } from '../../../src/flows/ports.ts'
import type { InboundMessage, OutsideMailbox } from '../../../src/flows/relay/ports.ts'
import { relayInbound } from '../../../src/flows/relay/relay-inbound.ts'
import { relayOutbound } from '../../../src/flows/relay/relay-outbound.ts'
import { inPieces } from '../bytes.ts'
import type { CutBench } from './cut-bench.ts'
import { audited, type FlowCase } from './flow-case.ts'
import { MESH } from './mesh-names.ts'

/** Longer than a turn to fetch, a message that is being sent, and the time from one round to the next. */
const PAUSE = 301_000

/** A MESH server elsewhere that forgets nothing, and on which one message may wait for CP-IS. */
function outside(outsideId: string, receive?: () => InboundMessage): OutsideMailbox {
  const inbox = new Set(receive ? [outsideId] : [])
  const sent = new Set<string>()
  return {
    id: outsideId,
    handshake: async () => success(undefined),
    waiting: async function* () {
      for (const id of inbox) yield success(id)
    },
    receive: async () => (receive ? success(receive()) : failure({ kind: 'gone' })),
    acknowledge: async id => {
      inbox.delete(id)
      return success(undefined)
    },
    send: async ({ messageId }) => {
      if (sent.has(messageId)) throw new Error('It was sent twice')
      sent.add(messageId)
      return success(outsideId)
    },
    track: async by =>
      'messageId' in by && sent.has(by.messageId)
        ? success({ outsideId, state: 'taken' })
        : failure({ kind: 'gone' }),
  }
}

function fetching(bench: CutBench, on: Storage, elsewhere: OutsideMailbox) {
  return relayInbound({ ...bench.deps(on), outside: elsewhere, pollMs: 1_000 })
}

function fileOf(from: MailboxId): InboundMessage {
  return {
    kind: 'message',
    label: { from, workflowId: MESH.uploadWorkflow },
    chunks: (async function* () {
      yield { encoding: 'identity', bytes: inPieces('<file/>') } as const
    })(),
  }
}

/** One authority writes to another: a message under a sender of its own, so that no other is handed on with it. */
async function outgoing(bench: CutBench) {
  const [{ mailbox: from }, { mailbox: to }] = [await bench.authority(), await bench.authority()]
  const label = { from, to, workflowId: MESH.notificationWorkflow }
  const { id } = await bench.storage.transaction(stores =>
    deliverMessage(stores, bench.deps(bench.storage), label, inPieces('<told/>')),
  )
  return { from, to, id }
}

/** What goes to and fro with a MESH server elsewhere. */
export const RELAY_FLOWS: readonly FlowCase[] = [
  {
    name: 'a message is fetched from elsewhere',
    again: 'nothing',
    pause: PAUSE,
    prepare: async bench => {
      const { mailbox } = await bench.authority()
      const id = newId()
      const elsewhere = outside(id, () => fileOf(mailbox))
      return {
        act: on => fetching(bench, on, elsewhere),
        done: sql`select (select count(*) from outside_arrival where outside_id = ${id} and reason is null) as arrivals,
          (select count(*) from message where sender = ${mailbox} and status = 'accepted') as messages,
          (select count(*) from pgboss.job where data ->> 'key' in (
            select id from message where sender = ${mailbox})) as jobs,
          ${audited('fetch message', id, 'trace_id')} as audited`,
      }
    },
  },
  {
    name: 'a message that was set aside is taken in',
    again: 'nothing',
    pause: PAUSE,
    prepare: async bench => {
      const id = newId()
      const mailbox = `MB${id}`.toUpperCase() as MailboxId
      const elsewhere = outside(id, () => fileOf(mailbox))
      await bench.storage.mailboxes.add({
        id: mailbox,
        name: id,
        odsCode: (await bench.authority()).odsCode,
        password: 'secret',
      })
      await fetching(bench, bench.storage, elsewhere)
      await bench.storage.workflows.add({
        id: MESH.uploadWorkflow,
        description: 'x',
        senders: [mailbox],
        receivers: [],
      })
      bench.pass(PAUSE)
      return {
        act: on => fetching(bench, on, elsewhere),
        done: sql`select (select count(*) from outside_arrival where outside_id = ${id} and reason is null) as arrivals,
          (select count(*) from message where sender = ${mailbox} and status = 'accepted') as messages,
          (select count(*) from pgboss.job where data ->> 'key' in (
            select id from message where sender = ${mailbox})) as jobs,
          ${audited('admit message', id, 'trace_id')} as audited`,
      }
    },
  },
  {
    name: 'a report is fetched from elsewhere',
    again: 'nothing',
    pause: PAUSE,
    prepare: async bench => {
      const { from, id: messageId } = await outgoing(bench)
      const id = newId()
      const elsewhere = outside(id, () => ({
        kind: 'report',
        label: { workflowId: MESH.notificationWorkflow, localId: messageId },
        failure: { code: '14', event: 'TRANSFER', description: 'Not collected' },
      }))
      const deps = (on: Storage) => ({ ...bench.deps(on), cpisMailbox: from })
      return {
        act: on => relayInbound({ ...deps(on), outside: elsewhere, pollMs: 1_000 }),
        done: sql`select (select count(*) from outside_arrival where outside_id = ${id}) as arrivals,
          (select count(*) from message where id = ${messageId} and status = 'undeliverable') as ended,
          (select count(*) from message where linked_message_id = ${messageId}) as reports,
          ${audited('expire message', messageId)} as ended_audited,
          ${audited('fetch report', id, 'trace_id')} as audited`,
      }
    },
  },
  {
    name: 'a message is sent on elsewhere',
    again: 'nothing',
    pause: PAUSE,
    prepare: async bench => {
      const { from, id } = await outgoing(bench)
      const elsewhere = outside(newId())
      return {
        act: on => relayOutbound({ ...bench.deps(on), cpisMailbox: from, outside: elsewhere }),
        done: sql`select (select count(*) from message where id = ${id} and status = 'acknowledged') as closed,
          (select count(*) from outside_dispatch where message_id = ${id} and sent_at is not null) as sent,
          ${audited('relay message', id)} as audited`,
      }
    },
  },
]
