import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import type { CalendarDate } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { PlanType } from '../../domain/plan/plan.ts'
import type { Succession } from '../../domain/registration/succession.ts'
import type { SuccessionStore, UndoCounts } from '../../flows/registration/ports.ts'
import { numberDirectory } from '../person/number-directory.ts'
import type { Schema } from '../schema.ts'
import { plansOnceHeldBy, rowsOf, tryHandOver } from './try-hand-over.ts'

/** The register of successions; what it says of each plan is worked out in the database (`migrations/0026-succession.ts`). */
export function successionStore(db: Kysely<Schema>): SuccessionStore {
  const select = () => db.selectFrom('succession').selectAll()
  const change = (id: string) => db.updateTable('succession').where('id', '=', id)
  return {
    list: async () => (await select().orderBy('planned_at', 'desc').orderBy('id').execute()).map(succession),

    current: async from => {
      const row = await select()
        .where('from_authority', '=', from)
        .where('state', 'in', ['planned', 'done'])
        .executeTakeFirst()
      return row && succession(row)
    },

    due: async today => {
      const rows = await select()
        .where('state', '=', 'planned')
        .where('on_day', '<=', today)
        .orderBy('on_day')
        .orderBy('from_authority')
        .execute()
      return rows.map(succession)
    },

    plan: async ({ id, from, on, defaultSuccessor, successors, listed, plannedAt, plannedBy }, rows) => {
      await db
        .insertInto('succession')
        .values({
          id,
          from_authority: from,
          on_day: on,
          default_successor: defaultSuccessor,
          successors: [...successors],
          listed,
          planned_at: plannedAt,
          planned_by: plannedBy,
        })
        .execute()
      await numberDirectory(db).enter(
        rows.map(({ nhsNumber }) => nhsNumber),
        plannedAt,
      )
      await sql`
        insert into succession_plan
          (person, nhs_number, succession, plan_type, start_day, local_id, successor, new_local_id, row_number)
        select n.person, n.nhs_number, ${id}::uuid, r.plan_type, r.start_day, r.local_id, r.successor, r.new_local_id, r.row_number
        from ${rowsOf(rows)} join (select * from person_number order by nhs_number for key share) n on n.nhs_number = r.nhs_number`.execute(
        db,
      )
    },

    rows: async id => {
      const rows = await db
        .selectFrom('succession_plan')
        .selectAll()
        .where('succession', '=', id)
        .where('row_number', 'is not', null)
        .orderBy('row_number')
        .execute()
      return rows.map(row => ({
        row: row.row_number ?? 0,
        nhsNumber: row.nhs_number as NhsNumber,
        type: row.plan_type as PlanType,
        startDay: dayOfDigits(row.start_day),
        localId: row.local_id,
        successor: row.successor as OdsCode,
        ...(row.new_local_id !== null && { newLocalId: row.new_local_id }),
      }))
    },

    tryOut: (plan, at) => tryHandOver(db, plan, at),

    wait: async (id, why, at) => {
      const { numUpdatedRows } = await change(id)
        .set({ waits_for: why, waits_since: sql<Date>`coalesce(waits_since, ${at}::timestamptz)` })
        .where(sql<boolean>`waits_for is distinct from ${why}`)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },

    carryOut: async ({ id, from }, at) => {
      await change(id).set({ state: 'done', done_at: at, waits_for: null, waits_since: null }).execute()
      await db
        .updateTable('authority')
        .set({ passes_on: true, passed_on_at: at })
        .where('ods_code', '=', from)
        .execute()
      await tellOfInactiveNumbers(db, from, at)
      const { rows } = await sql<CountRow>`
        select p.authority as ods_code, count(*) as plans, count(distinct p.person) as people
        from ${plansOnceHeldBy(from)} p
        where p.passed @> jsonb_build_array(jsonb_build_object('succession', ${id}::text))
          and p.delete_time is null and p.visible_until > ${at}::timestamptz
        group by p.authority order by p.authority`.execute(db)
      return rows.map(counted)
    },

    withdraw: async id => {
      await change(id).set({ state: 'withdrawn', waits_for: null, waits_since: null }).execute()
    },

    tryUndo: succession => undoCounts(db, succession),

    undo: async (done, at) => {
      const counts = await undoCounts(db, done)
      const { id, from } = done
      await sql`
        insert into succession_plan (person, nhs_number, succession, plan_type, start_day, local_id, successor, kept)
        select distinct on (k.person, k.plan_type, left(k.start_time, 8), k.unborn, k.nhs_number)
          k.person, k.nhs_number, ${id}::uuid, k.plan_type, left(k.start_time, 8), k.unborn, k.holder, true
        from ${keptPlans(done)} k
        order by k.person, k.plan_type, left(k.start_time, 8), k.unborn, k.nhs_number
        on conflict (person, succession, plan_type, start_day, local_id, nhs_number) do update set kept = true`.execute(
        db,
      )
      await change(id).set({ state: 'undone', undone_at: at }).execute()
      await sql`
        update authority set passed_on_at = null, passes_on = exists (
          select from succession s join succession_plan l on l.succession = s.id and l.kept
          where s.from_authority = ${from} and s.done_at is not null
        ) where ods_code = ${from}`.execute(db)
      return counts
    },
  }
}

