/** More than 300 lines: everything that becomes of a staged file, statement by statement. */

import { type Kysely, sql } from 'kysely'
import { unbornOf, visibleUntil } from '../../domain/plan/plan.ts'
import type { RecordResult } from '../../domain/upload/acknowledgement.ts'
import type { CheckedRecord } from '../../domain/upload/upload.ts'
import type { JudgedRecord, UploadReceipt, UploadStore } from '../../flows/upload/ports.ts'
import { numberDirectory } from '../person/number-directory.ts'
import type { Schema } from '../schema.ts'
import { keepFailures } from './failing-records.ts'
import { noteNewer, noteOverlaps } from './plans-to-check.ts'
import { markRepeats, repeatOutcomes } from './repeated-records.ts'
import { discardStaged, forgetApplied } from './staged-records.ts'
import { clearFaults, isOf, takeBack } from './taken-back.ts'

const RESULTS_PAGE = 500

/**
 * Uploads, a whole file at a time: judged records are staged in batches and applied by a handful of statements, so that the
 * size of a file shows neither in memory nor in round trips. What the statements do is the rule of `domain/upload/apply-upload.ts`.
 */
export function uploadStore(db: Kysely<Schema>): UploadStore {
  return {
    bySequence: async (authority, series, sequence) => {
      const row = await db
        .selectFrom('upload')
        .innerJoin('authority', join =>
          join
            .onRef('authority.ods_code', '=', 'upload.authority')
            .onRef('authority.sequence_epoch', '=', 'upload.sequence_epoch'),
        )
        .select(['upload.id', 'upload.digest', 'upload.created_at', 'upload.acknowledgement_payload_id'])
        .where('upload.authority', '=', authority)
        .where('upload.series', '=', series)
        .where('upload.sequence', '=', sequence)
        .where('upload.file_code', 'is not', null)
        .executeTakeFirst()
      if (!row) return undefined
      const { id, digest, created_at: createdAt, acknowledgement_payload_id: payloadId } = row
      return { id, digest, createdAt, ...(payloadId !== null && { acknowledgementPayloadId: payloadId }) }
    },

    stage: async (uploadId, records) => {
      await sql`
        with staged as (
          select * from jsonb_to_recordset(${JSON.stringify(records.map(stagedRecord))}::jsonb) as r(
            position integer, sent jsonb, fault jsonb, nhs_number text, given text, family text, birth_date date,
            local_id text, local_id_authority text, plan_number text, plans jsonb)
        ),
        stored as (
          insert into upload_record
            (upload_id, position, nhs_number, given, family, birth_date, local_id, local_id_authority, sent, fault)
          select ${uploadId}::uuid, position, nhs_number, given, family, birth_date, local_id, local_id_authority, sent,
            fault from staged
        )
        insert into upload_plan
          (upload_id, position, block, nhs_number, plan_type, start_time, unborn, end_time, delete_time, visible_until)
        select ${uploadId}::uuid, s.position, p.block, s.plan_number, p.type, p.start, p.unborn, p."end", p.delete, p.visible_until
        from staged s cross join lateral jsonb_to_recordset(s.plans) as p(
          block integer, type text, start text, unborn text, "end" text, delete text, visible_until timestamptz)`.execute(
        db,
      )
      // Plans belong to a person, whose numbers stand in the directory: mostly since PDS was asked about them a moment ago.
      const numbers = records.flatMap(({ outcome }) => saidIn(outcome)?.nhsNumber ?? [])
      await numberDirectory(db).enter(numbers, new Date())
    },

    apply: async upload => {
      await recordUpload(db, upload)
      await holdNumbers(db, upload)
      await markRepeats(db, upload)
      await failRepeatedPlans(db, upload)
      await failUnknownDeletes(db, upload)
      await writePlans(db, upload)
      await takeBack(db, upload)
      await writeContact(db, upload)
      await noteOverlaps(db, upload)
      await noteNewer(db, upload)
      await repeatOutcomes(db, upload)
      await keepFailures(db, upload)
      const counts = await countOutcomes(db, upload)
      await db.updateTable('upload').set(counts).where('id', '=', upload.id).execute()
      return { loaded: counts.loaded, failed: counts.failed }
    },

    assess: async upload => {
      await markRepeats(db, upload)
      await failRepeatedPlans(db, upload)
      await failUnknownDeletes(db, upload)
      await clearFaults(db, upload)
      await repeatOutcomes(db, upload)
      return countOutcomes(db, upload)
    },

    results: uploadId => results(db, uploadId),

    complete: async (uploadId, fileCode, acknowledgementPayloadId) => {
      await db
        .updateTable('upload')
        .set({ file_code: fileCode, acknowledgement_payload_id: acknowledgementPayloadId })
        .where('id', '=', uploadId)
        .execute()
      await forgetApplied(db, uploadId)
    },

    discard: staged => discardStaged(db, staged),
  }
}

