import { type Kysely, type Selectable, sql } from 'kysely'
import type { Dispatch, RelayStatus, RelayStore } from '../../flows/relay/ports.ts'
import type { Schema } from '../schema.ts'

/** What goes between our own mailboxes and a MESH server elsewhere (rules 18.1 to 18.8). */
export function relayStore(db: Kysely<Schema>): RelayStore {
  const dispatch = (messageId: string) =>
    db.updateTable('outside_dispatch').where('message_id', '=', messageId)
  const mailboxRow = (mailbox: string) => db.updateTable('outside_mailbox').where('id', '=', mailbox)
  return {
    takeTurn: async (mailbox, at, until) => {
      const row = await db
        .insertInto('outside_mailbox')
        .values({ id: mailbox, due_at: until, asked_at: at })
        .onConflict(conflict =>
          conflict
            .column('id')
            .doUpdateSet({ due_at: until, asked_at: at })
            .where('outside_mailbox.due_at', '<=', at),
        )
        .returning(['shaken_at', 'fault'])
        .executeTakeFirst()
      return (
        row && {
          ...(row.shaken_at && { shakenAt: row.shaken_at }),
          ...(row.fault !== null && { fault: row.fault }),
        }
      )
    },
    holdTurn: async (mailbox, at, until) => {
      await mailboxRow(mailbox).set({ due_at: until, asked_at: at }).execute()
    },
    recordHandshake: async (mailbox, at) => {
      await mailboxRow(mailbox).set({ shaken_at: at }).execute()
    },
    endTurn: async (mailbox, { at, dueAt, fault = null }) => {
      const { rows } = await sql<{ changed: boolean }>`
        with before as (select fault from outside_mailbox where id = ${mailbox})
        update outside_mailbox m set due_at = ${dueAt}, fault = ${fault}::text, asked_at = null,
          fault_since = case when ${fault}::text is null then null
            when m.fault is not distinct from ${fault}::text then m.fault_since else coalesce(m.asked_at, ${at}) end
        from before where id = ${mailbox}
        returning before.fault is distinct from m.fault as changed`.execute(db)
      return rows[0]?.changed ?? false
    },
    faultOf: async mailbox => {
      const row = await db
        .selectFrom('outside_mailbox')
        .select('fault')
        .where('id', '=', mailbox)
        .executeTakeFirst()
      return row?.fault ?? undefined
    },

    hasArrived: async outsideId => {
      const row = await db
        .selectFrom('outside_arrival')
        .select('message_id')
        .where('outside_id', '=', outsideId)
        .executeTakeFirst()
      return row && { messageId: row.message_id }
    },
    addInbound: async ({ outsideId, messageId, at, reason = null }) => {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('outside_arrival')
        .values({ outside_id: outsideId, message_id: messageId, arrived_at: at, reason })
        .onConflict(conflict => conflict.doNothing())
        .executeTakeFirst()
      return Number(numInsertedOrUpdatedRows) === 1
    },
    setAside: async () => {
      const rows = await db
        .selectFrom('outside_arrival')
        .select(['outside_id', 'message_id'])
        .where('reason', 'is not', null)
        .orderBy('arrived_at')
        .execute()
      return rows.map(row => ({ outsideId: row.outside_id, messageId: row.message_id }))
    },
    admitted: async outsideId => {
      await db
        .updateTable('outside_arrival')
        .set({ reason: null })
        .where('outside_id', '=', outsideId)
        .execute()
    },

    claimDispatch: async (sender, at, until, keptHere = []) => {
      const { rows } = await sql<Selectable<Schema['outside_dispatch']>>`
        insert into outside_dispatch (message_id, due_at)
        select id, ${until}::timestamptz from (
          select distinct on (m.recipient, m.workflow_id) m.id, m.accepted_at, d.due_at
          from message m left join outside_dispatch d on d.message_id = m.id
          where m.sender = ${sender} and m.recipient <> ${sender} and m.status = 'accepted' and m.kind = 'DATA'
            and m.recipient <> all(${keptHere}::text[])
          order by m.recipient, m.workflow_id, m.accepted_order
        ) first
        where due_at is null or due_at <= ${at}
        order by accepted_at, id limit 1
        on conflict (message_id) do update set due_at = excluded.due_at where outside_dispatch.due_at <= ${at}
        returning *`.execute(db)
      return rows[0] && asDispatch(rows[0])
    },
    dispatchBegun: async (messageId, at, chunkBytes, until) => {
      await dispatch(messageId).set({ begun_at: at, chunk_bytes: chunkBytes, due_at: until }).execute()
    },
    dispatchProgress: async (messageId, { outsideId, chunks }, until) => {
      await dispatch(messageId).set({ outside_id: outsideId, chunks_sent: chunks, due_at: until }).execute()
    },
    dispatchLost: async messageId => {
      await dispatch(messageId).set({ begun_at: null, outside_id: null, chunks_sent: 0 }).execute()
    },
    dispatchPostponed: async (messageId, dueAt, reason) => {
      await dispatch(messageId).set({ due_at: dueAt, reason }).execute()
    },
    dispatchSent: async (messageId, outsideId, at) => {
      await dispatch(messageId)
        .set({ sent_at: at, reason: null, ...(outsideId !== undefined && { outside_id: outsideId }) })
        .execute()
    },
    sentAs: async outsideId => {
      const row = await db
        .selectFrom('outside_dispatch')
        .select('message_id')
        .where('outside_id', '=', outsideId)
        .executeTakeFirst()
      return row?.message_id
    },
    status: async () => {
      const mailbox = await db
        .selectFrom('outside_mailbox')
        .selectAll()
        .orderBy('due_at', 'desc')
        .executeTakeFirst()
      const setAside = await db
        .selectFrom('outside_arrival as a')
        .innerJoin('message as m', 'm.id', 'a.message_id')
        .select(['a.outside_id', 'a.arrived_at', 'a.reason', 'm.id', 'm.sender', 'm.workflow_id'])
        .where('a.reason', 'is not', null)
        .orderBy('a.arrived_at')
        .execute()
      const sending = await db
        .selectFrom('outside_dispatch as d')
        .innerJoin('message as m', 'm.id', 'd.message_id')
        .select(({ fn }) => fn.min('d.begun_at').as('since'))
        .where('m.status', '=', 'accepted')
        .where('d.sent_at', 'is', null)
        .where('d.reason', 'is', null)
        .executeTakeFirst()
      const untaken = await db
        .selectFrom('outside_dispatch as d')
        .innerJoin('message as m', 'm.id', 'd.message_id')
        .select(['m.id', 'm.recipient', 'm.workflow_id', 'm.uploaded_at', 'd.reason'])
        .where('m.status', '=', 'accepted')
        .where('d.reason', 'is not', null)
        .orderBy('m.uploaded_at')
        .execute()
      return {
        ...(mailbox && { mailbox: mailboxShown(mailbox) }),
        ...(sending?.since && { sendingSince: sending.since }),
        setAside: setAside.map(row => ({
          outsideId: row.outside_id,
          messageId: row.id,
          workflowId: row.workflow_id,
          arrivedAt: row.arrived_at,
          reason: row.reason ?? '',
          ...(row.sender !== null && { from: row.sender }),
        })),
        untaken: untaken.map(row => ({
          messageId: row.id,
          to: row.recipient,
          workflowId: row.workflow_id,
          since: row.uploaded_at,
          reason: row.reason ?? '',
        })),
      }
    },
    forget: async before => {
      await sql`delete from outside_arrival a where arrived_at < ${before}
        and not exists (select from message m where m.id = a.message_id)`.execute(db)
      await sql`delete from outside_dispatch d where due_at < ${before}
        and not exists (select from message m where m.id = d.message_id)`.execute(db)
    },
  }
}

function mailboxShown(row: Selectable<Schema['outside_mailbox']>): NonNullable<RelayStatus['mailbox']> {
  const { id, due_at, shaken_at, fault, fault_since, asked_at } = row
  return {
    id,
    dueAt: due_at,
    ...(shaken_at && { shakenAt: shaken_at }),
    ...(asked_at && { askedAt: asked_at }),
    ...(fault !== null && fault_since && { fault: { kind: fault, since: fault_since } }),
  }
}

function asDispatch(row: Selectable<Schema['outside_dispatch']>): Dispatch {
  const { message_id, begun_at, chunk_bytes, outside_id, chunks_sent } = row
  if (!begun_at || chunk_bytes === null) return { messageId: message_id }
  return {
    messageId: message_id,
    begun: {
      chunkBytes: chunk_bytes,
      ...(outside_id !== null && { progress: { outsideId: outside_id, chunks: chunks_sent } }),
    },
  }
}
