import { type Kysely, sql } from 'kysely'
import type { FileCode } from '../../domain/upload/apply-upload.ts'
import type { SequenceGap, UploadHistory, UploadOutcome } from '../../flows/upload/ports.ts'
import type { Schema } from '../schema.ts'
import { matchRates } from './match-rates.ts'

/** What authorities sent and hold, each question one statement whatever the size of the authority (rules 19.3 to 19.5). */
export function uploadHistory(db: Kysely<Schema>): UploadHistory {
  return {
    keepTest: async (id, authority, { sequence, createdAt, receivedAt, fileCode, loaded, failed, match }) => {
      await db
        .insertInto('test_upload')
        .values({
          id,
          authority,
          sequence,
          created_at: createdAt,
          received_at: receivedAt,
          file_code: fileCode,
          loaded,
          failed,
          matched: match.matched,
        })
        .execute()
    },

    tests: async (authority, limit) => {
      const rows = await db
        .selectFrom('test_upload')
        .select(['sequence', 'created_at', 'received_at', 'file_code', 'loaded', 'failed', 'matched'])
        .where('authority', '=', authority)
        .orderBy('received_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(outcome)
    },

    applied: async (authority, limit) => {
      const rows = await db
        .selectFrom('upload')
        .select(['sequence', 'created_at', 'received_at', 'loaded', 'failed', 'matched'])
        .select(sql<string>`file_code`.as('file_code'))
        .where('authority', '=', authority)
        .where('file_code', 'is not', null)
        .orderBy('created_at', 'desc')
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute()
      return rows.map(outcome)
    },

    gaps: async (authority, limit) => {
      const { rows } = await sql<SequenceGap>`
        select earlier + 1 as "from", sequence - 1 as "to" from (
          select u.sequence, lag(u.sequence) over (order by u.sequence) as earlier, g.up_to
          from upload u join authority a on a.ods_code = u.authority and a.sequence_epoch = u.sequence_epoch
          left join accepted_gaps g on g.authority = u.authority and g.sequence_epoch = u.sequence_epoch
          where u.authority = ${authority} and u.series = 'system' and u.file_code is not null
        ) applied where sequence - earlier > 1 and sequence > coalesce(up_to, 0) order by sequence desc limit ${limit}`.execute(
        db,
      )
      return rows
    },

    matchRates: (at, authority) => matchRates(db, at, authority),
  }
}

interface OutcomeRow {
  readonly sequence: number
  readonly created_at: Date
  readonly received_at: Date
  readonly file_code: string
  readonly loaded: number
  readonly failed: number
  readonly matched: number
}

function outcome(row: OutcomeRow): UploadOutcome {
  const { sequence, loaded, failed, matched } = row
  return {
    sequence,
    createdAt: row.created_at,
    receivedAt: row.received_at,
    fileCode: row.file_code as FileCode,
    loaded,
    failed,
    match: { matched, total: loaded + failed },
  }
}
