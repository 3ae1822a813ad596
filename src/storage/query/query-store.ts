import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { PlanType } from '../../domain/plan/plan.ts'
import { ACCESS_LIST_LIMIT, type Access, isListed, SAME_AUTHOR_HOURS } from '../../domain/query/access.ts'
import type { VisiblePlan } from '../../domain/query/answer.ts'
import { type Author, authorKey } from '../../domain/query/requester.ts'
import type { QueryStore, QueryToRecord } from '../../flows/query/ports.ts'
import { auditRow } from '../audit/audit-log.ts'

/** Runs one named statement; a server prepares it once. */
export type RunStatement = <Row>(name: string, text: string, values: readonly unknown[]) => Promise<Row[]>

const ACCESS_JSON = `jsonb_build_object('id', id, 'nhsNumber', nhs_number, 'at', accessed_at, 'author', author)`

/**
 * The whole query: what is visible, whether this access is listed, the access, its notifications, the audit entry and the
 * answer (rules 4.1, 4.4, 5.2 and 5.5 to 5.9). Every part sees the same snapshot, so what is answered is what is recorded.
 *
 * Two simultaneous clicks meet on the row of `last_listed`: the second waits for the first and then finds the guard false.
 * Tried before: a check and then an insert (two clicks list two accesses), and a lock on the plan (silent reads queue up).
 *
 * $1 access id, $2 number asked for, $3 unscheduled, $4 instant, $5 author, $6 author key, $7 audit id, $8 interface, $9 action,
 * $10 trace id, $11 audit details.
 */
export const ANSWER_QUERY = `
with numbers as materialized (
  select $2::text as nhs_number
  union
  select other_number from same_person where nhs_number = $2
),
visible as materialized (
  select p.*, a.name as authority_name, a.duty_phone, a.office_phone
  from plan p join authority a on a.ods_code = p.authority
  where p.nhs_number in (select nhs_number from numbers) and p.delete_time is null and not p.silent
    and p.visible_until > $4
),
listed as (
  insert into last_listed as held (nhs_number, author_key, listed_at)
  select (select min(nhs_number) from numbers), $6, $4::timestamptz where $3::boolean and exists (select from visible)
  on conflict (nhs_number, author_key) do update set listed_at = excluded.listed_at
    where held.listed_at <= excluded.listed_at - interval '${SAME_AUTHOR_HOURS} hours'
  returning 1
),
recorded as (
  insert into access (nhs_number, accessed_at, id, author)
  select $2, $4::timestamptz, $1::uuid, $5::jsonb from listed
  returning nhs_number, accessed_at, id, author
),
notified as (
  insert into notification
    (nhs_number, access_id, authority, accessed_at, author, local_id, local_id_authority, upload_sequence)
  select distinct on (authority)
    nhs_number, $1::uuid, authority, $4::timestamptz, $5::jsonb, local_id, local_id_authority, written_sequence
  from visible, listed
  order by authority, written_created_at desc, written_sequence desc
),
audited as (
  insert into audit (id, at, door, action, outcome, author, nhs_number, trace_id, details)
  select $7::uuid, $4::timestamptz, $8, $9, 'allowed', $5::jsonb, $2, $10,
    $11::jsonb || jsonb_build_object('plans', (select count(*) from visible), 'listed', exists (select from listed))
),
history as (
  select * from (
    (select nhs_number, accessed_at, id, author from access
     where nhs_number in (select nhs_number from numbers) and exists (select from visible)
     order by accessed_at desc, id desc limit ${ACCESS_LIST_LIMIT})
    union all
    select nhs_number, accessed_at, id, author from recorded
  ) either order by accessed_at desc, id desc limit ${ACCESS_LIST_LIMIT}
)
select
  (select jsonb_agg(to_jsonb(visible) order by start_time, plan_type, authority) from visible) as plans,
  (select jsonb_agg(${ACCESS_JSON} order by accessed_at desc, id desc) from history) as accesses`

const READ_ACCESSES = `
select jsonb_agg(${ACCESS_JSON} order by accessed_at desc, id desc) as accesses from (
  select nhs_number, accessed_at, id, author from access
  where nhs_number in (select $1::text union select other_number from same_person where nhs_number = $1)
  order by accessed_at desc, id desc limit ${ACCESS_LIST_LIMIT}
) newest`

/** The store of the hot path. */
export function queryStore(run: RunStatement): QueryStore {
  return {
    answer: async query => {
      const [row] = await run<AnswerRow>('answer-query', ANSWER_QUERY, answerValues(query))
      const plans = (row?.plans ?? []).map(visiblePlan)
      const accesses = (row?.accesses ?? []).map(listedAccess)
      if (plans.length === 0 || query.access === 'scheduled' || showsAuthor(accesses, query))
        return { plans, accesses }
      // Somebody else's click by the same author was committed while ours waited for it: our snapshot is older than it.
      const [again] = await run<AnswerRow>('read-accesses', READ_ACCESSES, [query.nhsNumber])
      return { plans, accesses: (again?.accesses ?? []).map(listedAccess) }
    },
  }
}

/** The values of `ANSWER_QUERY`, in its order. */
export function answerValues(query: QueryToRecord): unknown[] {
  const audit = auditRow(query.audit)
  return [
    query.id,
    query.nhsNumber,
    query.access === 'unscheduled',
    query.at,
    JSON.stringify(query.author),
    authorKey(query.author),
    audit.id,
    audit.door,
    audit.action,
    audit.trace_id,
    audit.details ?? '{}',
  ]
}

/** Whether the list shows what it must: this author's listed access of the last 24 hours, unless 25 newer ones push it out. */
function showsAuthor(accesses: readonly Access[], query: QueryToRecord): boolean {
  const key = authorKey(query.author)
  return (
    accesses.length >= ACCESS_LIST_LIMIT ||
    accesses.some(access => authorKey(access.author) === key && !isListed(access.at, query.at))
  )
}

interface AnswerRow {
  plans: PlanJson[] | null
  accesses: { id: string; nhsNumber: NhsNumber; at: string; author: Author }[] | null
}

interface PlanJson {
  id: string
  nhs_number: NhsNumber
  plan_type: PlanType
  start_time: PlanTime
  end_time: PlanTime | null
  given: string
  family: string
  birth_date: CalendarDate
  local_id: string | null
  local_id_authority: string | null
  written_received_at: string
  authority: OdsCode
  authority_name: string
  duty_phone: string
  office_phone: string | null
}

function visiblePlan(row: PlanJson): VisiblePlan {
  return {
    id: row.id,
    nhsNumber: row.nhs_number,
    type: row.plan_type,
    start: row.start_time,
    ...(row.end_time !== null && { end: row.end_time }),
    subject: {
      given: row.given,
      family: row.family,
      birthDate: row.birth_date,
      ...(row.local_id !== null && { localId: row.local_id }),
      ...(row.local_id_authority !== null && { localIdAuthority: row.local_id_authority }),
    },
    authority: {
      odsCode: row.authority,
      name: row.authority_name,
      dutyPhone: row.duty_phone,
      ...(row.office_phone !== null && { officePhone: row.office_phone }),
    },
    lastUploadedAt: new Date(row.written_received_at),
  }
}

function listedAccess(row: { id: string; nhsNumber: NhsNumber; at: string; author: Author }): Access {
  return { id: row.id, nhsNumber: row.nhsNumber, at: new Date(row.at), author: row.author }
}
