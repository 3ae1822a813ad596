import { type Kysely, sql } from 'kysely'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { NotificationStore } from '../../flows/notification/ports.ts'
import type { Schema } from '../schema.ts'
import { authoritiesToNotify } from './authorities-to-notify.ts'

/**
 * Notifications: a row without a message is still to be delivered, unless its authority is told on its notifications page (rules 6.1, 6.2,
 * 6.5 and 19.9).
 */
export function notificationStore(db: Kysely<Schema>): NotificationStore {
  return {
    authoritiesWaiting: before =>
      authoritiesToNotify(
        db,
        sql`select from notification n
          where n.authority = a.ods_code and n.message_id is null and not n.told_at_desk and n.accessed_at <= ${before}`,
      ),

    take: async (authority, before, limit) => {
      // One deliverer at a time for an authority keeps its notifications in order.
      const turn = await db
        .selectFrom('authority')
        .select('ods_code')
        .where('ods_code', '=', authority)
        .where('told_at', '=', 'mailbox')
        .forNoKeyUpdate()
        .skipLocked()
        .executeTakeFirst()
      if (!turn) return []
      const rows = await db
        .selectFrom('notification')
        .selectAll()
        .where('authority', '=', authority)
        .where('message_id', 'is', null)
        .where('told_at_desk', '=', false)
        .where('accessed_at', '<=', before)
        .orderBy('accessed_at')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(row => ({
        id: row.id,
        accessId: row.access_id,
        authority,
        nhsNumber: row.nhs_number as NhsNumber,
        uploadSequence: row.upload_sequence,
        at: row.accessed_at,
        author: row.author,
        ...(row.local_id !== null && { localId: row.local_id }),
        ...(row.local_id_authority !== null && { localIdAuthority: row.local_id_authority }),
      }))
    },

    markDelivered: async (notifications, messageId) => {
      await db
        .updateTable('notification')
        .set({ message_id: messageId })
        .where(
          'nhs_number',
          'in',
          notifications.map(notification => notification.nhsNumber),
        )
        .where(
          'id',
          'in',
          notifications.map(notification => notification.id),
        )
        .execute()
    },

    putBack: async messageId => {
      const { numUpdatedRows } = await db
        .updateTable('notification')
        .set({ message_id: null })
        .where('message_id', '=', messageId)
        .executeTakeFirstOrThrow()
      return Number(numUpdatedRows)
    },
  }
}
