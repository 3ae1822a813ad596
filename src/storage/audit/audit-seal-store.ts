import { type Kysely, sql } from 'kysely'
import type { SealableEntry } from '../../domain/audit/audit.ts'
import type { Hash } from '../../domain/audit/seal-tree.ts'
import type { SealedLog, SealedPosition, SealStore } from '../../flows/audit/ports.ts'
import type { Schema } from '../schema.ts'
import { type AuditRow, readAuditRow } from './audit-log.ts'

const HASH_BYTES = 32
const PAGE = 1000

/** The instant to the microsecond, which is as much as the log holds of it. */
const EXACT_INSTANT = sql<string>`to_char(a.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

type ExactRow = AuditRow & { readonly exact: string }

/** The seal over the audit log, as it grows (rules 22.1 to 22.4). */
export function sealStore(db: Kysely<Schema>): SealStore {
  return {
    hold: async () => {
      const row = await db
        .selectFrom('audit_tree')
        .select(['origin', 'size', 'peaks'])
        .forUpdate()
        .skipLocked()
        .executeTakeFirst()
      if (!row) return undefined
      const signed = await db
        .selectFrom('audit_checkpoint')
        .select('key_id')
        .where('size', '=', row.size)
        .execute()
      return {
        origin: row.origin,
        tree: { size: row.size, peaks: hashesIn(row.peaks) },
        signedBy: signed.map(({ key_id }) => key_id),
      }
    },

    waiting: async limit => {
      const { rows } = await sql<ExactRow>`
        select a.*, ${EXACT_INSTANT} as exact from audit_waiting w join audit a using (id)
        order by w.id limit ${limit}`.execute(db)
      return rows.map(sealable)
    },

    append: async ({ from, entries, parts, tree, checkpoint }) => {
      const ids = sql`${entries.map(({ id }) => id)}::uuid[]`
      if (entries.length > 0) {
        await sql`
          insert into audit_leaf (position, entry, hash)
          select ${from}::bigint + nth - 1, id, decode(hash, 'hex')
          from unnest(${ids}, ${entries.map(({ hash }) => hex(hash))}::text[]) with ordinality as e(id, hash, nth)`.execute(
          db,
        )
        await sql`delete from audit_waiting where id = any(${ids})`.execute(db)
      }
      for (const { level, index, hash } of parts) {
        await db.insertInto('audit_part').values({ level, index, hash }).execute()
      }
      const { size, keyId, at, note } = checkpoint
      await db.insertInto('audit_checkpoint').values({ size, key_id: keyId, at, note }).execute()
      await db
        .updateTable('audit_tree')
        .set({ size: tree.size, peaks: Buffer.concat(tree.peaks) })
        .execute()
    },

    claimCheck: async (at, { ended, begun }) => {
      const { numUpdatedRows } = await db
        .updateTable('audit_tree')
        .set({ check_claimed_at: at })
        .where(eb => eb.or([eb('checked_at', 'is', null), eb('checked_at', '<', ended)]))
        .where(eb => eb.or([eb('check_claimed_at', 'is', null), eb('check_claimed_at', '<', begun)]))
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    releaseCheck: async () => {
      await db.updateTable('audit_tree').set({ check_claimed_at: null }).execute()
    },

    keepCheck: async ({ at, size, findings }) => {
      await db
        .updateTable('audit_tree')
        .set({ checked_at: at, checked_size: size, checked_findings: findings, check_claimed_at: null })
        .execute()
    },
  }
}

/** What was sealed, to be proved and checked (rules 22.5 to 22.8). */
export function sealedLog(db: Kysely<Schema>): SealedLog {
  return {
    status: async () => {
      const { rows } = await sql<StatusRow>`
        select t.origin, t.checked_at, t.checked_size, t.checked_findings,
          (select count(*) from audit_waiting) as waiting, c.size, c.key_id, c.at, c.note
        from audit_tree t
        left join lateral (select * from audit_checkpoint order by size desc, at desc limit 1) c on true`.execute(
        db,
      )
      const [row] = rows
      if (!row) throw new Error('The row of the tree is made by the migration')
      const { size, key_id, at, note, checked_at, checked_size, checked_findings } = row
      return {
        origin: row.origin,
        waiting: row.waiting,
        ...(size !== null && at && key_id && note && { newest: { size, keyId: key_id, at, note } }),
        ...(checked_at && {
          lastCheck: { at: checked_at, size: checked_size ?? 0, findings: checked_findings ?? 0 },
        }),
      }
    },

    find: async ids => {
      const { rows } = await sql<ExactRow & { position: number | null }>`
        select a.*, ${EXACT_INSTANT} as exact, l.position
        from audit a left join audit_leaf l on l.entry = a.id where a.id = any(${ids}::uuid[])`.execute(db)
      return rows.map(row => ({
        entry: sealable(row),
        ...(row.position !== null && { position: row.position }),
      }))
    },

    hashes: async (level, first, count) => {
      const rows =
        level === 0
          ? await db
              .selectFrom('audit_leaf')
              .select('hash')
              .where('position', '>=', first)
              .where('position', '<', first + count)
              .orderBy('position')
              .execute()
          : await db
              .selectFrom('audit_part')
              .select('hash')
              .where('level', '=', level)
              .where('index', '>=', first)
              .where('index', '<', first + count)
              .orderBy('index')
              .execute()
      return rows.map(({ hash }) => hash)
    },

    async *positions(end) {
      for (let from = 0; from < end; ) {
        const { rows } = await sql<PositionRow>`
          select l.position, l.entry, l.hash, a.*, ${EXACT_INSTANT} as exact
          from (select * from audit_leaf where position >= ${from} and position < ${end}
                order by position limit ${PAGE}) l
          left join audit a on a.id = l.entry order by l.position`.execute(db)
        const last = rows.at(-1)
        if (!last) return
        yield rows.map(sealedPosition)
        from = last.position + 1
      }
    },

    async *checkpoints(size) {
      let after: { readonly size: number; readonly key_id: string } = { size: -1, key_id: '' }
      for (;;) {
        const rows = await db
          .selectFrom('audit_checkpoint')
          .selectAll()
          .where('size', '<=', size)
          .where(eb => eb(eb.refTuple('size', 'key_id'), '>', eb.tuple(after.size, after.key_id)))
          .orderBy('size')
          .orderBy('key_id')
          .limit(PAGE)
          .execute()
        const last = rows.at(-1)
        if (!last) return
        yield rows.map(row => ({ size: row.size, keyId: row.key_id, at: row.at, note: row.note }))
        after = last
      }
    },

    strays: async limit => {
      const { rows } = await sql<{ id: string; held: boolean }>`
        (select a.id, true as held from audit a
         where not exists (select from audit_waiting w where w.id = a.id)
           and not exists (select from audit_leaf l where l.entry = a.id and l.position < (select size from audit_tree))
         order by a.id limit ${limit})
        union all
        (select w.id, false from audit_waiting w where not exists (select from audit a where a.id = w.id)
         order by w.id limit ${limit})`.execute(db)
      const ids = (held: boolean) => rows.filter(row => row.held === held).map(({ id }) => id)
      return { slippedIn: ids(true), vanished: ids(false) }
    },
  }
}

interface StatusRow {
  readonly origin: string
  readonly waiting: number
  readonly size: number | null
  readonly key_id: string | null
  readonly at: Date | null
  readonly note: string | null
  readonly checked_at: Date | null
  readonly checked_size: number | null
  readonly checked_findings: number | null
}

type PositionRow = { readonly position: number; readonly entry: string; readonly hash: Hash } & (
  | ExactRow
  | { readonly id: null }
)

function sealedPosition(row: PositionRow): SealedPosition {
  const { position, entry, hash } = row
  return { position, entryId: entry, hash, ...(row.id !== null && { entry: sealable(row) }) }
}

function sealable(row: ExactRow): SealableEntry {
  const { via: door, ...entry } = readAuditRow(row)
  return { ...entry, door, at: row.exact }
}

function hashesIn(bytes: Uint8Array): Hash[] {
  const count = bytes.length / HASH_BYTES
  return Array.from({ length: count }, (_, nth) => bytes.subarray(nth * HASH_BYTES, (nth + 1) * HASH_BYTES))
}

function hex(hash: Hash): string {
  return Buffer.from(hash).toString('hex')
}
