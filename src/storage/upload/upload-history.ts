import { type Kysely, sql } from 'kysely'
import type { NumberMatch } from '../../domain/registration/authority.ts'
import type { FileCode } from '../../domain/upload/apply-upload.ts'
import type { SequenceGap, UploadHistory, UploadOutcome } from '../../flows/upload/ports.ts'
import type { Schema } from '../schema.ts'

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

    holding: async (authority, at) => {
      const { rows } = await sql<NumberMatch>`
        with failed as (
          select distinct on (person) person, said.local_id, said.number as nhs_number, u.created_at, u.sequence
          from upload u join upload_record r on r.upload_id = u.id and r.nhs_number is null
          cross join lateral (
            select r.sent #>> '{subjects,0,localId}',
              nullif(regexp_replace(r.sent #>> '{subjects,0,nhsNumber}', '\\D', '', 'g'), '')
          ) said (local_id, number)
          cross join lateral (
            select coalesce(said.local_id, said.number, r.sent ->> 'subjects')
          ) known (person)
          where u.authority = ${authority} and u.file_code is not null
          order by person, u.created_at desc, u.sequence desc
        ),
        failing as (
          select * from failed f where not exists (
            select from plan p where p.authority = ${authority}
              and (p.local_id = f.local_id or p.nhs_number = f.nhs_number)
              and (p.written_created_at, p.written_sequence) >= (f.created_at, f.sequence)
          )
        ),
        visible as (
          select p.nhs_number, p.local_id, f.person, f.person is null and not exists (
            select from number_change c where c.nhs_number = p.nhs_number and c.authority = p.authority
          ) as matched
          from speaking_plan p left join failing f on f.nhs_number = p.nhs_number or f.local_id = p.local_id
          where p.authority = ${authority} and p.delete_time is null and p.visible_until > ${at}
        ),
        held as (
          select nhs_number, bool_and(matched) as matched from visible group by nhs_number
        )
        select (select count(*) filter (where matched) from held) as matched,
          (select count(*) from held) + (
            select count(*) from failing where person not in (select person from visible where person is not null)
          ) as total`.execute(db)
      return rows[0] ?? { matched: 0, total: 0 }
    },
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
