import { type Kysely, type RawBuilder, sql } from 'kysely'
import { RETAINED_KINDS } from '../../domain/retention/personal-data.ts'
import type { PassCounts, RetentionPass, RetentionStore, StepSettings } from '../../flows/retention/ports.ts'
import type { KeptCounts, Schema } from '../schema.ts'
import { legalHolds } from './legal-holds.ts'
import type { Held, RetainedTable } from './retained-table.ts'
import { RETAINED_TABLES } from './retained-tables.ts'

const DAY = 86_400_000
/** Rows that are past their period so many days after a pass are counted by it. */
const SOON_DAYS = 30

const NOTHING: PassCounts = { held: 0, past: 0, onHold: 0, removed: 0, soon: 0 }

/**
 * Removes what is past its period: each table of a kind is gone through in the order of its primary key, some rows at a step, so that no
 * index by time has to be kept up by those who write, and so that the same pass counts what there is (rules 23.9 and 23.11).
 */
export function retentionStore(db: Kysely<Schema>): RetentionStore {
  return {
    takeTurn: async at => {
      await sql`
        insert into retention_pass (kind, due_at) select kind, ${at}::timestamptz from unnest(${[...RETAINED_KINDS]}::text[]) kind
        on conflict do nothing`.execute(db)
      const row = await db
        .selectFrom('retention_pass')
        .selectAll()
        .where('due_at', '<=', at)
        .where('kind', 'in', RETAINED_KINDS)
        .orderBy(sql`array_position(${[...RETAINED_KINDS]}::text[], kind)`)
        .limit(1)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst()
      if (!row) return undefined
      const { kind, begun_at: begunAt, in_table: table, after, counts } = row
      if (!begunAt || !counts) return { kind, begunAt: at, table: 0, counts: NOTHING, isOver: false }
      return {
        kind,
        begunAt,
        table,
        ...(after && { after }),
        counts: readCounts(counts),
        isOver: false,
      }
    },

    step: (pass, settings) => step(db, pass, settings),

    keep: async ({ kind, begunAt, table, after, counts, isOver }, { at, dueAt }) => {
      const change = isOver
        ? {
            due_at: dueAt,
            begun_at: null,
            in_table: 0,
            after: null,
            counts: null,
            ended_at: at,
            found: JSON.stringify(counts),
          }
        : {
            begun_at: begunAt,
            in_table: table,
            after: after ? JSON.stringify(after) : null,
            counts: JSON.stringify(counts),
          }
      await db.updateTable('retention_pass').set(change).where('kind', '=', kind).execute()
    },

    states: async () => {
      const rows = await db
        .selectFrom('retention_pass')
        .select(['kind', 'due_at', 'ended_at', 'found'])
        .where('kind', 'in', RETAINED_KINDS)
        .execute()
      return rows.map(({ kind, due_at: dueAt, ended_at: endedAt, found }) => ({
        kind,
        dueAt,
        ...(endedAt && found && { last: { endedAt, counts: readCounts(found) } }),
      }))
    },

    ...legalHolds(db),
  }
}

async function step(db: Kysely<Schema>, pass: RetentionPass, settings: StepSettings): Promise<RetentionPass> {
  const tables = RETAINED_TABLES[pass.kind]
  const table = tables[pass.table]
  if (!table) return { ...pass, isOver: true }
  const held = await heldBy(db)
  const page = await look(db, table, pass, settings, held)
  const removed =
    page.lastKey && page.past > page.on_hold
      ? await remove(db, table, pass, { ...settings, lastKey: page.lastKey }, held)
      : { rows: 0, counted: 0 }
  const counts = added(pass, page, removed, settings)
  const { kind, begunAt } = pass
  if (page.lastKey && page.seen === settings.rows)
    return { kind, begunAt, table: pass.table, after: page.lastKey, counts, isOver: false }
  const next = pass.table + 1
  return { kind, begunAt, table: next, counts, isOver: next === tables.length }
}

/** Holds are read while none can be placed, until the commit. */
async function heldBy(db: Kysely<Schema>): Promise<Held> {
  await sql`select from legal_hold_lock for share`.execute(db)
  const { rows } = await sql<{ number: string | null; authority: string | null }>`
    select nhs_number as number, authority from legal_hold
    union
    select other.nhs_number, null from legal_hold h join person_number n on n.nhs_number = h.nhs_number
    join person_number other on other.nhs_number = n.person or (other.person = n.person and other.person <> other.nhs_number)`.execute(
    db,
  )
  return {
    numbers: rows.flatMap(({ number }) => number ?? []),
    authorities: rows.flatMap(({ authority }) => authority ?? []),
  }
}

interface PageRow {
  readonly seen: number
  readonly past: number
  readonly on_hold: number
  readonly soon: number
  readonly oldest: Date | null
  readonly oldest_kept: Date | null
  readonly next_since: Date | null
  readonly lastKey: readonly string[] | null
}

