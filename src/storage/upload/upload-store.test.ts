// One file: every test applies the same made-up files to the same store, and the longest one is about all the statements together.
import fc from 'fast-check'
import { v7 as newId } from 'uuid'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, queryFor, storedAuthority } from '../../../test/support/records.ts'
import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import { applyUpload, type HeldPlan, type Holding, planKey } from '../../domain/upload/apply-upload.ts'
import { type CheckedRecord, wordsOf } from '../../domain/upload/upload.ts'
import type { JudgedRecord, UploadReceipt } from '../../flows/upload/ports.ts'
import type { Database } from '../open-database.ts'
import { queryStore } from '../query/query-store.ts'
import { uploadStore } from './upload-store.ts'

const DAY = 86_400_000

describeOnEachEngine('the upload store', database => {
  let pairs = 0
  const freshAuthorities = () => {
    pairs += 1
    return [`K1${String(pairs).padStart(3, '0')}`, `K2${String(pairs).padStart(3, '0')}`] as OdsCode[]
  }

  /** Stages and applies a file in one transaction, as the flow does. */
  const apply = async (upload: UploadReceipt, records: readonly JudgedRecord[]) => {
    await uploadStore(database().kysely).stage(upload.id, records)
    const outcome = await database()
      .kysely.transaction()
      .execute(trx => uploadStore(trx).apply(upload))
    const faults = new Map<number, unknown>()
    for await (const page of uploadStore(database().kysely).results(upload.id)) {
      for (const { sent, fault } of page) if (fault) faults.set(sent.position, fault)
    }
    return { ...outcome, faults }
  }

  test('whatever the files and their order, the store ends where the rule does (rules 3.4 to 3.6)', async () => {
    let authorities = 0
    let repeats = 0
    await fc.assert(
      fc.asyncProperty(filesInSomeOrder(), async ({ files, people }) => {
        const authority = `M${String(++authorities).padStart(4, '0')}` as OdsCode
        await storedAuthority(database(), authority)
        const numbers = Array.from({ length: people }, freshNhsNumber)
        let holding: Holding = new Map()
        for (const file of files) {
          const records = file.records.map((record, index) => checked(record, index + 1, numbers))
          const [first] = records
          if (file.again && first) records.push({ ...first, position: records.length + 1 })
          const version = { createdAt: new Date(file.day * DAY), sequence: file.sequence }
          const model = applyUpload(holding, authority, version, records)
          holding = model.holding
          const stored = await apply(receipt(authority, version), records.map(judged))
          expect(stored.faults).toEqual(model.faults)
          // What stands in a file twice, word for word, is counted once (rule 3.9).
          const counted = records.filter(
            (record, index) => records.findIndex(other => wordsOf(other) === wordsOf(record)) === index,
          )
          repeats += records.length - counted.length
          const failed = counted.filter(({ position }) => model.faults.has(position)).length
          expect(stored).toMatchObject({ loaded: counted.length - failed, failed })
        }
        expect(await held(database(), authority)).toEqual(new Map([...holding].sort()))
      }),
      { numRuns: 40 },
    )
    expect(repeats).toBeGreaterThan(0)
  })

  test('unborn twins are two plans under their mother, told apart by local id; one ends without the other (rule 3.4)', async () => {
    const authority = 'U0001' as OdsCode
    await storedAuthority(database(), authority)
    const mother = freshNhsNumber()
    const twin = (position: number, localId: string, end: string): JudgedRecord =>
      judged({
        position,
        nhsNumber: mother,
        subject: { given: 'Poppy', family: 'Testcase', birthDate: '1998-05-05' as CalendarDate, localId },
        plans: [{ type: 'UCPP', start: '202601010000' as PlanTime, end: end as PlanTime }],
      })
    const first = receipt(authority, { createdAt: new Date(DAY), sequence: 1 })
    const both = [twin(1, 'T-1', '202606010000'), twin(2, 'T-2', '202606010000')]
    expect(await apply(first, both)).toMatchObject({ loaded: 2, failed: 0 })
    const second = receipt(authority, { createdAt: new Date(2 * DAY), sequence: 2 })
    expect(await apply(second, [twin(1, 'T-2', '202603010000')])).toMatchObject({ loaded: 1 })
    const query = queryFor({ at: new Date('2026-03-10T12:00:00Z'), nhsNumber: mother, access: 'scheduled' })
    const answer = await queryStore(database().statement).answer(query)
    expect(
      answer.kind === 'answered' && answer.plans.map(({ subject, end }) => [subject.localId, end]),
    ).toEqual([
      ['T-1', '202606010000'],
      ['T-2', '202603010000'],
    ])
    const repeated = receipt(authority, { createdAt: new Date(3 * DAY), sequence: 3 })
    expect(
      (await apply(repeated, [twin(1, 'T-1', '202606010000'), twin(2, 'T-1', '202606020000')])).failed,
    ).toBe(1)
  })

  test('a record that failed before it was staged is returned with its fault and applies nothing', async () => {
    const authority = 'F0001' as OdsCode
    await storedAuthority(database(), authority)
    const upload = receipt(authority, { createdAt: new Date(0), sequence: 1 })
    const fault = { kind: 'different-person', items: ['date of birth'] } as const
    const sent = { position: 1, plans: [], subjects: [] }
    expect(await apply(upload, [{ sent, outcome: { fault } }])).toEqual({
      loaded: 0,
      failed: 1,
      faults: new Map([[1, fault]]),
    })
    expect(await held(database(), authority)).toEqual(new Map())
  })

  test('the newest file names the authority and its numbers, whichever came last (rule 3.3)', async () => {
    const authority = 'N0001' as OdsCode
    await storedAuthority(database(), authority)
    for (const [day, sequence, name] of [
      [5, 5, 'NEWEST'],
      [4, 9, 'OLDER'],
      [5, 4, 'SAME DAY, LOWER NUMBER'],
    ] as const) {
      await apply(receipt(authority, { createdAt: new Date(day * DAY), sequence }, name), [])
    }
    const row = await database()
      .kysely.selectFrom('authority')
      .select(['name', 'duty_phone', 'office_phone'])
      .where('ods_code', '=', authority)
      .executeTakeFirst()
    expect(row).toEqual({ name: 'NEWEST', duty_phone: '01632960010', office_phone: null })
  })

  test('a file names its own authority and no other (rule 3.3)', async () => {
    for (const authority of ['P0001', 'P0002'] as OdsCode[]) await storedAuthority(database(), authority)
    const older = { createdAt: new Date(5 * DAY), sequence: 1 }
    const newer = { createdAt: new Date(6 * DAY), sequence: 1 }
    await apply(receipt('P0001' as OdsCode, older, 'FIRST'), [])
    await apply(receipt('P0002' as OdsCode, newer, 'SECOND'), [])
    const names = await database()
      .kysely.selectFrom('authority')
      .select('name')
      .where('ods_code', 'in', ['P0001', 'P0002'])
      .orderBy('ods_code')
      .execute()
    expect(names).toEqual([{ name: 'FIRST' }, { name: 'SECOND' }])
  })

  /** What else might be taken for a plan: one of another authority, person, type or start. */
  const unlike = [{ by: 1 }, { person: 1 }, { type: 'LAC' }, { start: 1 }] as const

  /** Applies a file of one plan, of which another is told only by what it differs in. */
  const applierOf = async (...authorities: OdsCode[]) => {
    for (const each of authorities) await storedAuthority(database(), each)
    const numbers = [freshNhsNumber(), freshNhsNumber()]
    return (sequence: number, { by = 0, ...plan }: Partial<PlanSketch> & { by?: number }) => {
      const sketch = { ...SKETCH, ...plan }
      const upload = receipt(authorities[by] as OdsCode, { createdAt: new Date(sequence * DAY), sequence })
      return apply(upload, [judged(checked([sketch], 1, numbers))])
    }
  }

  test.each(
    unlike,
  )('a plan that only %j was loaded is unknown to whoever deletes it (rule 3.5)', async other => {
    const file = await applierOf(...freshAuthorities())
    await file(1, other)
    const deleted = await file(2, { deleted: true })
    expect(deleted).toMatchObject({ loaded: 0, failed: 1 })
    expect(deleted.faults.get(1)).toEqual({ kind: 'delete-of-unknown-plan', plan: 'CPP' })
    await file(3, {})
    expect(await file(4, { deleted: true })).toMatchObject({ loaded: 1, failed: 0 })
  })

  test.each(unlike)('a late file that loads a plan makes no other known: %j (rule 3.5)', async other => {
    const file = await applierOf(...freshAuthorities())
    await file(11, { deleted: true })
    await file(12, { ...other, deleted: true })
    // It comes last and is older than both deletes.
    await file(1, {})
    expect(await file(13, { ...other, deleted: true })).toMatchObject({ failed: 1 })
    expect(await file(14, { deleted: true })).toMatchObject({ failed: 0 })
  })

  test('a late file that deletes a plan does not make it known (rule 3.5)', async () => {
    const file = await applierOf(...freshAuthorities())
    await file(11, { deleted: true })
    await file(1, { deleted: true })
    expect(await file(12, { deleted: true })).toMatchObject({ failed: 1 })
  })

  test('an upload is found by its sequence number once it is complete, until the sequence is restarted (rule 3.8)', async () => {
    const authority = 'S0001' as OdsCode
    await storedAuthority(database(), authority)
    const store = uploadStore(database().kysely)
    const upload = receipt(authority, { createdAt: new Date(0), sequence: 7 })
    await apply(upload, [])
    expect(await store.bySequence(authority, 'system', 7)).toBeUndefined()
    await store.complete(upload.id, 'CPF04', 'P-1')
    expect(await store.bySequence(authority, 'system', 7)).toEqual({
      id: upload.id,
      digest: upload.digest,
      createdAt: new Date(0),
      acknowledgementPayloadId: 'P-1',
    })
    await expect(apply(receipt(authority, { createdAt: new Date(0), sequence: 7 }), [])).rejects.toThrow()
    await database().statement('restart', 'update authority set sequence_epoch = 1 where ods_code = $1', [
      authority,
    ])
    expect(await store.bySequence(authority, 'system', 7)).toBeUndefined()
    await apply(receipt(authority, { createdAt: new Date(0), sequence: 7 }), [])
  })

  test('a fault is of its own file: the record at the same place of an earlier one keeps its outcome (rule 3.9)', async () => {
    const [authority] = freshAuthorities() as [OdsCode]
    await storedAuthority(database(), authority)
    const numbers = [freshNhsNumber(), freshNhsNumber()]
    const file = (sequence: number, ...plans: Partial<PlanSketch>[]) => {
      const upload = receipt(authority, { createdAt: new Date(sequence * DAY), sequence })
      const records = plans.map((plan, index) => checked([{ ...SKETCH, ...plan }], index + 1, numbers))
      return apply(upload, records.map(judged)).then(({ faults }) => ({ id: upload.id, faults }))
    }
    const earlier = await file(1, {}, { person: 1 })
    const repeated = await file(2, {}, { ended: true })
    const unknown = await file(3, {}, { type: 'LAC', deleted: true })
    expect([...repeated.faults.keys(), ...unknown.faults.keys()]).toEqual([2, 2])
    const faults: unknown[] = []
    for (const { id } of [earlier, repeated]) {
      for await (const page of uploadStore(database().kysely).results(id)) {
        faults.push(...page.map(({ fault }) => fault?.kind))
      }
    }
    expect(faults).toEqual([undefined, undefined, undefined, 'plan-already-in-file'])
    expect((await held(database(), authority)).size).toBe(3)
  })

  test('a record that stands in its file again, word for word, is harmless and counted once (rule 3.9)', async () => {
    const [authority] = freshAuthorities() as [OdsCode]
    await storedAuthority(database(), authority)
    const numbers = [freshNhsNumber()]
    const again = (sketch: PlanSketch[], position: number) => ({ ...checked(sketch, 1, numbers), position })
    const other = checked([{ ...SKETCH, ended: true }], 3, numbers)
    const first = receipt(authority, { createdAt: new Date(DAY), sequence: 1 })
    const records = [
      again([SKETCH], 1),
      again([SKETCH], 2),
      other,
      again([SKETCH], 4),
      { ...other, position: 5 },
    ]
    expect(await apply(first, records.map(judged))).toEqual({
      loaded: 1,
      failed: 1,
      // Another record of the same plan fails, and so does that one again.
      faults: new Map([3, 5].map(position => [position, { kind: 'plan-already-in-file', plan: 'CPP' }])),
    })
    expect((await held(database(), authority)).size).toBe(1)

    const fault = { kind: 'different-person', items: ['date of birth'] } as const
    const refused = [1, 2].map(
      (position): JudgedRecord => ({ sent: judged(again([SKETCH], position)).sent, outcome: { fault } }),
    )
    const second = receipt(authority, { createdAt: new Date(2 * DAY), sequence: 2 })
    expect(await apply(second, refused)).toEqual({
      loaded: 0,
      failed: 1,
      faults: new Map([1, 2].map(position => [position, fault])),
    })
  })

  test('what is done with one upload changes no other, of the authority or of another (rule 3.8)', async () => {
    const [authority, other] = freshAuthorities() as [OdsCode, OdsCode]
    for (const each of [authority, other]) await storedAuthority(database(), each)
    const store = uploadStore(database().kysely)
    const record = () => judged(checked([SKETCH], 1, [freshNhsNumber()]))
    const first = receipt(authority, { createdAt: new Date(0), sequence: 7 })
    const second = receipt(authority, { createdAt: new Date(DAY), sequence: 8 })
    const theirs = receipt(other, { createdAt: new Date(0), sequence: 7 })
    await apply(first, [record()])
    await apply(second, [])
    await apply(theirs, [])
    await store.complete(theirs.id, 'CPF04', 'P-1')
    expect(await store.bySequence(authority, 'system', 7)).toBeUndefined()
    await store.complete(first.id, 'CPF02', 'P-2')
    expect(await store.bySequence(authority, 'system', 8)).toBeUndefined()
    await store.complete(second.id, 'CPF04', 'P-3')
    expect((await store.bySequence(authority, 'system', 7))?.id).toBe(first.id)
    expect((await store.bySequence(authority, 'system', 8))?.id).toBe(second.id)
    expect((await store.bySequence(other, 'system', 7))?.id).toBe(theirs.id)
    expect(await store.bySequence(other, 'system', 8)).toBeUndefined()
    const uploads = await database()
      .kysely.selectFrom('upload')
      .select(['loaded', 'file_code', 'acknowledgement_payload_id as payload'])
      .where('authority', 'in', [authority, other])
      .orderBy('payload')
      .execute()
    expect(uploads).toEqual([
      { loaded: 0, file_code: 'CPF04', payload: 'P-1' },
      { loaded: 1, file_code: 'CPF02', payload: 'P-2' },
      { loaded: 0, file_code: 'CPF04', payload: 'P-3' },
    ])
    const waiting = receipt(authority, { createdAt: new Date(DAY), sequence: 9 })
    await apply(waiting, [record()])
    await store.discard({ uploadId: newId() })
    const kept: unknown[] = []
    for await (const page of store.results(waiting.id)) kept.push(...page)
    expect(kept).toHaveLength(1)
  })

  test('what was staged goes with its file, but for the records that were refused (rule 23.2)', async () => {
    const [authority] = freshAuthorities() as [OdsCode]
    await storedAuthority(database(), authority)
    const upload = receipt(authority, { createdAt: new Date(DAY), sequence: 1 })
    const refused: JudgedRecord = {
      sent: { position: 2, plans: [], subjects: [{ kind: 'child', given: 'Pippin' }] },
      outcome: { fault: { kind: 'sensitive' } },
    }
    await apply(upload, [judged(checked([SKETCH], 1, [freshNhsNumber()])), refused])
    await uploadStore(database().kysely).complete(upload.id, 'CPF03', 'P-1')
    const positions = async (table: 'upload_record' | 'upload_plan') => {
      const rows = await database()
        .kysely.selectFrom(table)
        .select('position')
        .where('upload_id', '=', upload.id)
        .execute()
      return rows.map(({ position }) => position)
    }
    expect([await positions('upload_record'), await positions('upload_plan')]).toEqual([[2], []])
  })

  test('an upload whose number was forgotten since it was staged is applied all the same (rule 23.7)', async () => {
    const [authority] = freshAuthorities() as [OdsCode]
    await storedAuthority(database(), authority)
    const number = freshNhsNumber()
    const upload = receipt(authority, { createdAt: new Date(DAY), sequence: 1 })
    await uploadStore(database().kysely).stage(upload.id, [judged(checked([SKETCH], 1, [number]))])
    await database().kysely.deleteFrom('person_number').where('nhs_number', '=', number).execute()
    const counts = await database()
      .kysely.transaction()
      .execute(trx => uploadStore(trx).apply(upload))
    expect(counts).toEqual({ loaded: 1, failed: 0 })
  })

  test('what was staged and not applied can be forgotten', async () => {
    const store = uploadStore(database().kysely)
    const id = newId()
    await store.stage(id, [judged(checked([SKETCH], 1, [freshNhsNumber()]))])
    await store.discard({ uploadId: id })
    for (const table of ['upload_record', 'upload_plan'] as const) {
      const rows = await database()
        .kysely.selectFrom(table)
        .select('position')
        .where('upload_id', '=', id)
        .execute()
      expect(rows).toEqual([])
    }
  })

  test('what a killed process staged is forgotten after a while, and nothing that was applied or may still be', async () => {
    const authority = 'A0001' as OdsCode
    await storedAuthority(database(), authority)
    const store = uploadStore(database().kysely)
    const longAgo = new Date('2026-01-01T00:00:00Z').getTime()
    const records = () => [judged(checked([SKETCH], 1, [freshNhsNumber()]))]
    const abandoned = newId({ msecs: longAgo })
    const fresh = newId()
    const applied = {
      ...receipt(authority, { createdAt: new Date(0), sequence: 1 }),
      id: newId({ msecs: longAgo }),
    }
    await store.stage(abandoned, records())
    await store.stage(fresh, records())
    await apply(applied, records())
    await store.discard({ abandonedBefore: new Date(longAgo + DAY) })
    for (const table of ['upload_record', 'upload_plan'] as const) {
      const rows = await database()
        .kysely.selectFrom(table)
        .select('upload_id')
        .where('upload_id', 'in', [abandoned, fresh, applied.id])
        .execute()
      expect(rows.map(row => row.upload_id).sort()).toEqual([fresh, applied.id].sort())
    }
  })
})

