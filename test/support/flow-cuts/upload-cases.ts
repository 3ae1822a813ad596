import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import type { CalendarDate } from '../../../src/domain/english-time.ts'
import { success } from '../../../src/domain/result.ts'
import type { RecordAsSent } from '../../../src/domain/upload/upload.ts'
import { sendMessage } from '../../../src/flows/mailbox/send-message.ts'
import type { Storage } from '../../../src/flows/ports.ts'
import { retryJob, tryUploadAgain } from '../../../src/flows/registration/manage-exchange.ts'
import { attemptUpload } from '../../../src/flows/upload/attempt-upload.ts'
import { confirmPlan, deletePlan } from '../../../src/flows/upload/check-plan.ts'
import { collectUploads } from '../../../src/flows/upload/collect-uploads.ts'
import { decideMatch } from '../../../src/flows/upload/decide-match.ts'
import { forgetAbandonedUploads } from '../../../src/flows/upload/forget-abandoned-uploads.ts'
import {
  keepUploadDraft,
  type ReadTable,
  sendPageUpload,
} from '../../../src/flows/upload/send-page-upload.ts'
import { readUpload } from '../../../src/formats/hl7v3/read-upload.ts'
import { writeUpload } from '../../../src/formats/hl7v3/write-upload.ts'
import { inPieces } from '../bytes.ts'
import { collected } from '../collected.ts'
import { expectValue } from '../expect-value.ts'
import { freshNhsNumber, storedPlan } from '../records.ts'
import type { CutBench, FreshAuthority } from './cut-bench.ts'
import { audited, type FlowCase } from './flow-case.ts'
import { MESH } from './mesh-names.ts'

function record(): RecordAsSent {
  return {
    position: 1,
    plans: [{ type: 'CPP', start: '202601010000' }],
    subjects: [
      {
        kind: 'child',
        nhsNumber: freshNhsNumber(),
        birthTime: '20190501',
        given: 'Pippin',
        family: 'Applecore',
      },
    ],
  }
}

/** A file of one child that waits in the mailbox of CP-IS. */
async function waiting({ deps, storage, clock }: CutBench, { odsCode, mailbox }: FreshAuthority) {
  const authority = { odsCode, name: odsCode, dutyPhone: '01632960001' }
  const file = await collected(
    writeUpload({ createdAt: clock.now(), sequence: 1, recordCount: 1, authority }, [record()]),
  )
  const sent = await sendMessage(deps(storage), {
    from: mailbox,
    label: { to: MESH.cpisMailbox, workflowId: MESH.uploadWorkflow },
    totalChunks: 1,
    encoding: 'gzip',
    bytes: inPieces(gzipSync(file)),
  })
  return expectValue(sent).id
}

const PIPPIN = {
  birthDate: '2019-05-01' as CalendarDate,
  familyNames: ['Applecore'],
  givenNames: [['Pippin']],
}

/**
 * Receives an upload that is set aside at its first failure, as one process does that is never ended: an attempt that the database
 * ended must not count (rule 3.22).
 */
function receiving(bench: CutBench, messageId: string, read: typeof readUpload = readUpload) {
  const unforgiven = new Set<string>()
  return (on: Storage) =>
    attemptUpload(
      {
        ...bench.deps(on),
        demographics: { find: async () => ({ kind: 'found', person: PIPPIN }) },
        pdsConcurrency: 1,
        pdsPatienceMs: [],
        uploadLimits: { records: 1000, ageDays: 90, expansion: 100 },
        uploadAttempts: 1,
        readUpload: bytes => read(bytes),
        writeAcknowledgement: () => inPieces('<acknowledgement/>'),
        reportFailure: () => undefined,
        unforgiven,
      },
      messageId,
      new AbortController().signal,
    )
}

const failing: typeof readUpload = () => {
  throw new TypeError('x is undefined')
}

const jobs = (messageId: string, state: string) =>
  sql`(select count(*) from pgboss.job where data ->> 'key' = ${messageId} and state::text = ${state})`

const TABLE: ReadTable = {
  rows: 1,
  recordCount: 1,
  planCount: 1,
  problems: 0,
  leftOut: [],
  rowsLeftOut: 0,
  passedOver: 0,
  notHeld: [],
  ignored: [],
  records: async function* () {
    yield record()
  },
}

function officerOf({ odsCode }: FreshAuthority) {
  return { authority: odsCode, name: 'Juniper', actor: `authority ${odsCode}` }
}

