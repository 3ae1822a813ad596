import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { OdsCode } from '../../domain/organisation.ts'
import type { UploadMode } from '../../domain/registration/authority.ts'
import { type MatchRate, matchRate } from '../../domain/registration/match-rate.ts'
import type { Schema } from '../schema.ts'
import { STILL_FAILING } from './failing-records.ts'

/**
 * The one match rate of every authority that has one, or of one authority: what everybody who tells or judges it reads (rules 16.6, 19.3
 * and 19.5). One statement, whatever the number of authorities.
 */
export async function matchRates(
  db: Kysely<Schema>,
  at: Date,
  authority?: OdsCode,
): Promise<ReadonlyMap<OdsCode, MatchRate>> {
  const { rows } = await sql<FactsRow>`
    with wanted as (
      select ods_code, live_since, mode, children from authority
      where passed_on_at is null and ${authority === undefined ? sql`true` : sql`ods_code = ${authority}`}
    ),
    held as (${holdings(at)})
    select w.*, held.matched, held.total, applied.last_applied,
      test.matched as test_matched, test.total as test_total, test.largest, test.received_at
    from wanted w
    left join held on held.authority = w.ods_code
    left join lateral (
      select max(u.received_at) as last_applied from upload u
      where u.authority = w.ods_code and u.file_code is not null
    ) applied on w.live_since is not null
    left join lateral (
      select t.matched, t.loaded + t.failed as total, t.received_at, max(t.loaded + t.failed) over () as largest
      from test_upload t where t.authority = w.ods_code order by t.received_at desc, t.id desc limit 1
    ) test on w.live_since is null`.execute(db)
  const rates = rows.map(row => [row.ods_code, matchRate(factsOf(row))] as const)
  return new Map(rates.flatMap(([code, rate]) => (rate ? [[code, rate] as const] : [])))
}

interface FactsRow {
  readonly ods_code: OdsCode
  readonly live_since: Date | null
  readonly mode: UploadMode
  readonly children: number | null
  readonly matched: number | null
  readonly total: number | null
  readonly last_applied: Date | null
  readonly test_matched: number | null
  readonly test_total: number | null
  readonly largest: number | null
  readonly received_at: Date | null
}

function factsOf(row: FactsRow): Parameters<typeof matchRate>[0] {
  const { live_since, mode, children, matched, total, last_applied, received_at } = row
  return {
    mode,
    ...(live_since !== null && { liveSince: live_since }),
    ...(children !== null && { children }),
    ...(total !== null && { holding: { matched: matched ?? 0, total } }),
    ...(last_applied !== null && { lastApplied: last_applied }),
    ...(received_at !== null && {
      test: {
        matched: row.test_matched ?? 0,
        total: row.test_total ?? 0,
        largest: row.largest ?? 0,
        receivedAt: received_at,
      },
    }),
  }
}

/** The people with a visible plan of each authority that is or was live, and those it would hold if their number were right (rule 19.5). */
function holdings(at: Date): RawBuilder<unknown> {
  return sql`
    with live as (select ods_code as authority from wanted where live_since is not null),
    failing as (
      select f.authority, f.person, f.local_id, f.nhs_number
      from ${STILL_FAILING} and f.authority in (select authority from live) and exists (
        select from upload_record r where r.upload_id = f.upload_id and r.position = f.position and r.nhs_number is null
      )
    ),
    visible as (
      select p.authority, p.nhs_number, p.local_id, by_number.person as by_number, by_local_id.person as by_local_id,
        by_number.person is null and by_local_id.person is null and not exists (
          select from number_change c where c.nhs_number = p.nhs_number and c.authority = p.authority
        ) as matched
      from live join speaking_plan p on p.authority = live.authority
      left join failing by_number on by_number.authority = p.authority and by_number.nhs_number = p.nhs_number
      left join failing by_local_id on by_local_id.authority = p.authority and by_local_id.local_id = p.local_id
      where p.delete_time is null and p.visible_until > ${at}
    ),
    known as (
      select authority, by_number as person from visible where by_number is not null
      union select authority, by_local_id from visible where by_local_id is not null
    ),
    people as (select authority, nhs_number, bool_and(matched) as matched from visible group by 1, 2),
    counted as (
      select authority, count(*) filter (where matched) as matched, count(*) as total from people group by 1
      union all
      select f.authority, 0, count(*) from failing f
      where not exists (select from known k where k.authority = f.authority and k.person = f.person)
      group by 1
    )
    select authority, sum(matched)::int as matched, sum(total)::int as total from counted group by 1`
}
