import type { Kysely } from 'kysely'
import type { NhsNumber } from '../domain/nhs-number.ts'
import type { OdsCode } from '../domain/organisation.ts'
import type { NotificationStore } from '../flows/ports.ts'
import type { Schema } from './schema.ts'

/** Notifications: a row without a message is one still to be delivered (rules 6.1, 6.2 and 6.5). */
export function notificationStore(db: Kysely<Schema>): NotificationStore {
  return {
    authoritiesWaiting: async before => {
      const rows = await db
        .selectFrom('notification')
        .select('authority')
        .distinct()
        .where('message_id', 'is', null)
        .where('accessed_at', '<=', before)
        .orderBy('authority')
        .execute()
      return rows.map(row => row.authority as OdsCode)
    },

    take: async (authority, before, limit) => {
      // One deliverer at a time for an authority keeps its notifications in order.
      const turn = await db
        .selectFrom('authority')
        .select('ods_code')
        .where('ods_code', '=', authority)
        .forNoKeyUpdate()
        .skipLocked()
        .executeTakeFirst()
      if (!turn) return []
      const rows = await db
        .selectFrom('notification')
        .selectAll()
        .where('authority', '=', authority)
        .where('message_id', 'is', null)
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