function keepDraft(bench: CutBench, on: Storage, authority: FreshAuthority) {
  const { odsCode } = authority
  const contact = { odsCode, name: odsCode, dutyPhone: '01632960001' }
  return keepUploadDraft(bench.deps(on), officerOf(authority), contact, Buffer.from('table'), TABLE)
}

/** An authority holds two plans of a child that overlap; answers the older one as the authority is asked to check it. */
async function overlapped(bench: CutBench) {
  const authority = await bench.authority()
  const { odsCode } = authority
  const nhs_number = freshNhsNumber()
  const { kysely } = bench.database
  await kysely
    .updateTable('authority')
    .set({ duty_phone: '01632960001' })
    .where('ods_code', '=', odsCode)
    .execute()
  const day = (days: number) => new Date(bench.clock.now().getTime() - days * 86_400_000)
  const held = { nhs_number, authority: odsCode, visible_until: new Date('2037-05-01') }
  await storedPlan(bench.database, { ...held, start_time: '202601010000', written_created_at: day(2) })
  await storedPlan(bench.database, { ...held, start_time: '202601020000', written_created_at: day(1) })
  const [plan] = await bench.storage.plansToCheck.list(odsCode, bench.clock.now())
  if (!plan) throw new Error('The older plan is to be checked')
  return { authority, plan }
}

