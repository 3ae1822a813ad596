import { type Kysely, sql } from 'kysely'
import type { OdsCode } from '../../domain/organisation.ts'
import { type HeldPersonFault, PERSON_DIED } from '../../domain/person/held-person.ts'
import type { PlanType } from '../../domain/plan/plan.ts'
import { codeOf, type RecordFault } from '../../domain/upload/record-faults.ts'
import { reasonOf } from '../../domain/upload/record-reasons.ts'
import type { RecordAsSent } from '../../domain/upload/upload.ts'
import type { UploadReceipt } from '../../flows/upload/ports.ts'
import type { FailedRecord } from '../../flows/watch/ports.ts'
import type { Schema } from '../schema.ts'

/** Records of a file as `r`, with whom they name: the person is whom the authority's local id names, or else the number. */
const SENT = sql`upload_record r
  cross join lateral (
    select nullif(regexp_replace(r.sent #>> '{subjects,0,nhsNumber}', '\\D', '', 'g'), ''),
      r.sent #>> '{subjects,0,localId}'
  ) said (number, local_id)
  cross join lateral (
    select encode(sha256(convert_to(
      coalesce('L' || said.local_id, 'N' || said.number, 'S' || (r.sent ->> 'subjects'), ''), 'UTF8')), 'hex')
  ) failed (person)`

/**
 * Keeps the people of an authority whose records fail, with the newest such record of each and since when, as part of applying a
 * file (rule 16.7). A person is whom the authority's local id names, or else the number. Whoever was loaded since is forgotten.
 */
export async function keepFailures(
  db: Kysely<Schema>,
  { id, authority, header, receivedAt }: UploadReceipt,
): Promise<void> {
  await sql`
    insert into failing_record as known (authority, person, nhs_number, local_id, since, upload_id, position,
      written_created_at, written_sequence)
    select distinct on (person) ${authority}, person, said.number, said.local_id, ${receivedAt}::timestamptz,
      r.upload_id, r.position, ${header.createdAt}::timestamptz, ${header.sequence}::bigint
    from ${SENT}
    where r.upload_id = ${id} and r.fault is not null
    order by person, r.position desc
    on conflict (authority, person) do update set
      since = least(known.since, excluded.since),
      (nhs_number, local_id, upload_id, position, written_created_at, written_sequence) = (
        select newest.* from (values
          (known.nhs_number, known.local_id, known.upload_id, known.position, known.written_created_at,
            known.written_sequence),
          (excluded.nhs_number, excluded.local_id, excluded.upload_id, excluded.position, excluded.written_created_at,
            excluded.written_sequence)
        ) newest (nhs_number, local_id, upload_id, position, created_at, sequence)
        order by created_at desc, sequence desc limit 1
      )`.execute(db)
  await sql`
    with loaded as (
      select nhs_number, local_id, written_created_at, written_sequence from plan where authority = ${authority}
      union all
      select n.nhs_number, null, p.written_created_at, p.written_sequence
      from plan p join person_number n on n.person = p.person and n.nhs_number <> p.nhs_number
      where p.authority = ${authority}
    ),
    mended as (
      select f.person from failing_record f join loaded l on l.local_id = f.local_id
        and (l.written_created_at, l.written_sequence) >= (f.written_created_at, f.written_sequence)
      where f.authority = ${authority}
      union
      select f.person from failing_record f join loaded l on l.nhs_number = f.nhs_number
        and (l.written_created_at, l.written_sequence) >= (f.written_created_at, f.written_sequence)
      where f.authority = ${authority}
      union
      -- Loaded because it only takes back what is held: there is nothing left to be mended (rule 3.24).
      select f.person from ${SENT} join failing_record f on f.person = failed.person
        and (f.written_created_at, f.written_sequence) <= (${header.createdAt}::timestamptz, ${header.sequence}::bigint)
      where r.upload_id = ${id} and r.fault is null and r.nhs_number is null and f.authority = ${authority}
    )
    delete from failing_record where authority = ${authority} and person in (select person from mended)`.execute(
    db,
  )
  // PDS has just confirmed the people of the records that were loaded.
  await sql`
    delete from held_person_fault f where authority = ${authority} and exists (
      select from upload_record r where r.upload_id = ${id} and r.nhs_number = f.nhs_number and r.fault is null
    )`.execute(db)
}

