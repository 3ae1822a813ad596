import { type Kysely, type RawBuilder, sql } from 'kysely'
import { type CalendarDate, type PlanTime, planTimeOf } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { PlanType } from '../../domain/plan/plan.ts'
import type { PlanDoubt, PlanToCheck } from '../../domain/plan/plan-to-check.ts'
import type { PlansToCheckStore, UploadReceipt } from '../../flows/upload/ports.ts'
import type { Schema } from '../schema.ts'

/** The newest file of each authority's own system: a table that an officer sends never holds all there is (rule 3.23). */
export const NEWEST_OF_SYSTEM = sql`(
  select distinct on (authority) authority, id, created_at, sequence, received_at
  from upload where series = 'system' and file_code is not null
  order by authority, created_at desc, sequence desc
)`

/**
 * Plans that may not stand any more, of all authorities or of one (rule 3.26). Each is found once: that another plan overlaps it says
 * more than that the newest file left it out. What was found follows from the plans held and the newest file alone, so that the order of
 * files does not matter.
 */
export function plansToCheck(at: Date, authority?: string): RawBuilder<PlanToCheckRow> {
  const ofAuthority = (column: string) =>
    authority === undefined ? sql`true` : sql`${sql.ref(column)} = ${authority}`
  const shown = (alias: string) =>
    sql`${sql.ref(`${alias}.delete_time`)} is null and ${sql.ref(`${alias}.visible_until`)} > ${at}::timestamptz`
  return sql<PlanToCheckRow>`(
    with several as (
      select person, authority, plan_type, unborn from plan
      where delete_time is null and visible_until > ${at}::timestamptz and ${ofAuthority('authority')}
      group by person, authority, plan_type, unborn having count(distinct start_time) > 1
    ),
    overlapping as (
      select distinct on (p.person, p.authority, p.plan_type, p.unborn, p.start_time)
        'overlaps' as doubt, p.*, o.start_time as beside, o.written_received_at as since
      from several s
      cross join lateral (
        select * from speaking_plan v
        where v.person = s.person and v.authority = s.authority and v.plan_type = s.plan_type and v.unborn = s.unborn
      ) p
      cross join lateral (
        select * from speaking_plan v
        where v.person = s.person and v.authority = s.authority and v.plan_type = s.plan_type and v.unborn = s.unborn
      ) o
      where ${shown('p')} and ${shown('o')} and (p.end_time is null or p.end_time > ${planTimeOf(at)})
        and (p.written_created_at, p.written_sequence, p.start_time)
          < (o.written_created_at, o.written_sequence, o.start_time)
        and p.start_time < coalesce(o.end_time, '999999999999') and o.start_time < coalesce(p.end_time, '999999999999')
        and not exists (
          select from confirmed_plan c where c.authority = p.authority and c.nhs_number = p.nhs_number
            and c.plan_type = p.plan_type and c.start_time = p.start_time and c.unborn = p.unborn
            and c.beside = o.start_time
        )
      order by p.person, p.authority, p.plan_type, p.unborn, p.start_time, o.written_created_at desc,
        o.written_sequence desc, o.start_time
    ),
    newest as (
      select n.* from ${NEWEST_OF_SYSTEM} n join authority a on a.ods_code = n.authority
      where a.mode = 'snapshot' and ${ofAuthority('n.authority')}
    ),
    refused as (
      select n.authority, regexp_replace(r.sent #>> '{subjects,0,nhsNumber}', '\\D', '', 'g') as nhs_number
      from newest n join upload_record r on r.upload_id = n.id where r.fault is not null
    ),
    left_out as (
      select 'left-out' as doubt, p.*, null as beside, n.received_at as since
      from newest n join speaking_plan p on p.authority = n.authority
        and (p.written_created_at, p.written_sequence) < (n.created_at, n.sequence)
      where ${shown('p')} and (p.end_time is null or p.end_time > ${planTimeOf(at)})
        and not exists (
          select from refused r join person_number said on said.nhs_number = r.nhs_number
          where r.authority = p.authority and said.person = p.person
        )
        and not exists (select from refused r where r.authority = p.authority and r.nhs_number = p.nhs_number)
        and not exists (
          select from confirmed_plan c where c.authority = p.authority and c.nhs_number = p.nhs_number
            and c.plan_type = p.plan_type and c.start_time = p.start_time and c.unborn = p.unborn and c.beside = ''
            and (c.written_created_at, c.written_sequence) = (p.written_created_at, p.written_sequence)
        )
        and not exists (
          select from overlapping o where o.person = p.person and o.authority = p.authority
            and o.plan_type = p.plan_type and o.unborn = p.unborn and o.start_time = p.start_time
        )
    )
    select * from overlapping union all select * from left_out
  )`
}