/** Files of authorities, from their systems and from pages. */
export const UPLOAD_FLOWS: readonly FlowCase[] = [
  {
    name: 'a possible match is decided',
    again: 'nothing',
    prepare: async bench => {
      const { odsCode } = await bench.authority()
      const nhsNumber = freshNhsNumber()
      const match = { nhsNumber, name: 'pippin applecore', birthDate: '2019-05-01' as CalendarDate }
      return {
        act: on => decideMatch(bench.deps(on), odsCode, match, 'same-person', { via: 'web' }),
        done: sql`select (select count(*) from match_decision where nhs_number = ${nhsNumber}) as decided,
          ${audited('decide possible match', nhsNumber, 'nhs_number')} as audited`,
      }
    },
  },
  {
    name: 'an officer confirms a plan',
    again: 'nothing',
    prepare: async bench => {
      const { authority, plan } = await overlapped(bench)
      return {
        act: on => confirmPlan(bench.deps(on), officerOf(authority), plan),
        done: sql`select (select count(*) from confirmed_plan where nhs_number = ${plan.nhsNumber}) as confirmed,
          ${audited('confirm plan', plan.nhsNumber, 'nhs_number')} as audited`,
      }
    },
  },
  {
    name: 'an officer has a plan deleted',
    again: 'nothing',
    prepare: async bench => {
      const { authority, plan } = await overlapped(bench)
      const { odsCode, mailbox } = authority
      return {
        act: on => deletePlan({ ...bench.deps(on), writeUpload }, officerOf(authority), plan),
        done: sql`select (select count(*) from message where sender = ${mailbox}) as messages,
          (select count(*) from desk_draft where authority = ${odsCode} and message_id is not null) as drafts,
          (select count(*) from pgboss.job where data ->> 'key' in (
            select id from message where sender = ${mailbox})) as jobs,
          ${audited('send upload', officerOf(authority).actor, 'actor')} as audited`,
      }
    },
  },
  {
    name: 'an upload is received',
    again: 'nothing',
    prepare: async bench => {
      const authority = await bench.authority()
      const { odsCode, mailbox } = authority
      const id = await waiting(bench, authority)
      return {
        act: receiving(bench, id),
        done: sql`select (select count(*) from upload where authority = ${odsCode} and loaded = 1) as uploads,
          (select count(*) from plan where authority = ${odsCode}) as plans,
          (select count(*) from message where id = ${id} and status = 'acknowledged') as closed,
          (select count(*) from message where recipient = ${mailbox}) as acknowledgements,
          ${audited('receive upload', id)} - ${audited('set upload aside', id)} as audited`,
      }
    },
  },
  {
    name: 'a test upload is received',
    again: 'nothing',
    prepare: async bench => {
      const authority = await bench.authority({ live: false })
      const { odsCode, mailbox } = authority
      const id = await waiting(bench, authority)
      return {
        act: receiving(bench, id),
        done: sql`select (select count(*) from test_upload where authority = ${odsCode}) as uploads,
          (select count(*) from message where id = ${id} and status = 'acknowledged') as closed,
          (select count(*) from message where recipient = ${mailbox}) as acknowledgements,
          ${audited('receive upload', id)} - ${audited('set upload aside', id)} as audited`,
      }
    },
  },
  {
    name: 'an upload that fails is set aside',
    again: 'nothing',
    prepare: async bench => {
      const id = await waiting(bench, await bench.authority())
      return {
        act: receiving(bench, id, failing),
        done: sql`select
          (select count(*) from upload_attempt where message_id = ${id} and reason = 'failed' and attempts = 1) as aside,
          ${audited('set upload aside', id)} as audited`,
      }
    },
  },
  {
    name: 'an upload that was set aside is tried again',
    again: 'nothing',
    prepare: async bench => {
      const id = await waiting(bench, await bench.authority())
      await receiving(bench, id, failing)(bench.storage)
      await sql`delete from pgboss.job where data ->> 'key' = ${id}`.execute(bench.database.kysely)
      return {
        act: on => tryUploadAgain(bench.deps(on), id),
        done: sql`select ${jobs(id, 'created')} as jobs,
          (select 1 - count(*) from upload_attempt where message_id = ${id}) as aside,
          ${audited('try upload again', id)} as audited`,
      }
    },
  },
  {
    name: 'a job that failed is tried again',
    // It waits for its next try, and whoever has it tried now is on record.
    again: 'recorded',
    prepare: async bench => {
      const key = await waiting(bench, await bench.authority())
      const { rows } = await sql<{ id: string }>`
        update pgboss.job set state = 'failed' where data ->> 'key' = ${key} returning id`.execute(
        bench.database.kysely,
      )
      const id = rows[0]?.id ?? ''
      return {
        act: on => retryJob(bench.deps(on), id),
        done: sql`select ${jobs(key, 'retry')} as jobs, ${audited('retry job', id)} as audited`,
      }
    },
  },
  {
    name: 'an upload whose job was lost gets another',
    again: 'nothing',
    prepare: async bench => {
      // Of those before there are jobs enough.
      await sql`update message set status = 'acknowledged' where recipient = ${MESH.cpisMailbox}`.execute(
        bench.database.kysely,
      )
      const id = await waiting(bench, await bench.authority())
      await sql`delete from pgboss.job where data ->> 'key' = ${id}`.execute(bench.database.kysely)
      return {
        act: on => collectUploads(bench.deps(on)),
        done: sql`select ${jobs(id, 'created')} as jobs`,
      }
    },
  },
  {
    name: 'what was left of uploads is forgotten',
    again: 'nothing',
    prepare: async bench => {
      const id = bench.deps(bench.storage).newId()
      await bench.storage.uploads.stage(id, [{ sent: record(), outcome: { fault: { kind: 'invalidated' } } }])
      bench.pass(25 * 3_600_000)
      return {
        act: on => forgetAbandonedUploads(bench.deps(on)),
        done: sql`select (select 1 - count(*) from upload_record where upload_id = ${id}) as records`,
      }
    },
  },
  {
    name: 'a table is kept for its preview',
    again: 'anew',
    prepare: async bench => {
      const authority = await bench.authority()
      return {
        act: on => keepDraft(bench, on, authority),
        done: sql`select (select count(*) from desk_draft where authority = ${authority.odsCode}) as drafts,
          ${audited('preview upload', officerOf(authority).actor, 'actor')} as audited`,
      }
    },
  },
  {
    name: 'a table is sent as a file',
    again: 'nothing',
    prepare: async bench => {
      const authority = await bench.authority()
      const { odsCode, mailbox } = authority
      const id = await keepDraft(bench, bench.storage, authority)
      const sending = { readTable: async () => success(TABLE), writeUpload }
      return {
        act: on => sendPageUpload({ ...bench.deps(on), ...sending }, officerOf(authority), id),
        done: sql`select (select count(*) from message where sender = ${mailbox} and local_id = ${id}) as messages,
          (select count(*) from desk_draft where id = ${id} and message_id is not null and content is null) as drafts,
          (select count(*) from pgboss.job where data ->> 'key' in (
            select id from message where sender = ${mailbox})) as jobs,
          (select count(*) from desk_sequence where authority = ${odsCode}) as numbers,
          ${audited('send upload', officerOf(authority).actor, 'actor')} as audited`,
      }
    },
  },
]
