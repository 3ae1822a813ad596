import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { OdsCode } from '../../domain/organisation.ts'
import type {
  AuditSearch,
  FailedJob,
  HourCount,
  InterfaceCount,
  OversightStore,
} from '../../flows/watch/ports.ts'
import { type AuditRow, readAuditRow } from '../audit/audit-log.ts'
import { itemsOf } from '../notification/notification-items.ts'
import type { Schema } from '../schema.ts'

const HOUR = 3_600_000
/** An entry may be written so long after the instant that it bears: an hour is counted for good only then. */
const SETTLED = 10 * 60_000

/** What the operator sees of the whole service. */
export function oversightStore(db: Kysely<Schema>): OversightStore {
  return {
    exchangeStates: async () => {
      const { rows } = await sql<StateRow>`
        select a.ods_code, applied.received_at, waiting.accepted_at,
          case when a.told_at = 'desk' then (
            select min(item.at) from ${itemsOf(sql.ref('a.ods_code'))} item where item.acknowledged_at is null
          ) end as unread_at
        from authority a
        left join lateral (
          select received_at from upload u where u.authority = a.ods_code and u.file_code is not null
          order by received_at desc limit 1
        ) applied on true
        left join lateral (
          select min(accepted_at) as accepted_at from message m
          where m.recipient = a.mailbox_id and m.status = 'accepted'
        ) waiting on true
        order by a.ods_code`.execute(db)
      return rows.map(({ ods_code, received_at, accepted_at, unread_at }) => ({
        authority: ods_code as OdsCode,
        ...(received_at && { lastApplied: received_at }),
        ...(accepted_at && { waitingSince: accepted_at }),
        ...(unread_at && { unreadSince: unread_at }),
      }))
    },

    hours: async (from, now) => {
      const settled = hourOf(new Date(now.getTime() - SETTLED))
      const { rows: newest } = await sql<{ next: Date | null }>`
        select max(hour) + interval '1 hour' as next from hour_count`.execute(db)
      const next = newest[0]?.next
      const start = next && next > from ? next : hourOf(from)
      if (start < settled) {
        await sql`
          insert into hour_count (hour, what, count)
          select hour, what, coalesce(counted.count, 0)
          from generate_series(${start}::timestamptz, ${new Date(settled.getTime() - HOUR)}::timestamptz, interval '1 hour') hour
          cross join unnest(array['queries', 'uploads', 'notifications']) what
          left join (${counts(start, settled)}) counted using (hour, what)
          on conflict do nothing`.execute(db)
      }
      const { rows } = await sql<HourCount>`
        select hour, what, count from hour_count where hour >= ${hourOf(from)} and hour < ${settled} and count > 0
        union all select hour, what, count from (${counts(settled, new Date(now.getTime() + HOUR))}) latest
        order by hour`.execute(db)
      return rows
    },

    interfaces: async from => {
      const { rows } = await sql<InterfaceCount>`
        select door as via,
          count(*) filter (where outcome = 'allowed') as allowed,
          count(*) filter (where outcome = 'refused') as refused,
          count(*) filter (where outcome = 'failed') as failed
        from audit where at >= ${from} group by door order by door`.execute(db)
      return rows
    },

    nonDeliveries: async limit => {
      const rows = await db
        .selectFrom('message')
        .select(['id', 'workflow_id', 'recipient', 'failure', 'uploaded_at'])
        .where('status', '=', 'undeliverable')
        // Without a failure nobody was to be told (rule 19.10).
        .where('failure', 'is not', null)
        .orderBy('uploaded_at', 'desc')
        .limit(limit)
        .execute()
      return rows.map(({ id, workflow_id, recipient, failure, uploaded_at }) => ({
        messageId: id,
        workflowId: workflow_id,
        recipient,
        at: failure ? new Date(failure.at) : uploaded_at,
        code: failure?.code ?? 'unknown',
      }))
    },

    failedJobs: async limit => {
      const { rows } = await sql<FailedJob>`
        select id, name, coalesce(data ->> 'key', '') as key, created_on as since, retry_count as attempts,
          start_after as "nextAt"
        from pgboss.job where state in ('retry', 'failed') order by created_on, id limit ${limit}`.execute(db)
      return rows
    },

    // A job that failed is tried again for ever, ever slower: all there is to do is not to wait.
    retryJob: async id => {
      const { numAffectedRows = 0n } = await sql`
        update pgboss.job set state = 'retry', start_after = now(), completed_on = null
        where id = ${id}::uuid and state in ('retry', 'failed')`.execute(db)
      return numAffectedRows > 0n
    },

    searchAudit: async (search, { limit, offset }) => {
      const { rows } = await sql<AuditRow>`
        select * from audit where ${wanted(search)} order by at desc, id desc limit ${limit} offset ${offset}`.execute(
        db,
      )
      return rows.map(readAuditRow)
    },
  }
}

interface StateRow {
  readonly ods_code: string
  readonly received_at: Date | null
  readonly accepted_at: Date | null
  readonly unread_at: Date | null
}

function hourOf(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / HOUR) * HOUR)
}

/** Questions that were answered, files that came, and accesses that authorities were to be told of, by the hour. */
function counts(from: Date, before: Date): RawBuilder<unknown> {
  const within = (column: string) => sql`${sql.ref(column)} >= ${from} and ${sql.ref(column)} < ${before}`
  return sql`
    select date_trunc('hour', at) as hour,
      case when action = 'receive upload' then 'uploads' else 'queries' end as what, count(*) as count
    from audit where ${within('at')} and (action = 'receive upload' or (action like 'query %' and outcome = 'allowed'))
    group by 1, 2
    union all
    select date_trunc('hour', n.accessed_at), 'notifications', count(*)
    from authority a join notification n on n.authority = a.ods_code and ${within('n.accessed_at')}
    group by 1`
}

function wanted({ from, before, nhsNumber, who, via, outcome }: AuditSearch): RawBuilder<unknown> {
  const conditions = [
    sql`at >= ${from} and at < ${before}`,
    ...(nhsNumber ? [sql`nhs_number = ${nhsNumber}`] : []),
    ...(who ? [namedLike(who)] : []),
    ...(via ? [sql`door = ${via}`] : []),
    ...(outcome ? [sql`outcome = ${outcome}`] : []),
  ]
  return sql.join(conditions, sql` and `)
}

/** Whether somebody asked whose name has this part, whoever they were: a person, a system, a mailbox, an officer. */
function namedLike(part: string): RawBuilder<unknown> {
  const pattern = `%${part.replace(/[\\%_]/g, '\\$&')}%`
  return sql`(
    actor ilike ${pattern}
    or concat_ws(' ', author #>> '{name,prefix}', author #>> '{name,given,0}', author #>> '{name,family}') ilike ${pattern}
    or author #>> '{organisation,name}' ilike ${pattern}
    or ${part} in (author ->> 'userId', author ->> 'asid', author #>> '{organisation,odsCode}')
  )`
}
