import { type Kysely, sql } from 'kysely'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { NumberLooks } from '../../flows/person/ports.ts'
import type { Schema } from '../schema.ts'

/** Due numbers that are judged in one round, whether or not they are asked about. */
const JUDGED_AT_ONCE = 500
/** What is due since then was announced: it is asked about, whatever is known of it. */
const ANNOUNCED = new Date(0)

interface DueRow {
  readonly nhs_number: NhsNumber
  readonly announced: boolean
  readonly held: boolean
  readonly idle: boolean
}

/** When each number is looked at, so that the sweep goes on where it stopped (rules 14.1, 14.3 and 14.7). */
export function numberLooks(db: Kysely<Schema>): NumberLooks {
  return {
    claimDue: async ({ at, checkHours, until, limit }) => {
      const due = await dueNumbers(db, at)
      const asked = due.filter(row => row.announced || row.held).slice(0, limit)
      const last = asked.length < limit ? undefined : asked.at(-1)
      const before = last ? due.slice(0, due.indexOf(last)) : due
      const over = before.filter(row => !row.announced && !row.held)
      if (asked.length > 0) {
        await db
          .updateTable('person_number')
          .set({ claimed_until: until })
          .where('nhs_number', 'in', numbersOf(asked))
          .execute()
      }
      const forgotten = over.filter(row => row.idle)
      if (forgotten.length > 0)
        await db.deleteFrom('person_number').where('nhs_number', 'in', numbersOf(forgotten)).execute()
      const later = over.filter(row => !row.idle)
      if (later.length > 0) {
        await db
          .updateTable('person_number')
          .set({ due_at: new Date(at.getTime() + checkHours * 3_600_000) })
          .where('nhs_number', 'in', numbersOf(later))
          .execute()
      }
      return numbersOf(asked)
    },

    markDue: async (number, at) => {
      await sql`
        insert into number_feed (heard_at) values (${at})
        on conflict (single) do update set heard_at = greatest(number_feed.heard_at, excluded.heard_at)`.execute(
        db,
      )
      await sql`
        insert into person_number (nhs_number, person, due_at) values (${number}, ${number}, ${ANNOUNCED})
        on conflict do nothing`.execute(db)
      await db
        .updateTable('person_number')
        .set({ due_at: ANNOUNCED, claimed_until: null })
        .where('nhs_number', '=', number)
        .execute()
    },
  }
}

function numbersOf(rows: readonly DueRow[]): NhsNumber[] {
  return rows.map(row => row.nhs_number)
}

/**
 * Locks what is due and is nobody else's turn, then judges it: what is locked joins and leaves no person until the commit. A number is
 * idle that leads nowhere and is led to by none, under which nothing is held, was taken back or passes on, and that PDS was asked about a day ago or more.
 */
async function dueNumbers(db: Kysely<Schema>, at: Date): Promise<DueRow[]> {
  const locked = await db
    .selectFrom('person_number')
    .select('nhs_number')
    .where('due_at', '<=', at)
    .where(({ or, eb }) => or([eb('claimed_until', 'is', null), eb('claimed_until', '<=', at)]))
    .orderBy('due_at')
    .limit(JUDGED_AT_ONCE)
    .forUpdate()
    .skipLocked()
    .execute()
  if (locked.length === 0) return []
  const { rows } = await sql<DueRow>`
    select n.nhs_number, n.due_at <= ${ANNOUNCED} as announced,
      exists (
        select from plan p where p.person = n.person and p.delete_time is null and p.visible_until > ${at}
      ) as held,
      n.person = n.nhs_number and n.replaced_by is null
        and coalesce(n.looked_at, n.due_at) <= ${at}::timestamptz - interval '24 hours'
        and not exists (select from person_number o where o.person = n.nhs_number and o.person <> o.nhs_number)
        and not exists (select from plan p where p.person = n.nhs_number)
        and not exists (select from plan_taken_back t where t.person = n.nhs_number)
        and not exists (select from succession_plan s where s.person = n.nhs_number) as idle
    from person_number n where n.nhs_number = any (${locked.map(row => row.nhs_number)}::text[])
    order by n.due_at`.execute(db)
  return rows
}