interface PlanSketch {
  person: number
  type: 'CPP' | 'LAC' | 'UCPP'
  start: number
  deleted: boolean
  ended: boolean
}

const SKETCH: PlanSketch = { person: 0, type: 'CPP', start: 0, deleted: false, ended: false }

/** Files about a few people, so that they meet; each file as its own creation day and sequence number, in order of arrival. */
function filesInSomeOrder() {
  const people = 3
  const plan: fc.Arbitrary<PlanSketch> = fc.record({
    person: fc.nat(people - 1),
    type: fc.constantFrom('CPP', 'LAC', 'UCPP'),
    start: fc.nat(1),
    deleted: fc.boolean(),
    ended: fc.boolean(),
  })
  const record = fc.uniqueArray(plan, {
    minLength: 1,
    maxLength: 3,
    selector: ({ type, start }) => `${type}${start}`,
  })
  const file = fc.record({
    day: fc.nat(2),
    records: fc.array(record, { maxLength: 5 }),
    /** Its first record stands at its end again. */
    again: fc.boolean(),
  })
  return fc
    .array(file, { minLength: 1, maxLength: 4 })
    .chain(files =>
      fc.shuffledSubarray(
        files.map((file, index) => ({ ...file, sequence: index + 1 })),
        { minLength: files.length },
      ),
    )
    .map(files => ({ files, people }))
}