/** The next rows of a table, counted. */
async function look(
  db: Kysely<Schema>,
  table: RetainedTable,
  { after }: RetentionPass,
  { at, days, rows: limit, isFeedReliedOn }: StepSettings,
  held: Held,
): Promise<PageRow> {
  const keys = columnsOf(table, 't')
  const cutoff = new Date(at.getTime() - days * DAY)
  const backwards = sql.join(table.key.map(({ column }) => sql`${sql.ref(column)} desc`))
  const { rows } = await sql<PageRow>`
    with page as materialized (
      select ${keys}, ${table.since({ at, isFeedReliedOn })} as since, ${table.onHold(held)} as on_hold
      from ${sql.table(table.table)} t where ${table.only ?? sql`true`} and ${beyond(table, after)}
      order by ${keys} limit ${limit}
    )
    select count(*) as seen, count(*) filter (where since <= ${cutoff}) as past,
      count(*) filter (where since <= ${cutoff} and on_hold) as on_hold,
      count(*) filter (where since > ${cutoff} and since <= ${new Date(cutoff.getTime() + SOON_DAYS * DAY)}) as soon,
      min(since) as oldest, min(since) filter (where since > ${cutoff} or on_hold) as oldest_kept,
      min(since) filter (where since > ${cutoff}) as next_since,
      (select jsonb_build_array(${sql.join(table.key.map(({ column }) => sql`${sql.ref(column)}::text`))})
        from page order by ${backwards} limit 1) as "lastKey"
    from page`.execute(db)
  const [row] = rows
  if (!row) throw new Error('Rows that are counted give one row')
  return row
}

/** Removes the rows of a page that are past their period and that nobody has in use; they are judged again once they are locked. */
async function remove(
  db: Kysely<Schema>,
  table: RetainedTable,
  { after }: RetentionPass,
  { at, days, isFeedReliedOn, lastKey }: StepSettings & { readonly lastKey: readonly string[] },
  held: Held,
): Promise<{ readonly rows: number; readonly counted: number }> {
  const page = sql<boolean>`${table.only ?? sql`true`} and ${beyond(table, after)}
    and (${columnsOf(table, 't')}) <= (${valuesOf(table, lastKey)})`
  if (table.lock) await table.lock(page).execute(db)
  const asked = { at, isFeedReliedOn }
  const cutoff = new Date(at.getTime() - days * DAY)
  const deleted = sql`, gone as (
    delete from ${sql.table(table.table)} t using past where (${columnsOf(table, 't')}) = (${columnsOf(table, 'past')}) returning 1
  ), counted as (select count(*) as rows, count(*) as counted from gone)`
  const { rows } = await sql<{ rows: number; counted: number }>`
    with past as materialized (
      select ${columnsOf(table, 't')} from ${sql.table(table.table)} t
      where ${page} and ${table.removedBy ?? sql`true`} and not ${table.onHold(held)} and ${table.since(asked)} <= ${cutoff}
      for update of t skip locked
    )${table.remove?.({ ...asked, lastKey }) ?? deleted}
    select rows, counted from counted`.execute(db)
  return rows[0] ?? { rows: 0, counted: 0 }
}

function columnsOf({ key }: RetainedTable, of: string): RawBuilder<unknown> {
  return sql.join(key.map(({ column }) => sql.ref(`${of}.${column}`)))
}

function valuesOf({ key }: RetainedTable, values: readonly string[]): RawBuilder<unknown> {
  return sql.join(key.map(({ type }, nth) => sql`${values[nth]}::text::${sql.raw(type)}`))
}

function beyond(table: RetainedTable, after: readonly string[] | undefined): RawBuilder<boolean> {
  return after ? sql<boolean>`(${columnsOf(table, 't')}) > (${valuesOf(table, after)})` : sql<boolean>`true`
}

function added(
  { counts }: RetentionPass,
  page: PageRow,
  removed: { readonly rows: number; readonly counted: number },
  { days }: StepSettings,
): PassCounts {
  const past = page.past - removed.counted
  // Of rows that could not be removed, and that no hold keeps, it is not known which they were.
  const oldest = earliest(counts.oldest, past > page.on_hold ? page.oldest : page.oldest_kept)
  const nextAt = earliest(counts.nextAt, page.next_since && new Date(page.next_since.getTime() + days * DAY))
  return {
    held: counts.held + page.seen - removed.counted,
    past: counts.past + past,
    onHold: counts.onHold + page.on_hold,
    removed: counts.removed + removed.rows,
    soon: counts.soon + page.soon,
    ...(oldest && { oldest }),
    ...(nextAt && { nextAt }),
  }
}

function earliest(one: Date | undefined, other: Date | null): Date | undefined {
  return one && other ? (one < other ? one : other) : (one ?? other ?? undefined)
}

function readCounts({ oldest, nextAt, ...counts }: KeptCounts): PassCounts {
  return {
    ...counts,
    ...(oldest !== undefined && { oldest: new Date(oldest) }),
    ...(nextAt !== undefined && { nextAt: new Date(nextAt) }),
  }
}
