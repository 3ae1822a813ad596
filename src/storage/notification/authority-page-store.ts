import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Author } from '../../domain/query/requester.ts'
import type {
  AuthorityPageStore,
  NotificationFilter,
  NotificationItem,
  NotificationKind,
  ReceivedFile,
} from '../../flows/notification/ports.ts'
import type { Schema } from '../schema.ts'
import { tableDrafts } from '../upload/table-drafts.ts'
import { itemsOf } from './notification-items.ts'

/** The pages of authorities. Each statement names the authority, and reads and changes nothing of another. */
export function authorityPageStore(db: Kysely<Schema>): AuthorityPageStore {
  return {
    items: async (authority, filter, { limit, offset }) => {
      const { assigned, ...simple } = filter
      const order = sql`order by item.at desc, item.id`
      // No kind has more on the page than the page has: each is read by its index, and no further.
      const newest = sql`where ${wanted(simple)} ${order} limit ${limit + offset}`
      const found = assigned
        ? sql`${itemsOf(authority)} item ${lastAssignment(authority)} where ${wanted(filter)}`
        : sql`${itemsOf(authority, newest)} item ${lastAssignment(authority)}`
      const { rows } = await sql<ItemRow>`
        select item.*, assigned.text as assigned_to from ${found} ${order} limit ${limit} offset ${offset}`.execute(
        db,
      )
      return rows.map(readItem)
    },

    counts: async (authority, overdueBefore) => {
      const { rows } = await sql<{ unread: number; overdue: number }>`
        select count(*) as unread, count(*) filter (where at < ${overdueBefore}) as overdue
        from ${itemsOf(authority)} item where acknowledged_at is null`.execute(db)
      return rows[0] ?? { unread: 0, overdue: 0 }
    },

    item: async (authority, id) => {
      const { rows } = await sql<ItemRow & Partial<PersonRow>>`
        select item.*, assigned.text as assigned_to, person.given, person.family, person.birth_date
        from ${itemsOf(authority)} item ${lastAssignment(authority)}
        left join lateral (
          select given, family, birth_date from person_number n join plan p on p.person = n.person
          where n.nhs_number = item.nhs_number and p.nhs_number = item.nhs_number and p.authority = ${authority}
          order by written_created_at desc, written_sequence desc limit 1
        ) person on true
        where item.id = ${id}::uuid`.execute(db)
      const [row] = rows
      if (!row) return undefined
      const item = readItem(row)
      const steps = await db
        .selectFrom('desk_step')
        .selectAll()
        .where('nhs_number', '=', item.nhsNumber)
        .where('authority', '=', authority)
        .where('item', '=', id)
        .orderBy('at')
        .orderBy('id')
        .execute()
      const { given, family, birth_date } = row
      return {
        ...item,
        ...(given && family && birth_date && { person: { given, family, birthDate: birth_date } }),
        steps: steps.map(step => ({
          id: step.id,
          at: step.at,
          by: step.by,
          kind: step.kind,
          ...(step.text !== null && { text: step.text }),
        })),
      }
    },

    take: async (authority, { id: item, kind, nhsNumber }, step) => {
      if (step.kind === 'acknowledged') {
        const { numAffectedRows = 0n } = await sql`
          update ${sql.table(TABLES[kind].table)} set acknowledged_at = ${step.at}
          where nhs_number = ${nhsNumber} and authority = ${authority} and ${sql.id(TABLES[kind].id)} = ${item}::uuid
            and acknowledged_at is null`.execute(db)
        if (numAffectedRows === 0n) return false
        const { table, id } = DELIVERED[kind]
        await sql`
          update ${sql.table(table)} set told_at_desk = true
          where nhs_number = ${nhsNumber} and authority = ${authority} and ${sql.id(id)} = ${item}::uuid
            and exists (select from authority a where a.ods_code = ${authority} and a.told_at = 'desk')`.execute(
          db,
        )
      }
      const { numInsertedOrUpdatedRows = 0n } = await db
        .insertInto('desk_step')
        .values({ ...step, text: step.text ?? null, nhs_number: nhsNumber, authority, item })
        .onConflict(conflict => conflict.doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows > 0n
    },

    hasSent: async messageId => {
      const row = await db
        .selectFrom('desk_draft')
        .select('id')
        .where('message_id', '=', messageId)
        .executeTakeFirst()
      return row !== undefined
    },

    files: async (authority, mailbox, limit) => {
      const rows = await db
        .selectFrom('audit')
        .select(['at', 'outcome', 'reason', 'details'])
        .where('action', '=', 'receive upload')
        .where('actor', '=', mailbox)
        // An entry that does not say whose file it was is that of the authority whose mailbox it is.
        .where(
          sql<boolean>`(details ->> 'authority' = ${authority} or details ->> 'authority' is null and not exists (
            select from authority o join mailbox m on m.id = o.mailbox_id and m.ods_code = o.ods_code
            where o.mailbox_id = ${mailbox} and o.ods_code <> ${authority}
          ))`,
        )
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(({ at, outcome, reason, details }) => {
        const { authority: _own, ...said } = details ?? {}
        return {
          at,
          outcome: outcome as ReceivedFile['outcome'],
          reason: reason ?? '',
          ...(said as Pick<ReceivedFile, 'sequence' | 'loaded' | 'failed' | 'fault'>),
        }
      })
    },

    waiting: async (mailbox, uploadWorkflow) => {
      const rows = await db
        .selectFrom('message')
        .select('uploaded_at')
        .where('sender', '=', mailbox)
        .where(sql<boolean>`lower(workflow_id) = lower(${uploadWorkflow})`)
        .where('status', '=', 'accepted')
        .where('kind', '=', 'DATA')
        .orderBy('uploaded_at', 'desc')
        .execute()
      return rows.map(row => row.uploaded_at)
    },

    confirmedPhones: async authority => {
      const row = await db
        .selectFrom('confirmed_phones')
        .selectAll()
        .where('authority', '=', authority)
        .executeTakeFirst()
      return (
        row && {
          dutyPhone: row.duty_phone,
          ...(row.office_phone !== null && { officePhone: row.office_phone }),
          at: row.confirmed_at,
        }
      )
    },

    ...tableDrafts(db),
  }
}

/** Where items of each kind are, and what names them there. */
const TABLES: Readonly<Record<NotificationKind, { readonly table: string; readonly id: string }>> = {
  access: { table: 'notification', id: 'id' },
  'missed-appointment': { table: 'missed_appointment_alert', id: 'report_id' },
  'inactive-number': { table: 'number_change', id: 'id' },
}

/** What of an item goes into mailboxes: of a missed appointment that is the access that tells of it, too (rule 15.3). */
const DELIVERED: typeof TABLES = {
  ...TABLES,
  'missed-appointment': { table: 'notification', id: 'access_id' },
}

interface PersonRow {
  readonly given: string
  readonly family: string
  readonly birth_date: string
}

interface ItemRow {
  readonly id: string
  readonly kind: NotificationKind
  readonly at: Date
  readonly nhs_number: string
  readonly local_id: string | null
  readonly author: Author | null
  readonly starts_at: Date | null
  readonly service: string | null
  readonly description: string | null
  readonly replacement: string | null
  readonly acknowledged_at: Date | null
  readonly assigned_to: string | null
}

function lastAssignment(authority: OdsCode): RawBuilder<unknown> {
  return sql`left join lateral (
    select s.text from desk_step s
    where s.nhs_number = item.nhs_number and s.authority = ${authority} and s.item = item.id and s.kind = 'assigned'
    order by s.at desc, s.id desc limit 1
  ) assigned on true`
}

function wanted({ state, kind, assigned, overdueBefore }: NotificationFilter): RawBuilder<unknown> {
  const conditions = [
    ...(state === 'open' || state === 'overdue' ? [sql`item.acknowledged_at is null`] : []),
    ...(state === 'overdue' ? [sql`item.at < ${overdueBefore}`] : []),
    ...(state === 'done' ? [sql`item.acknowledged_at is not null`] : []),
    ...(kind ? [sql`item.kind = ${kind}`] : []),
    ...(assigned === 'nobody' ? [sql`coalesce(assigned.text, '') = ''`] : []),
    ...(assigned === 'somebody' ? [sql`assigned.text <> ''`] : []),
  ]
  return conditions.length > 0 ? sql.join(conditions, sql` and `) : sql`true`
}

function readItem(row: ItemRow): NotificationItem {
  return {
    id: row.id,
    kind: row.kind,
    at: row.at,
    nhsNumber: row.nhs_number as NhsNumber,
    ...(row.local_id !== null && { localId: row.local_id }),
    ...(row.author !== null && { author: row.author }),
    ...(row.starts_at !== null && {
      appointment: {
        start: row.starts_at,
        ...(row.service !== null && { service: row.service }),
        ...(row.description !== null && { description: row.description }),
      },
    }),
    ...(row.replacement && { replacement: row.replacement as NhsNumber }),
    ...(row.acknowledged_at !== null && { acknowledgedAt: row.acknowledged_at }),
    ...(row.assigned_to && { assignedTo: row.assigned_to }),
  }
}