/** What a record says of whom, whether or not PDS confirmed it. */
function saidIn(outcome: JudgedRecord['outcome']): CheckedRecord | undefined {
  return 'checked' in outcome ? outcome.checked : outcome.unproven
}

function stagedRecord({ sent, outcome }: JudgedRecord) {
  const said = saidIn(outcome)
  if (!said) return { position: sent.position, sent, fault: 'fault' in outcome && outcome.fault, plans: [] }
  const { nhsNumber, subject, plans } = said
  return {
    position: sent.position,
    sent,
    // The person is kept only of records that PDS confirmed.
    ...('fault' in outcome
      ? { fault: outcome.fault }
      : {
          nhs_number: nhsNumber,
          given: subject.given,
          family: subject.family,
          birth_date: subject.birthDate,
          local_id: subject.localId,
          local_id_authority: subject.localIdAuthority,
        }),
    plan_number: nhsNumber,
    plans: plans.map((plan, index) => ({
      ...plan,
      block: index + 1,
      unborn: unbornOf(plan.type, subject),
      visible_until: visibleUntil({ ...plan, birthDate: subject.birthDate }),
    })),
  }
}

/** Takes the authority's row first: two files of one authority are applied one after the other. */
async function recordUpload(db: Kysely<Schema>, upload: UploadReceipt): Promise<void> {
  const { sequence_epoch } = await db
    .selectFrom('authority')
    .select('sequence_epoch')
    .where('ods_code', '=', upload.authority)
    .forUpdate()
    .executeTakeFirstOrThrow()
  await db
    .insertInto('upload')
    .values({
      id: upload.id,
      authority: upload.authority,
      sequence: upload.header.sequence,
      sequence_epoch,
      series: upload.series,
      created_at: upload.header.createdAt,
      received_at: upload.receivedAt,
      message_id: upload.messageId,
      digest: upload.digest,
      record_count: upload.header.recordCount,
      loaded: 0,
      failed: 0,
    })
    .execute()
}

/**
 * Nobody joins or parts the people of the file until the commit; locked in order, so that nobody waits for each other. A number that was
 * forgotten since the file was judged (rules 14.7 and 23.7) is entered again.
 */
async function holdNumbers(db: Kysely<Schema>, { id, receivedAt }: UploadReceipt): Promise<void> {
  await sql`
    select count(*) from (
      select from person_number where nhs_number in (select nhs_number from upload_plan where upload_id = ${id})
      order by nhs_number for key share
    ) held`.execute(db)
  await sql`
    insert into person_number (nhs_number, person, due_at)
    select distinct nhs_number, nhs_number, ${receivedAt}::timestamptz from upload_plan where upload_id = ${id} order by nhs_number
    on conflict do nothing`.execute(db)
}

/** A plan that an earlier good record of the file carried fails the later record (rule 3.9). */
async function failRepeatedPlans(db: Kysely<Schema>, { id }: UploadReceipt): Promise<void> {
  await sql`
    with met as (
      select u.position, block, plan_type,
        row_number() over (partition by coalesce(n.person, u.nhs_number), plan_type, start_time, u.unborn order by u.position) as time_met
      from upload_plan u join upload_record r on r.upload_id = u.upload_id and r.position = u.position and r.fault is null
      left join person_number n on n.nhs_number = u.nhs_number where u.upload_id = ${id}
    )
    update upload_record r set fault = jsonb_build_object('kind', 'plan-already-in-file', 'plan', repeated.plan_type)
    from (select distinct on (position) position, plan_type from met where time_met > 1 order by position, block) repeated
    where r.upload_id = ${id} and r.position = repeated.position`.execute(db)
}

/** The delete of a plan that no file ever loaded is reported; it is applied, and so remembered, all the same (rule 3.5). */
async function failUnknownDeletes(db: Kysely<Schema>, { id, authority }: UploadReceipt): Promise<void> {
  await sql`
    update upload_record r set fault = jsonb_build_object('kind', 'delete-of-unknown-plan', 'plan', deleted.plan_type)
    from (
      select distinct on (u.position) u.position, u.plan_type
      from upload_plan u
      where u.upload_id = ${id} and u.delete_time is not null and not exists (
        select from person_number n join plan p on p.person = n.person
        where n.nhs_number = u.nhs_number and ${isOf(authority)} and p.plan_type = u.plan_type
          and p.start_time = u.start_time and p.unborn = u.unborn and p.ever_loaded
      )
      order by u.position, u.block
    ) deleted
    where r.upload_id = ${id} and r.position = deleted.position and r.fault is null`.execute(db)
}