/**
 * Of an authority that sends all it holds, only whom its newest file or a table since then carried: whoever was left out is not failing
 * any more.
 */
export const STILL_FAILING = sql`failing_record f join authority a on a.ods_code = f.authority
  where (a.mode = 'delta' or not exists (
    select from upload u where u.authority = a.ods_code and u.series = 'system' and u.file_code is not null
      and (u.created_at, u.sequence) > (f.written_created_at, f.written_sequence)
  ))`

/** People whom PDS has otherwise than an authority that holds a plan of theirs, with the plan that describes them (rule 14.9). */
export const HELD_OTHERWISE = sql`held_person_fault f
  join person_number n on n.nhs_number = f.nhs_number
  cross join lateral (
    select * from speaking_plan s where s.person = n.person and s.nhs_number = f.nhs_number and s.authority = f.authority
      and s.delete_time is null
    order by s.written_created_at desc, s.written_sequence desc limit 1
  ) p where true`

interface HeldOtherwiseRow {
  readonly nhs_number: string
  readonly local_id: string | null
  readonly given: string
  readonly family: string
  readonly plan_type: PlanType
  readonly start_time: string
  readonly fault: HeldPersonFault
  readonly since: Date
  readonly sequence: number
  readonly created_at: Date
}

interface FailingRow {
  readonly sent: RecordAsSent
  readonly fault: RecordFault
  readonly since: Date
  readonly sequence: number
  readonly created_at: Date
}

/** Oldest failure first. */
export async function failedRecords(db: Kysely<Schema>, authority: OdsCode): Promise<FailedRecord[]> {
  const { rows } = await sql<FailingRow>`
    select r.sent, r.fault, f.since, f.written_sequence as sequence, f.written_created_at as created_at
    from (select f.* from ${STILL_FAILING} and f.authority = ${authority}) f
    join upload_record r on r.upload_id = f.upload_id and r.position = f.position
    order by f.since, f.upload_id, f.position`.execute(db)
  const failed = rows.map(({ sent, fault, since, sequence, created_at }) => ({
    sent,
    code: codeOf(fault),
    isPossibleMatch: fault.kind === 'possible-match',
    reason: reasonOf(fault),
    since,
    newest: { sequence, createdAt: created_at },
  }))
  return [...failed, ...(await heldOtherwise(db, authority))]
}

/** As records that fail: as the authority sent them, and what to put right. */
async function heldOtherwise(db: Kysely<Schema>, authority: OdsCode): Promise<FailedRecord[]> {
  const { rows } = await sql<HeldOtherwiseRow>`
    select f.nhs_number, p.local_id, p.given, p.family, p.plan_type, p.start_time, f.fault, f.since,
      p.written_sequence as sequence, p.written_created_at as created_at
    from ${HELD_OTHERWISE} and f.authority = ${authority} and p.visible_until > now()
    order by f.since, f.nhs_number`.execute(db)
  return rows.map(row => ({
    sent: {
      position: 0,
      plans: [{ type: row.plan_type, start: row.start_time }],
      subjects: [
        {
          kind: row.plan_type === 'UCPP' ? 'mother' : 'child',
          nhsNumber: row.nhs_number,
          given: row.given,
          family: row.family,
          ...(row.local_id !== null && { localId: row.local_id }),
        },
      ],
    },
    isPossibleMatch: false,
    code: row.fault.kind === 'person-died' ? 'CPR07' : codeOf(row.fault),
    reason: row.fault.kind === 'person-died' ? PERSON_DIED : reasonOf(row.fault),
    since: row.since,
    newest: { sequence: row.sequence, createdAt: row.created_at },
  }))
}
