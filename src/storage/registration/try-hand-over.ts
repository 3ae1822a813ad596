import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { OdsCode } from '../../domain/organisation.ts'
import type { HandOverRow } from '../../domain/registration/succession.ts'
import type { HandOverCounts, SuccessionStore } from '../../flows/registration/ports.ts'
import type { Schema } from '../schema.ts'

/** Of the plans that no row names so many are shown; all are counted. */
const SHOWN = 100

/** The rows of a file as rows named `r`. */
export function rowsOf(rows: readonly HandOverRow[]) {
  const said = rows.map(({ row, nhsNumber, type, startDay, localId, successor, newLocalId }) => ({
    row_number: row,
    nhs_number: nhsNumber,
    plan_type: type,
    start_day: startDay.replaceAll('-', ''),
    local_id: localId,
    successor,
    new_local_id: newLocalId,
  }))
  return sql`jsonb_to_recordset(${JSON.stringify(said)}::jsonb) as r(
    row_number integer, nhs_number text, plan_type text, start_day text, local_id text, successor text, new_local_id text)`
}

/** Every plan of a person of whom the authority, or one whose plans passed to it, ever sent something: as it is held now. */
export function plansOnceHeldBy(from: OdsCode): RawBuilder<unknown> {
  return sql`(
    select distinct q.person from plan q join authority a on a.ods_code = q.authority and (a.passes_on or a.ods_code = ${from})
  ) who cross join lateral (select * from plans_as_held(who.person) h where h.speaks)`
}

/** What a hand-over would do to the plans that are visible at an instant; changes nothing (rule 19.15). */
export async function tryHandOver(
  db: Kysely<Schema>,
  { from, defaultSuccessor, rows = [] }: Parameters<SuccessionStore['tryOut']>[0],
  at: Date,
): Promise<HandOverCounts> {
  const { rows: found } = await sql<TryRow>`
    with passing as (
      select p.* from ${plansOnceHeldBy(from)} p
      where p.authority = ${from} and p.delete_time is null and p.visible_until > ${at}::timestamptz
    ),
    listed as (
      select n.person, r.* from ${rowsOf(rows)} join person_number n on n.nhs_number = r.nhs_number
    ),
    matched as (
      select p.person, p.nhs_number, p.plan_type, p.start_time, p.local_id, l.row_number, l.successor, l.local_id as said_local_id
      from passing p left join lateral (
        select * from listed l where l.person = p.person and l.plan_type = p.plan_type and l.start_day = left(p.start_time, 8)
          and (p.plan_type <> 'UCPP' or l.local_id = p.unborn)
        order by l.row_number limit 1
      ) l on true
    )
    select jsonb_build_object(
      'bySuccessor', (
        select coalesce(jsonb_agg(c order by c."odsCode"), '[]') from (
          select coalesce(successor, ${defaultSuccessor}) as "odsCode", count(*) as plans, count(distinct person) as people
          from matched group by 1
        ) c
      ),
      'unlisted', jsonb_build_object(
        'count', (select count(*) from matched where row_number is null),
        'plans', (
          select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('nhsNumber', u.nhs_number, 'type', u.plan_type,
            'startDay', to_date(left(u.start_time, 8), 'YYYYMMDD'), 'localId', u.local_id))), '[]')
          from (select * from matched where row_number is null order by nhs_number, plan_type, start_time limit ${SHOWN}) u
        )
      ),
      'differingRows', (
        select coalesce(jsonb_agg(row_number order by row_number), '[]') from matched
        where said_local_id <> '' and said_local_id is distinct from local_id
      ),
      'matchedRows', (
        select coalesce(jsonb_agg(distinct row_number) filter (where row_number is not null), '[]') from matched
      )) as counts`.execute(db)
  const { matchedRows, ...counts } = found[0]?.counts ?? NOTHING
  const matched = new Set(matchedRows)
  const unmatchedRows = rows.map(({ row }) => row).filter(row => !matched.has(row))
  // Without a file everything passes on to the default successor: nothing is left out of anything.
  const unlisted = rows.length > 0 ? counts.unlisted : { count: 0, plans: [] }
  return { ...counts, unlisted, unmatchedRows }
}

interface TryRow {
  readonly counts: Omit<HandOverCounts, 'unmatchedRows'> & { readonly matchedRows: readonly number[] }
}

const NOTHING: TryRow['counts'] = {
  bySuccessor: [],
  unlisted: { count: 0, plans: [] },
  differingRows: [],
  matchedRows: [],
}