/**
 * The newer file decides each plan, whichever came first (rules 3.4 to 3.6). A plan stands once for each number that it was sent under,
 * and belongs to the person whose number that is; of several the newest speaks (`speaking_plan`).
 */
async function writePlans(db: Kysely<Schema>, upload: UploadReceipt): Promise<void> {
  const { id, authority, header, receivedAt } = upload
  const carried = sql`upload_plan u join upload_record r on r.upload_id = u.upload_id and r.position = u.position
    where u.upload_id = ${id} and (r.fault is null or r.fault->>'kind' = 'delete-of-unknown-plan')`
  await sql`
    insert into plan as held
      (person, nhs_number, authority, plan_type, start_time, unborn, end_time, delete_time, given, family, birth_date, local_id,
       local_id_authority, visible_until, ever_loaded, written_created_at, written_sequence, written_received_at)
    select (select person from person_number n where n.nhs_number = u.nhs_number), u.nhs_number, ${authority}, u.plan_type, u.start_time, u.unborn, u.end_time, u.delete_time, r.given, r.family, r.birth_date,
      r.local_id, r.local_id_authority, u.visible_until, u.delete_time is null, ${header.createdAt}::timestamptz,
      ${header.sequence}::bigint, ${receivedAt}::timestamptz
    from ${carried}
    on conflict (person, authority, plan_type, start_time, unborn, nhs_number) do update set
      end_time = excluded.end_time, delete_time = excluded.delete_time, given = excluded.given, family = excluded.family,
      birth_date = excluded.birth_date, local_id = excluded.local_id, local_id_authority = excluded.local_id_authority,
      visible_until = excluded.visible_until, ever_loaded = held.ever_loaded or excluded.ever_loaded,
      written_created_at = excluded.written_created_at, written_sequence = excluded.written_sequence,
      written_received_at = excluded.written_received_at
    where (excluded.written_created_at, excluded.written_sequence) >= (held.written_created_at, held.written_sequence)
  `.execute(db)
  // An older file changes nothing but this: the plan was loaded once, so that deleting it is not a mistake.
  await sql`
    update plan p set ever_loaded = true from person_number n, ${carried} and u.delete_time is null
      and n.nhs_number = u.nhs_number and p.person = n.person and p.nhs_number = u.nhs_number and p.authority = ${authority} and p.plan_type = u.plan_type
      and p.start_time = u.start_time and p.unborn = u.unborn and not p.ever_loaded`.execute(db)
}

/** Clinicians are shown the name and numbers of the newest applied file (rule 3.3). */
async function writeContact(db: Kysely<Schema>, { authority, header }: UploadReceipt): Promise<void> {
  await db
    .updateTable('authority')
    .set({
      name: header.authority.name,
      duty_phone: header.authority.dutyPhone,
      office_phone: header.authority.officePhone ?? null,
      written_created_at: header.createdAt,
      written_sequence: header.sequence,
    })
    .where('ods_code', '=', authority)
    .where(
      // In brackets: without them the "or" would let every authority be overwritten.
      sql<boolean>`(written_created_at is null
        or (written_created_at, written_sequence) <= (${header.createdAt}::timestamptz, ${header.sequence}::bigint))`,
    )
    .execute()
}

/** The number is kept only of records that PDS says are the person's (rule 19.3). What stands there twice is counted once (rule 3.9). */
function countOutcomes(db: Kysely<Schema>, { id }: UploadReceipt) {
  return db
    .selectFrom('upload_record')
    .select([
      sql<number>`count(*) filter (where fault is null)`.as('loaded'),
      sql<number>`count(*) filter (where fault is not null)`.as('failed'),
      sql<number>`count(nhs_number)`.as('matched'),
    ])
    .where('upload_id', '=', id)
    .where('repeats', 'is', null)
    .executeTakeFirstOrThrow()
}

async function* results(db: Kysely<Schema>, uploadId: string): AsyncGenerator<readonly RecordResult[]> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('upload_record')
      .select(['position', 'sent', 'fault', 'overlapped'])
      .where('upload_id', '=', uploadId)
      .where('position', '>', after)
      .orderBy('position')
      .limit(RESULTS_PAGE)
      .execute()
    const last = rows.at(-1)
    if (!last) return
    yield rows.map(({ sent, fault, overlapped }) => ({
      sent,
      ...(fault && { fault }),
      ...(overlapped && { overlapped }),
    }))
    after = last.position
  }
}