/** Whoever takes plans over is told of their numbers that are no longer in use, as the predecessor was (rule 14.2). */
async function tellOfInactiveNumbers(db: Kysely<Schema>, from: OdsCode, at: Date): Promise<void> {
  await sql`
    insert into number_change
      (nhs_number, authority, version, replacement, noticed_at, local_id, local_id_authority, upload_sequence)
    select distinct on (c.nhs_number, p.authority)
      c.nhs_number, p.authority, c.version, c.replacement, ${at}::timestamptz, p.local_id, p.local_id_authority, p.written_sequence
    from number_change c join person_number n on n.nhs_number = c.nhs_number
    cross join lateral (select * from speaking_plan s where s.person = n.person) p
    where c.authority = ${from} and n.state in ('replaced', 'invalid', 'unknown') and coalesce(n.replaced_by, '') = c.replacement
      and p.nhs_number = c.nhs_number and p.authority <> ${from} and p.sent_by = ${from} and p.delete_time is null
      and p.visible_until > ${at}::timestamptz
    order by c.nhs_number, p.authority, c.version desc
    on conflict (nhs_number, authority, version) do nothing`.execute(db)
}

/**
 * Plans that passed on by a hand-over and of which the holder has uploaded the same plan itself since then, each as its sender sent it, with
 * who holds it.
 */
function keptPlans({ id, from, doneAt }: Succession): RawBuilder<unknown> {
  return sql`(
    select h.*, k.holder from (
      select distinct q.person from plan q join authority a on a.ods_code = q.authority and (a.passes_on or a.ods_code = ${from})
    ) who
    cross join lateral plans_as_held(who.person) h
    cross join lateral plan_holder(h.person, h.sent_by, h.plan_type, h.start_time, h.unborn) k
    where h.own_received_at >= ${doneAt ?? null}::timestamptz and h.sent_by <> h.authority
      and k.passed @> jsonb_build_array(jsonb_build_object('succession', ${id}::text))
  )`
}

async function undoCounts(db: Kysely<Schema>, done: Succession): Promise<UndoCounts> {
  const { rows } = await sql<CountRow & { stays: boolean }>`
    with passed as (
      select p.person, p.authority, p.plan_type, p.start_time, p.unborn, p.own_received_at >= ${done.doneAt ?? null}::timestamptz as stays
      from (
        select distinct q.person from plan q join authority a on a.ods_code = q.authority and (a.passes_on or a.ods_code = ${done.from})
      ) who cross join lateral plans_as_held(who.person) p
      where p.speaks and p.passed @> jsonb_build_array(jsonb_build_object('succession', ${done.id}::text)) and p.delete_time is null
        and p.visible_until > now()
    )
    select authority as ods_code, coalesce(stays, false) as stays, count(*) as plans, count(distinct person) as people
    from passed group by 1, 2 order by 1`.execute(db)
  const goBack = rows.filter(({ stays }) => !stays).reduce((sum, { plans }) => sum + plans, 0)
  return {
    goBack,
    stay: rows.filter(({ stays }) => stays).map(row => ({ odsCode: row.ods_code, plans: row.plans })),
  }
}

interface CountRow {
  readonly ods_code: OdsCode
  readonly plans: number
  readonly people: number
}

function counted({ ods_code, plans, people }: CountRow) {
  return { odsCode: ods_code, plans, people }
}

function dayOfDigits(digits: string): CalendarDate {
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}` as CalendarDate
}

function succession(row: Selectable<Schema['succession']>): Succession {
  return {
    id: row.id,
    from: row.from_authority as OdsCode,
    on: row.on_day as CalendarDate,
    successors: row.successors as readonly OdsCode[],
    defaultSuccessor: row.default_successor as OdsCode,
    listed: row.listed,
    state: row.state,
    plannedAt: row.planned_at,
    plannedBy: row.planned_by,
    ...(row.waits_for !== null &&
      row.waits_since !== null && { waits: { for: row.waits_for, since: row.waits_since } }),
    ...(row.done_at !== null && { doneAt: row.done_at }),
    ...(row.undone_at !== null && { undoneAt: row.undone_at }),
  }
}