export interface PlanToCheckRow {
  readonly doubt: PlanDoubt
  readonly nhs_number: string
  readonly plan_type: PlanType
  readonly start_time: string
  readonly unborn: string
  readonly end_time: string | null
  readonly given: string
  readonly family: string
  readonly birth_date: string
  readonly local_id: string | null
  readonly local_id_authority: string | null
  readonly beside: string | null
  readonly since: Date
  readonly written_sequence: number
  readonly written_created_at: Date
}

export function plansToCheckStore(db: Kysely<Schema>): PlansToCheckStore {
  return {
    list: async (authority, at) => {
      const { rows } = await sql<PlanToCheckRow>`
        select * from ${plansToCheck(at, authority)} found
        order by since, nhs_number, plan_type, start_time, unborn`.execute(db)
      return rows.map(planToCheck)
    },

    confirm: async (authority, plan, at) => {
      await db
        .insertInto('confirmed_plan')
        .values({
          authority,
          nhs_number: plan.nhsNumber,
          plan_type: plan.type,
          start_time: plan.start,
          unborn: plan.unborn,
          beside: plan.beside ?? '',
          written_created_at: plan.lastCarriedBy.createdAt,
          written_sequence: plan.lastCarriedBy.sequence,
          confirmed_at: at,
        })
        .onConflict(conflict =>
          conflict
            .columns(['authority', 'nhs_number', 'plan_type', 'start_time', 'unborn', 'beside'])
            .doUpdateSet({
              written_created_at: plan.lastCarriedBy.createdAt,
              written_sequence: plan.lastCarriedBy.sequence,
              confirmed_at: at,
            }),
        )
        .execute()
    },
  }
}

/** Notes beside which older plan of the same person a record of the file was loaded, for its acknowledgement (rule 3.26). */
export async function noteOverlaps(
  db: Kysely<Schema>,
  { id, authority, header, receivedAt }: UploadReceipt,
): Promise<void> {
  await sql`
    update upload_record r set overlapped = jsonb_build_object('plan', found.plan_type, 'start', found.start_time)
    from (
      select distinct on (u.position) u.position, p.plan_type, p.start_time
      from upload_plan u join person_number n on n.nhs_number = u.nhs_number
      join speaking_plan p on p.person = n.person and p.authority = ${authority} and p.plan_type = u.plan_type
        and p.unborn = u.unborn and p.start_time <> u.start_time
      where u.upload_id = ${id} and u.delete_time is null and p.delete_time is null
        and p.visible_until > ${receivedAt}::timestamptz and (p.end_time is null or p.end_time > ${planTimeOf(receivedAt)})
        and (p.written_created_at, p.written_sequence) < (${header.createdAt}::timestamptz, ${header.sequence}::bigint)
        and p.start_time < coalesce(u.end_time, '999999999999') and u.start_time < coalesce(p.end_time, '999999999999')
        and not exists (
          select from confirmed_plan c where c.authority = ${authority} and c.nhs_number = p.nhs_number
            and c.plan_type = p.plan_type and c.start_time = p.start_time and c.unborn = p.unborn
            and c.beside = u.start_time
        )
      order by u.position, u.block, p.start_time
    ) found
    where r.upload_id = ${id} and r.position = found.position and r.fault is null`.execute(db)
}

/** Notes which newer file says something else of a plan that a record of the file carries, so that it was not applied (rule 3.6). */
export async function noteNewer(db: Kysely<Schema>, { id, authority, header }: UploadReceipt): Promise<void> {
  await sql`
    update upload_record r
    set overlapped = jsonb_build_object('plan', found.plan_type, 'start', found.start_time, 'newer', found.written_sequence)
    from (
      select distinct on (u.position) u.position, p.plan_type, p.start_time, p.written_sequence
      from upload_plan u join person_number n on n.nhs_number = u.nhs_number
      join plan p on p.person = n.person and p.nhs_number = u.nhs_number and p.authority = ${authority}
        and p.plan_type = u.plan_type and p.start_time = u.start_time and p.unborn = u.unborn
      where u.upload_id = ${id}
        and (p.written_created_at, p.written_sequence) > (${header.createdAt}::timestamptz, ${header.sequence}::bigint)
        and (p.end_time is distinct from u.end_time or p.delete_time is distinct from u.delete_time)
      order by u.position, u.block
    ) found
    where r.upload_id = ${id} and r.position = found.position and r.fault is null`.execute(db)
}

function planToCheck(row: PlanToCheckRow): PlanToCheck {
  return {
    doubt: row.doubt,
    nhsNumber: row.nhs_number as NhsNumber,
    type: row.plan_type,
    start: row.start_time as PlanTime,
    unborn: row.unborn,
    ...(row.end_time !== null && { end: row.end_time as PlanTime }),
    given: row.given,
    family: row.family,
    birthDate: row.birth_date as CalendarDate,
    ...(row.local_id !== null && { localId: row.local_id }),
    ...(row.local_id_authority !== null && { localIdAuthority: row.local_id_authority }),
    ...(row.beside !== null && { beside: row.beside as PlanTime }),
    since: row.since,
    lastCarriedBy: { sequence: row.written_sequence, createdAt: row.written_created_at },
  }
}