function checked(
  plans: readonly PlanSketch[],
  position: number,
  numbers: readonly NhsNumber[],
): CheckedRecord {
  const person = plans[0]?.person ?? 0
  const nhsNumber = numbers[person]
  if (!nhsNumber) throw new Error('No number for this person')
  return {
    position,
    nhsNumber,
    subject: {
      given: `Given${position}`,
      family: 'Testcase',
      birthDate: '2015-05-05' as CalendarDate,
      localId: `L-${position % 2}`,
    },
    plans: plans.map(({ type, start, deleted, ended }) => ({
      type,
      start: `20260${start + 1}010000` as PlanTime,
      ...((ended || type === 'UCPP') && { end: '202607010000' as PlanTime }),
      ...(deleted && { delete: '202606010000' as PlanTime }),
    })),
  }
}

function judged(record: CheckedRecord): JudgedRecord {
  const { position, nhsNumber, subject, plans } = record
  const sent = { position, plans, subjects: [{ kind: 'child' as const, nhsNumber, ...subject }] }
  return { sent, outcome: { checked: record } }
}

function receipt(
  authority: OdsCode,
  version: { createdAt: Date; sequence: number },
  name = 'SANDBOX COUNCIL',
): UploadReceipt {
  return {
    id: newId(),
    authority,
    header: { ...version, recordCount: 0, authority: { odsCode: authority, name, dutyPhone: '01632960010' } },
    series: 'system',
    messageId: 'M-1',
    digest: 'd'.repeat(64),
    receivedAt: new Date(0),
  }
}

async function held(database: Database, authority: OdsCode): Promise<Map<string, HeldPlan>> {
  const rows = await database.kysely
    .selectFrom('plan')
    .selectAll()
    .where('authority', '=', authority)
    .execute()
  const plans = rows.map(row => {
    const plan: HeldPlan = {
      authority,
      nhsNumber: row.nhs_number as NhsNumber,
      type: row.plan_type as HeldPlan['type'],
      start: row.start_time as PlanTime,
      ...(row.end_time !== null && { end: row.end_time as PlanTime }),
      ...(row.delete_time !== null && { delete: row.delete_time as PlanTime }),
      unborn: row.unborn,
      subject: {
        given: row.given,
        family: row.family,
        birthDate: row.birth_date as CalendarDate,
        ...(row.local_id !== null && { localId: row.local_id }),
      },
      everLoaded: row.ever_loaded,
      version: { createdAt: row.written_created_at, sequence: row.written_sequence },
    }
    return [planKey(plan), plan] as const
  })
  return new Map([...plans].sort())
}
