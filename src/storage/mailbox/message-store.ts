import { type Kysely, type Selectable, sql } from 'kysely'
import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import type { MessageStore } from '../../flows/mailbox/ports.ts'
import type { MessageTable, Schema } from '../schema.ts'

/** Messages: a mailbox's inbox is its accepted ones, in the order in which they were accepted (rule 7.7). */
export function messageStore(db: Kysely<Schema>): MessageStore {
  return {
    add: async message => {
      const row = messageRow(message)
      if (message.status !== 'accepted') {
        await db.insertInto('message').values(row).execute()
        return
      }
      await db
        .with('place', query =>
          query
            .insertInto('inbox_order')
            .values({ mailbox: message.to, last: 1 })
            .onConflict(conflict => conflict.column('mailbox').doUpdateSet({ last: nextPlace }))
            .returning('last'),
        )
        .insertInto('message')
        .values(({ selectFrom }) => ({ ...row, accepted_order: selectFrom('place').select('last') }))
        .execute()
    },
    find: async id => {
      const row = await db.selectFrom('message').selectAll().where('id', '=', id).executeTakeFirst()
      return row && message(row)
    },
    advance: async (id, from, { status, at, size, expiresAt, failure }) => {
      const change = {
        status,
        ...(status === 'acknowledged' && { acknowledged_at: at }),
        ...(size !== undefined && { size }),
        ...(expiresAt && { expires_at: expiresAt }),
        ...(failure && { failure: JSON.stringify(failure) }),
      }
      const moved =
        status === 'accepted'
          ? db
              .with('held', query =>
                query
                  .selectFrom('message')
                  .select('recipient')
                  .where('id', '=', id)
                  .where('status', '=', from)
                  .forUpdate(),
              )
              .with('place', query =>
                query
                  .insertInto('inbox_order')
                  .columns(['mailbox', 'last'])
                  .expression(query.selectFrom('held').select(['recipient', sql<number>`1`.as('last')]))
                  .onConflict(conflict => conflict.column('mailbox').doUpdateSet({ last: nextPlace }))
                  .returning('last'),
              )
              .updateTable('message')
              .set(({ selectFrom }) => ({
                ...change,
                accepted_at: at,
                accepted_order: selectFrom('place').select('last'),
              }))
          : db.updateTable('message').set(change)
      const { numUpdatedRows } = await moved
        .where('id', '=', id)
        .where('status', '=', from)
        .executeTakeFirstOrThrow()
      return Number(numUpdatedRows) === 1
    },
    inbox: async ({ mailbox, limit, after, workflowFilter, since }) => {
      let waiting = db.selectFrom('message').where('recipient', '=', mailbox).where('status', '=', 'accepted')
      if (since) waiting = waiting.where('accepted_at', '>=', since)
      if (workflowFilter !== undefined) waiting = waiting.where(matches(workflowFilter))
      const { total } = await waiting.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow()
      let page = waiting.selectAll().orderBy('accepted_order').limit(limit)
      if (after !== undefined) {
        page = page.where(
          sql<boolean>`accepted_order > (select accepted_order from message where id = ${after})`,
        )
      }
      return { messages: (await page.execute()).map(message), total }
    },
    outbox: async ({ mailbox, limit, after, localId, since }) => {
      let sent = db.selectFrom('message').selectAll().where('sender', '=', mailbox)
      if (localId !== undefined) sent = sent.where('local_id', '=', localId)
      if (since) sent = sent.where('uploaded_at', '>=', since)
      if (after !== undefined) {
        sent = sent.where(
          sql<boolean>`(uploaded_at, id) > (select uploaded_at, id from message where id = ${after})`,
        )
      }
      const rows = await sent.orderBy('uploaded_at').orderBy('id').limit(limit).execute()
      return rows.map(message)
    },
    overdue: async (now, limit, exceptFrom) => {
      let waiting = db
        .selectFrom('message')
        .selectAll()
        .where('status', 'in', ['accepted', 'uploading'])
        .where('expires_at', '<=', now)
      if (exceptFrom !== undefined) waiting = waiting.where('sender', 'is distinct from', exceptFrom)
      return (await waiting.orderBy('expires_at').limit(limit).execute()).map(message)
    },
  }
}

/**
 * The row of a mailbox is locked from the moment a message takes its place until the commit. Whoever takes the next place waits for
 * that: so places become visible in their order, and a reader who goes on from one passes none (rule 7.7).
 */
const nextPlace = sql<number>`inbox_order.last + 1`

/** The six forms of workflow filter: `X`, `!X`, `X*`, `!X*`, `*X*` and `!*X*` (rule 7.7); case does not count (rule 7.16). */
function matches(filter: string) {
  const not = filter.startsWith('!')
  const pattern = not ? filter.slice(1) : filter
  const word = pattern.replace(/^\*/, '').replace(/\*$/, '')
  const positive = pattern.startsWith('*')
    ? sql<boolean>`position(lower(${word}::text) in lower(workflow_id)) > 0`
    : pattern.endsWith('*')
      ? sql<boolean>`starts_with(lower(workflow_id), lower(${word}::text))`
      : sql<boolean>`lower(workflow_id) = lower(${word}::text)`
  return not ? sql<boolean>`not (${positive})` : positive
}

function messageRow(message: MeshMessage) {
  const { id, from, to, workflowId, localId, kind, status, totalChunks, size, payloadId } = message
  const { linkedMessageId, failure, uploadedAt, acceptedAt, acknowledgedAt, expiresAt } = message
  const { partnerId, subject, fileName, contentType, contentChecksum, contentEncrypted, contentCompressed } =
    message
  return {
    id,
    sender: from ?? null,
    recipient: to,
    workflow_id: workflowId,
    kind,
    status,
    label: JSON.stringify({
      partnerId,
      subject,
      fileName,
      contentType,
      contentChecksum,
      contentEncrypted,
      contentCompressed,
    }),
    local_id: localId ?? null,
    total_chunks: totalChunks,
    size,
    payload_id: payloadId ?? null,
    linked_message_id: linkedMessageId ?? null,
    failure: failure ? JSON.stringify(failure) : null,
    uploaded_at: uploadedAt,
    accepted_at: acceptedAt ?? null,
    acknowledged_at: acknowledgedAt ?? null,
    expires_at: expiresAt,
  }
}

function message(row: Selectable<MessageTable>): MeshMessage {
  return {
    ...row.label,
    id: row.id,
    to: row.recipient as MailboxId,
    workflowId: row.workflow_id,
    kind: row.kind,
    status: row.status,
    totalChunks: row.total_chunks,
    size: row.size,
    uploadedAt: row.uploaded_at,
    expiresAt: row.expires_at,
    ...(row.sender !== null && { from: row.sender as MailboxId }),
    ...(row.local_id !== null && { localId: row.local_id }),
    ...(row.payload_id !== null && { payloadId: row.payload_id }),
    ...(row.accepted_at && { acceptedAt: row.accepted_at }),
    ...(row.acknowledged_at && { acknowledgedAt: row.acknowledged_at }),
    ...(row.linked_message_id !== null && { linkedMessageId: row.linked_message_id }),
    ...(row.failure && { failure: { ...row.failure, at: new Date(row.failure.at) } }),
  }
}
