import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import { type PlanType, visibleUntil } from '../../domain/plan/plan.ts'
import type { UploadReceipt } from '../../flows/upload/ports.ts'
import type { Schema } from '../schema.ts'

/** So many plans are written in one statement. */
const BATCH = 500

/** What a file carries of people whom PDS did not confirm, and that ends or deletes a plan. */
const TAKEN_BACK = sql`upload_plan u
  join upload_record r on r.upload_id = u.upload_id and r.position = u.position and r.nhs_number is null
  join person_number n on n.nhs_number = u.nhs_number`

/** Whether the authority sent the plan `p`, or holds it since it passed on (rule 19.16). */
export function isOf(authority: string): RawBuilder<boolean> {
  return sql<boolean>`(p.authority = ${authority} or (
    p.authority in (select ods_code from authority where passes_on)
    and (select holder from plan_holder(p.person, p.authority, p.plan_type, p.start_time, p.unborn)) = ${authority}
  ))`
}

/**
 * An end or a delete of a plan that the authority holds is applied whatever PDS says of names or flags: only a new claim needs proof
 * (rule 3.24). A record that does nothing else than that is loaded; of any other the fault stays, and what it takes back is taken back all
 * the same. Comes after the plans of the file were written.
 */
export async function takeBack(db: Kysely<Schema>, upload: UploadReceipt): Promise<void> {
  await remember(db, upload)
  await clearFaults(db, upload)
  await overlay(db, upload)
}

/** Which records of a file are loaded because they only take back. */
export async function clearFaults(
  db: Kysely<Schema>,
  { id, authority }: Pick<UploadReceipt, 'id' | 'authority'>,
): Promise<void> {
  await sql`
    update upload_record r set fault = null
    from (
      select u.position from ${TAKEN_BACK} where u.upload_id = ${id}
      group by u.position
      having bool_and((u.end_time is not null or u.delete_time is not null) and exists (
        select from plan p where p.person = n.person and p.authority = ${authority} and p.plan_type = u.plan_type
          and p.start_time = u.start_time and p.unborn = u.unborn and p.ever_loaded
      ))
    ) only_takes_back
    where r.upload_id = ${id} and r.position = only_takes_back.position and r.nhs_number is null`.execute(db)
}

async function remember(db: Kysely<Schema>, { id, authority, header }: UploadReceipt): Promise<void> {
  await sql`
    insert into plan_taken_back as held
      (person, authority, plan_type, start_time, unborn, nhs_number, what, time, written_created_at, written_sequence)
    select distinct on (n.person, u.plan_type, u.start_time, u.unborn, u.nhs_number, said.what)
      n.person, ${authority}, u.plan_type, u.start_time, u.unborn, u.nhs_number, said.what, said.time,
      ${header.createdAt}::timestamptz, ${header.sequence}::bigint
    from ${TAKEN_BACK} cross join lateral (values ('end', u.end_time), ('delete', u.delete_time)) said (what, time)
    where u.upload_id = ${id} and said.time is not null
    order by n.person, u.plan_type, u.start_time, u.unborn, u.nhs_number, said.what, u.position, u.block
    on conflict (person, authority, plan_type, start_time, unborn, nhs_number, what) do update set
      time = excluded.time, written_created_at = excluded.written_created_at, written_sequence = excluded.written_sequence
    where (excluded.written_created_at, excluded.written_sequence) >= (held.written_created_at, held.written_sequence)`.execute(
    db,
  )
}

interface OverlaidRow {
  readonly nhs_number: string
  readonly plan_type: PlanType
  readonly start_time: string
  readonly unborn: string
  readonly birth_date: CalendarDate
  readonly end_time: PlanTime | null
  readonly delete_time: PlanTime | null
  readonly taken_back_created_at: Date
  readonly taken_back_sequence: number
}

/**
 * Of each plan that the file carries, the newest end and the newest delete that are newer than the plan itself. Names stay those that PDS
 * confirmed, and what was deleted is not brought back: that would be a new claim. The plan keeps the version of the newest of them, since
 * between two senders of one plan that counts as a write (rule 19.16).
 */
async function overlay(db: Kysely<Schema>, { id, authority }: UploadReceipt): Promise<void> {
  const { rows } = await sql<OverlaidRow>`
    with carried as (
      select distinct n.person, u.plan_type, u.start_time, u.unborn
      from upload_plan u join person_number n on n.nhs_number = u.nhs_number where u.upload_id = ${id}
    ),
    newest as (
      select distinct on (p.nhs_number, p.plan_type, p.start_time, p.unborn, t.what)
        p.nhs_number, p.plan_type, p.start_time, p.unborn, p.birth_date, p.end_time, p.delete_time, t.what, t.time,
        t.written_created_at, t.written_sequence
      from carried c
      join plan_taken_back t on t.person = c.person and t.authority = ${authority} and t.plan_type = c.plan_type
        and t.start_time = c.start_time and t.unborn = c.unborn
      join plan p on p.person = t.person and p.authority = t.authority and p.plan_type = t.plan_type
        and p.start_time = t.start_time and p.unborn = t.unborn
      where (t.written_created_at, t.written_sequence) > (p.written_created_at, p.written_sequence)
      order by p.nhs_number, p.plan_type, p.start_time, p.unborn, t.what, t.written_created_at desc, t.written_sequence desc,
        t.nhs_number
    )
    select nhs_number, plan_type, start_time, unborn, birth_date,
      coalesce(max(time) filter (where what = 'end'), end_time) as end_time,
      coalesce(max(time) filter (where what = 'delete'), delete_time) as delete_time,
      (array_agg(written_created_at order by written_created_at desc, written_sequence desc))[1] as taken_back_created_at,
      (array_agg(written_sequence order by written_created_at desc, written_sequence desc))[1] as taken_back_sequence
    from newest group by nhs_number, plan_type, start_time, unborn, birth_date, end_time, delete_time`.execute(
    db,
  )
  for (let from = 0; from < rows.length; from += BATCH) {
    const plans = rows.slice(from, from + BATCH).map(row => ({
      ...row,
      visible_until: visibleUntil({
        type: row.plan_type,
        birthDate: row.birth_date,
        end: row.end_time ?? undefined,
      }),
    }))
    await sql`
      update plan p set end_time = t.end_time, delete_time = t.delete_time, visible_until = t.visible_until,
        taken_back_created_at = t.taken_back_created_at, taken_back_sequence = t.taken_back_sequence
      from jsonb_to_recordset(${JSON.stringify(plans)}::jsonb) as t(
        nhs_number text, plan_type text, start_time text, unborn text, end_time text, delete_time text,
        visible_until timestamptz, taken_back_created_at timestamptz, taken_back_sequence bigint)
      where p.person = (select person from person_number n where n.nhs_number = t.nhs_number)
        and p.nhs_number = t.nhs_number and p.authority = ${authority} and p.plan_type = t.plan_type
        and p.start_time = t.start_time and p.unborn = t.unborn`.execute(db)
  }
}
