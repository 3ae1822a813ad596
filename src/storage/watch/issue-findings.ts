import { type RawBuilder, sql } from 'kysely'
import {
  COLLECT_WITHIN_HOURS,
  GAP_GRACE_HOURS,
  HEARD_OF_DAYS,
  type IssueKind,
  MEND_RECORD_DAYS,
  PHONES_CONFIRMED_DAYS,
} from '../../domain/watch/issue.ts'
import { itemsOf } from '../notification/notification-items.ts'
import { HELD_OTHERWISE, STILL_FAILING } from '../upload/failing-records.ts'
import { plansToCheck } from '../upload/plans-to-check.ts'

export interface FindingRow {
  readonly authority: string
  readonly subject: string
  readonly since: Date
  readonly details: object
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** So many gaps are named; all are counted. */
const GAPS_NAMED = 10

/** Of each authority that is told on its page: what came before this instant has been overdue for too long (rule 16.10). */
export type NeglectedBefore = readonly { readonly authority: string; readonly before: Date }[]

/** What is wrong with all authorities at an instant: one statement for each kind (rules 16.2 to 16.5, 16.7 and 16.10). */
export const FINDINGS: Readonly<
  Record<Exclude<IssueKind, 'match-rate'>, (at: Date, neglected: NeglectedBefore) => RawBuilder<FindingRow>>
> = {
  silent: at => sql`
    select a.ods_code as authority, '' as subject, coalesce(last.received_at, a.live_since) as since,
      jsonb_build_object('intervalHours', a.interval_hours, 'everApplied', last.received_at is not null) as details
    from authority a left join lateral (
      select received_at from upload u where u.authority = a.ods_code and u.file_code is not null
      order by received_at desc limit 1
    ) last on true
    where a.live_since is not null and a.suspended_since is null and a.passed_on_at is null
      and coalesce(last.received_at, a.live_since) < ${at}::timestamptz - make_interval(hours => a.interval_hours)`,

  'sequence-gap': at => sql`
    with applied as (
      select u.authority, u.sequence, u.received_at,
        lag(u.sequence) over (partition by u.authority order by u.sequence) as earlier
      from upload u join authority a on a.ods_code = u.authority and a.sequence_epoch = u.sequence_epoch
      left join accepted_gaps g on g.authority = u.authority and g.sequence_epoch = u.sequence_epoch
      where a.passed_on_at is null and u.series = 'system' and u.file_code is not null and (g.up_to is null or u.sequence >= g.up_to)
    ),
    gap as (
      select authority, earlier + 1 as first, sequence - 1 as last, received_at,
        row_number() over (partition by authority order by sequence desc) as nth
      from applied where sequence - earlier > 1 and received_at <= ${before(at, GAP_GRACE_HOURS * HOUR)}
    )
    select authority, '' as subject, min(received_at) as since,
      jsonb_build_object('missing', sum(last - first + 1), 'gaps', count(*), 'newest', string_agg(
        case when first = last then first::text else first || ' to ' || last end, ', ' order by last desc
      ) filter (where nth <= ${GAPS_NAMED})) as details
    from gap group by authority`,

  'not-collected': at => sql`
    select a.ods_code as authority, '' as subject, min(m.accepted_at) as since,
      jsonb_build_object('messages', count(*), 'handedOn', bool_or(d.message_id is not null)) as details
    from authority a join message m on m.recipient = a.mailbox_id and m.status = 'accepted'
    left join outside_dispatch d on d.message_id = m.id
    where a.told_at = 'mailbox' and m.accepted_at < ${before(at, COLLECT_WITHIN_HOURS * HOUR)}
    group by a.ods_code`,

  // Messages are forgotten after a time; what was raised of one is not, until a later one is collected.
  'not-delivered': at => sql`
    with failed as (
      select a.ods_code as authority, a.mailbox_id, m.workflow_id as subject, (m.failure ->> 'at')::timestamptz as at
      from authority a join message m on m.recipient = a.mailbox_id and m.status = 'undeliverable'
      where m.accepted_at is not null and m.failure is not null
      union all
      select a.ods_code, a.mailbox_id, c.subject, c.since
      from concern c join authority a on a.ods_code = c.authority
      where c.kind = 'not-delivered' and c.cleared_at is null
    ),
    newest as (select authority, mailbox_id, subject, max(at) as since from failed group by 1, 2, 3)
    select authority, subject, since, '{}'::jsonb as details from newest n
    where exists (select from authority a where a.ods_code = n.authority and a.told_at = 'mailbox') and not exists (
      select from message later left join outside_dispatch d on d.message_id = later.id
      where later.recipient = n.mailbox_id and later.workflow_id = n.subject and later.status = 'acknowledged'
        and later.accepted_at > n.since
        and (d.message_id is null or later.acknowledged_at < ${before(at, HEARD_OF_DAYS * DAY)})
    )`,

  'desk-not-looked-at': (_at, neglected) => sql`
    select a.ods_code as authority, '' as subject, min(item.at) as since, jsonb_build_object('items', count(*)) as details
    from jsonb_to_recordset(${JSON.stringify(neglected)}::jsonb) as late(authority text, before timestamptz)
    join authority a on a.ods_code = late.authority cross join lateral (
      select at from ${itemsOf(sql.ref('a.ods_code'))} told
      where told.acknowledged_at is null and told.at < late.before
    ) item
    where a.told_at = 'desk'
    group by a.ods_code`,

  'phones-unconfirmed': at => sql`
    select a.ods_code as authority, '' as subject,
      coalesce(c.confirmed_at, a.live_since, a.written_created_at, ${at}::timestamptz) as since,
      jsonb_build_object('why', judged.why) as details
    from authority a left join confirmed_phones c on c.authority = a.ods_code
    cross join lateral (select case
      when c.authority is null then 'never'
      when (c.duty_phone, c.office_phone) is distinct from (a.duty_phone, a.office_phone) then 'changed'
      when c.confirmed_at < ${before(at, PHONES_CONFIRMED_DAYS * DAY)} then 'long-ago'
    end) judged (why)
    where a.duty_phone is not null and judged.why is not null and a.passed_on_at is null`,

  'upload-set-aside': () => sql`
    select a.ods_code as authority, '' as subject, min(t.set_aside_at) as since,
      jsonb_build_object('uploads', count(*)) as details
    from upload_attempt t join message m on m.id = t.message_id and m.status = 'accepted'
    join authority a on a.mailbox_id = m.sender
    where t.set_aside_at is not null
    group by a.ods_code`,

  'people-differ': at => sql`
    select f.authority, '' as subject, min(f.since) as since, jsonb_build_object('people', count(*)) as details
    from ${HELD_OTHERWISE} and p.visible_until > ${at}::timestamptz
    group by f.authority`,

  'plans-to-check': at => sql`
    select authority, '' as subject, min(since) as since, jsonb_build_object('plans', count(*)) as details
    from ${plansToCheck(at)} found
    group by authority`,

  'old-failures': at => sql`
    select f.authority, '' as subject, min(f.since) as since, jsonb_build_object('records', count(*)) as details
    from ${STILL_FAILING} and a.passed_on_at is null and f.since < ${before(at, MEND_RECORD_DAYS * DAY)}
    group by f.authority`,

  'succession-waits': () => sql`
    select from_authority as authority, '' as subject, waits_since as since,
      jsonb_build_object('on', on_day, 'why', waits_for) as details
    from succession where state = 'planned' and waits_for is not null`,

  'succession-unclear': at => sql`
    select p.authority, '' as subject, ${PASSED_SINCE} as since, jsonb_build_object('people', count(distinct p.person)) as details
    from ${PASSED_ON} p where p.unclear and p.delete_time is null and p.visible_until > ${at}::timestamptz
    group by p.authority`,

  'succession-unlisted': at => sql`
    select p.authority, '' as subject, ${PASSED_SINCE} as since, jsonb_build_object('plans', count(*)) as details
    from ${PASSED_ON} p
    where p.sent_by <> p.authority and p.passed #>> '{0,listed}' = 'false' and p.delete_time is null
      and p.visible_until > ${at}::timestamptz
    group by p.authority`,
}

/** Every plan of the people of whom plans have passed on, as it is held now. */
const PASSED_ON = sql`(
  select distinct q.person from plan q join authority a on a.ods_code = q.authority and a.passes_on
) who cross join lateral (select * from plans_as_held(who.person) h where h.speaks)`

/** When the newest of the plans passed on; of one that did not, when it was uploaded. */
const PASSED_SINCE = sql`max(coalesce(
  (select s.done_at from succession s where s.id::text = p.passed #>> '{0,succession}'), p.written_received_at))`

function before(at: Date, ms: number): RawBuilder<Date> {
  return sql`${new Date(at.getTime() - ms)}::timestamptz`
}
