// One file: each kind of personal data is a row here, with what makes it needed, and the same few helpers put them there.
import { randomUUID } from 'node:crypto'
import type { Insertable } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, nurse, pdsSays, storedAuthority, storedPlan } from '../../../test/support/records.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import { passAt, USUAL_DAYS } from '../../flows/retention/testing.ts'
import type { Schema } from '../schema.ts'

const NOW = new Date('2030-06-15T12:00:00Z')
const ago = (days: number) => new Date(NOW.getTime() - days * 86_400_000)
const AUTHOR = JSON.stringify(nurse())

describeOnEachEngine('what the retention job removes', database => {
  let authority: OdsCode
  let number: NhsNumber
  let authorities = 0
  const db = () => database().kysely

  beforeEach(async () => {
    authority = `W${String(++authorities).padStart(4, '0')}` as OdsCode
    number = freshNhsNumber()
    await storedAuthority(database(), authority)
  })

  const pass = (change: Parameters<typeof passAt>[2] = {}) => passAt(database(), NOW, change)
  const toldAt = (place: 'mailbox' | 'desk') =>
    db().updateTable('authority').set({ told_at: place }).where('ods_code', '=', authority).execute()
  const overPlan = (days: number, change: Partial<Insertable<Schema['plan']>> = {}) =>
    storedPlan(database(), {
      nhs_number: number,
      authority,
      visible_until: ago(days),
      written_created_at: ago(2000),
      written_received_at: ago(2000),
      ...change,
    })
  const count = async (table: keyof Schema & string, column: string, value: string) => {
    const { rows } = await db()
      .selectFrom(table as 'plan')
      .select('authority')
      .where(column as 'authority', '=', value)
      .execute()
      .then(found => ({ rows: found }))
    return rows.length
  }
  const plans = () => count('plan', 'authority', authority)
  const accesses = async () =>
    (await db().selectFrom('access').select('id').where('person', '=', number).execute()).length
  const access = (days: number) =>
    db()
      .insertInto('access')
      .values({
        person: number,
        nhs_number: number,
        accessed_at: ago(days),
        id: randomUUID(),
        author: AUTHOR,
        author_key: 'person:1',
      })
      .execute()
  const notification = async (days: number, change: Partial<Insertable<Schema['notification']>> = {}) => {
    const id = randomUUID()
    await db()
      .insertInto('notification')
      .values({
        id,
        nhs_number: number,
        access_id: randomUUID(),
        authority,
        accessed_at: ago(days),
        author: AUTHOR,
        local_id: null,
        local_id_authority: null,
        upload_sequence: 1,
        message_id: null,
        ...change,
      })
      .execute()
    return id
  }
  const notifications = () => count('notification', 'authority', authority)
  const upload = async (days: number, change: Partial<Insertable<Schema['upload']>> = {}) => {
    const id = randomUUID()
    await db()
      .insertInto('upload')
      .values({
        id,
        authority,
        sequence: 10_000 - days,
        sequence_epoch: 0,
        series: 'system',
        created_at: ago(days),
        received_at: ago(days),
        message_id: 'M',
        digest: 'D',
        record_count: 1,
        loaded: 0,
        failed: 1,
        file_code: 'CPF04',
        acknowledgement_payload_id: null,
        ...change,
      })
      .execute()
    return id
  }
  const refused = async (uploadId: string, isFailing: boolean, days = 400) => {
    const fault = JSON.stringify({ kind: 'sensitive' })
    const sent = JSON.stringify({ position: 1, plans: [], subjects: [{ kind: 'child', nhsNumber: number }] })
    await db().insertInto('upload_record').values({ upload_id: uploadId, position: 1, sent, fault }).execute()
    if (!isFailing) return
    await db()
      .insertInto('failing_record')
      .values({
        authority,
        person: randomUUID(),
        nhs_number: number,
        local_id: null,
        since: ago(days),
        upload_id: uploadId,
        position: 1,
        written_created_at: ago(days),
        written_sequence: 10_000 - days,
      })
      .execute()
  }
  const failing = () => count('failing_record', 'authority', authority)
  const records = async () =>
    (
      await db()
        .selectFrom('upload_record as r')
        .innerJoin('upload as u', 'u.id', 'r.upload_id')
        .select('r.position')
        .where('u.authority', '=', authority)
        .execute()
    ).length

  test.each([
    ['no longer visible for the period', 731, {}, 0],
    ['no longer visible, but not for the period', 729, {}, 1],
    ['still visible', -1, {}, 1],
    ['carried by a file within the period', 1500, { written_created_at: ago(729) }, 1],
    [
      'that a file brought within the period, whenever it was made',
      1500,
      { written_received_at: ago(729) },
      1,
    ],
    ['deleted for the period, which would be visible', -1000, { delete_time: '202001010000' }, 0],
    [
      'deleted within the period',
      -1000,
      { delete_time: '202001010000', written_created_at: ago(729), written_received_at: ago(729) },
      1,
    ],
  ] as const)('a plan %s (rule 23.5)', async (_what, days, change, left) => {
    await overPlan(days, change)
    await pass()
    expect(await plans()).toBe(left)
  })

  test('of plans that were removed it stays known how many, by authority, type and month (rule 23.5)', async () => {
    await overPlan(800)
    await overPlan(800, { start_time: '202602010000' })
    await overPlan(800, { plan_type: 'LAC' })
    await overPlan(800, { plan_type: 'LAC', start_time: '202602010000', ever_loaded: false })
    await pass()
    await overPlan(800)
    await pass()
    const counts = await db()
      .selectFrom('removed_plan_count')
      .select(['plan_type', 'month', 'count'])
      .where('authority', '=', authority)
      .orderBy('plan_type')
      .execute()
    expect(counts).toEqual([
      { plan_type: 'CPP', month: '2030-06-01', count: 3 },
      { plan_type: 'LAC', month: '2030-06-01', count: 1 },
    ])
  })

  test('accesses stay while a plan of the person is visible, and for the period after it (rule 23.6)', async () => {
    await access(1800)
    await overPlan(-1)
    await pass()
    expect(await accesses()).toBe(1)
    await db()
      .updateTable('plan')
      .set({ visible_until: ago(729) })
      .where('authority', '=', authority)
      .execute()
    await pass()
    expect(await accesses()).toBe(1)
    await db()
      .updateTable('plan')
      .set({ visible_until: ago(731) })
      .where('authority', '=', authority)
      .execute()
    await access(729)
    await pass()
    expect([await plans(), await accesses()]).toEqual([0, 1])
    await passAt(database(), new Date(NOW.getTime() + 2 * 86_400_000))
    expect(await accesses()).toBe(0)
  })

  test('who was listed within 24 hours is kept that long, since a further access is not listed (rules 5.6 and 23.6)', async () => {
    const people = [freshNhsNumber(), freshNhsNumber()]
    for (const [nth, person] of people.entries())
      await db()
        .insertInto('last_listed')
        .values({ person, author_key: 'a', listed_at: ago(nth === 0 ? 3 : 1.1) })
        .execute()
    await pass()
    const left = await db().selectFrom('last_listed').select('person').where('person', 'in', people).execute()
    expect(left).toEqual([{ person: people[1] }])
  })

  test.each([
    ['mailbox', 'collected', { message_id: 'gone' }, 0],
    ['mailbox', 'not in a message yet', {}, 1],
    ['mailbox', 'acknowledged on the page, and not in a message yet', { acknowledged_at: ago(800) }, 1],
    [
      'mailbox',
      'collected, and acknowledged within the period',
      { message_id: 'x', acknowledged_at: ago(700) },
      1,
    ],
    ['desk', 'acknowledged', { told_at_desk: true, acknowledged_at: ago(731) }, 0],
    ['desk', 'not acknowledged', {}, 1],
    ['desk', 'collected when a mailbox was used, and not acknowledged', { message_id: 'x' }, 1],
    ['desk', 'acknowledged before it was put into the mailbox', { acknowledged_at: ago(731) }, 0],
  ] as const)('told at its %s, a notification of long ago that was %s (rule 23.8)', async (place, _what, change, left) => {
    await toldAt(place)
    await notification(1000, change)
    await pass()
    expect(await notifications()).toBe(left)
  })

  test('a notification whose message still waits in the mailbox is not delivered (rule 23.8)', async () => {
    await notification(1000, { message_id: `M-${authority}` })
    const change = { id: `M-${authority}`, status: 'accepted' as const }
    await db()
      .insertInto('message')
      .values({
        ...change,
        sender: null,
        recipient: 'X',
        workflow_id: 'W',
        kind: 'DATA',
        label: '{}',
        local_id: null,
        total_chunks: 1,
        size: 1,
        payload_id: null,
        linked_message_id: null,
        failure: null,
        uploaded_at: ago(1000),
        accepted_at: ago(1000),
        accepted_order: authorities,
        acknowledged_at: null,
        expires_at: ago(-1),
      })
      .execute()
    await pass()
    expect(await notifications()).toBe(1)
    await db().updateTable('message').set({ status: 'acknowledged' }).where('id', '=', change.id).execute()
    await pass()
    expect(await notifications()).toBe(0)
  })

  test('a missed appointment goes whole: alert, notification, report and what officers noted (rules 15.8 and 23.8)', async () => {
    await toldAt('desk')
    const report = randomUUID()
    await db()
      .insertInto('missed_appointment')
      .values({
        organisation: 'X',
        identifier_system: 's',
        identifier_value: report,
        id: report,
        nhs_number: number,
        starts_at: ago(1001),
        ends_at: null,
        service: null,
        description: null,
        author: AUTHOR,
        reported_at: ago(1000),
      })
      .execute()
    await db()
      .insertInto('missed_appointment_name')
      .values({ organisation: 'X', identifier_system: 'other', identifier_value: report, report_id: report })
      .execute()
    await db()
      .insertInto('missed_appointment_alert')
      .values({
        nhs_number: number,
        report_id: report,
        authority,
        reported_at: ago(1000),
        local_id: null,
        local_id_authority: null,
      })
      .execute()
    await notification(1000, { access_id: report, told_at_desk: true })
    const step = { nhs_number: number, authority, item: report, id: randomUUID(), kind: 'noted' as const }
    await db()
      .insertInto('desk_step')
      .values({ ...step, at: ago(900), by: 'K', text: 'rang' })
      .execute()
    const left = async () => [
      (await db().selectFrom('missed_appointment').select('id').where('id', '=', report).execute()).length,
      (
        await db()
          .selectFrom('missed_appointment_name')
          .select('report_id')
          .where('report_id', '=', report)
          .execute()
      ).length,
      await count('missed_appointment_alert', 'authority', authority),
      await notifications(),
      await count('desk_step', 'authority', authority),
    ]
    await pass()
    expect(await left()).toEqual([1, 1, 1, 1, 1])
    await db()
      .updateTable('missed_appointment_alert')
      .set({ acknowledged_at: ago(731) })
      .where('authority', '=', authority)
      .execute()
    await pass()
    expect(await left()).toEqual([0, 0, 0, 0, 0])
  })

  test('a number change is kept while the authority holds a plan under the number (rules 14.2, 19.5 and 23.8)', async () => {
    await overPlan(-1)
    await db()
      .insertInto('number_change')
      .values({
        nhs_number: number,
        authority,
        version: 1,
        replacement: '',
        noticed_at: ago(1000),
        local_id: null,
        local_id_authority: null,
        upload_sequence: 1,
        message_id: 'gone',
      })
      .execute()
    await pass()
    expect(await count('number_change', 'authority', authority)).toBe(1)
    await db().deleteFrom('plan').where('authority', '=', authority).execute()
    await pass()
    expect(await count('number_change', 'authority', authority)).toBe(0)
  })

  test('a refused record is kept while its person is refused, or its file is the newest; then it goes at once (rule 23.2)', async () => {
    await refused(await upload(400), true)
    await refused(await upload(300), false)
    const newest = await upload(200)
    await refused(newest, false)
    await pass()
    expect([await records(), await failing()]).toEqual([2, 1])
    await upload(10)
    await pass()
    expect([await records(), await failing()]).toEqual([1, 1])
  })

  test('whom an authority that sends all it holds carries no longer is kept for the period after the file that carried them (rule 23.2)', async () => {
    await db().updateTable('authority').set({ mode: 'snapshot' }).where('ods_code', '=', authority).execute()
    await refused(await upload(91), true, 91)
    await pass()
    expect(await failing()).toBe(1)
    await upload(80)
    const within = {
      retention: { days: { ...USUAL_DAYS, refused: 92 }, everyHours: 24, rows: 3, pauseMs: 0 },
    }
    await pass(within)
    expect([await records(), await failing()]).toEqual([1, 1])
    await pass()
    await pass()
    expect([await records(), await failing()]).toEqual([0, 0])
  })

  test('what earlier versions left of staged files goes, and what is being judged stays (rule 23.2)', async () => {
    const applied = await upload(1)
    const judging = randomUUID()
    for (const upload_id of [applied, judging]) {
      await db().insertInto('upload_record').values({ upload_id, position: 1, sent: '{}' }).execute()
      await db()
        .insertInto('upload_plan')
        .values({
          upload_id,
          position: 1,
          block: 1,
          nhs_number: number,
          plan_type: 'CPP',
          start_time: '202601010000',
          visible_until: NOW,
        })
        .execute()
    }
    await pass()
    for (const table of ['upload_record', 'upload_plan'] as const) {
      const left = await db()
        .selectFrom(table)
        .select('upload_id')
        .where('upload_id', 'in', [applied, judging])
        .execute()
      expect(left).toEqual([{ upload_id: judging }])
    }
  })

  test('an acknowledgement is kept a day longer than its file can be sent again; the file itself stays known (rule 23.3)', async () => {
    await upload(92, { acknowledgement_payload_id: 'P-1' })
    await upload(90.5, { acknowledgement_payload_id: 'P-2', sequence: 3 })
    await pass()
    const left = await db()
      .selectFrom('upload')
      .select('acknowledgement_payload_id as payload')
      .where('authority', '=', authority)
      .orderBy('created_at')
      .execute()
    expect(left).toEqual([{ payload: null }, { payload: 'P-2' }])
  })

  test('a decision about a match is kept while the authority holds or is refused the person (rule 23.5)', async () => {
    await db()
      .insertInto('match_decision')
      .values({
        authority,
        nhs_number: number,
        name: 'A',
        birth_date: '2019-05-01',
        decision: 'another-person',
        decided_at: ago(731),
      })
      .execute()
    const left = () => count('match_decision', 'authority', authority)
    await overPlan(-1)
    await pass()
    expect(await left()).toBe(1)
    await db().deleteFrom('plan').where('authority', '=', authority).execute()
    await refused(await upload(1), true, 1)
    await pass()
    expect(await left()).toBe(1)
    await db().deleteFrom('failing_record').where('authority', '=', authority).execute()
    await pass()
    expect(await left()).toBe(0)
  })

  test('that a plan stands, and to whom it passed, is kept while the plan is held; then the number goes too (rules 23.5 and 23.7)', async () => {
    const successor = `${authority}N`
    await storedAuthority(database(), successor)
    const succession = randomUUID()
    await overPlan(-1)
    await db()
      .insertInto('confirmed_plan')
      .values({
        authority,
        nhs_number: number,
        plan_type: 'CPP',
        start_time: '202601010000',
        unborn: '',
        beside: '',
        written_created_at: ago(2000),
        written_sequence: 1,
        confirmed_at: ago(731),
      })
      .execute()
    await db()
      .insertInto('succession')
      .values({
        id: succession,
        from_authority: authority,
        on_day: '2027-04-01',
        default_successor: successor,
        successors: [successor],
        listed: true,
        state: 'done',
        planned_at: ago(1200),
        planned_by: 'operator',
        done_at: ago(1100),
      })
      .execute()
    await db()
      .insertInto('succession_plan')
      .values({
        person: number,
        nhs_number: number,
        succession,
        plan_type: 'CPP',
        start_day: '20260101',
        local_id: '',
        successor,
        new_local_id: null,
        row_number: 1,
      })
      .execute()
    const left = async () => [
      await count('confirmed_plan', 'authority', authority),
      (await db().selectFrom('succession_plan').select('person').where('person', '=', number).execute())
        .length,
    ]
    await pass()
    expect(await left()).toEqual([1, 1])
    await db().deleteFrom('plan').where('authority', '=', authority).execute()
    await db()
      .updateTable('person_number')
      .set({ state: 'live', looked_at: ago(10) })
      .where('nhs_number', '=', number)
      .execute()
    await pass()
    expect(await left()).toEqual([0, 0])
    await pass()
    expect(
      await db().selectFrom('person_number').select('person').where('nhs_number', '=', number).execute(),
    ).toEqual([])
  })

  test('what PDS says otherwise of a person goes once no plan of theirs is visible (rule 23.5)', async () => {
    const fault = JSON.stringify({ kind: 'person-died' })
    await overPlan(-1)
    await db()
      .insertInto('held_person_fault')
      .values({ nhs_number: number, authority, fault, since: ago(10) })
      .execute()
    await pass()
    expect(await count('held_person_fault', 'authority', authority)).toBe(1)
    await db()
      .updateTable('plan')
      .set({ visible_until: ago(1) })
      .where('authority', '=', authority)
      .execute()
    await pass()
    expect(await count('held_person_fault', 'authority', authority)).toBe(0)
  })

  test('numbers of a person go together, a day after they were checked, once nothing is held under any (rule 23.7)', async () => {
    const old = freshNhsNumber()
    const known = async () =>
      (
        await db()
          .selectFrom('person_number')
          .select('nhs_number')
          .where('nhs_number', 'in', [old, number])
          .execute()
      ).length
    await pdsSays(database(), number, { state: 'live', restricted: false }, ago(3))
    await pdsSays(database(), old, { state: 'replaced', by: number }, ago(3))
    await storedPlan(database(), { nhs_number: old, authority, visible_until: ago(-1) })
    await pass()
    expect(await known()).toBe(2)
    await db().deleteFrom('plan').where('authority', '=', authority).execute()
    await access(700)
    await pass()
    expect(await known()).toBe(2)
    await db().deleteFrom('access').where('person', '=', number).execute()
    await db()
      .updateTable('person_number')
      .set({ looked_at: ago(0.5) })
      .where('nhs_number', '=', old)
      .execute()
    await pass()
    expect(await known()).toBe(2)
    await db()
      .updateTable('person_number')
      .set({ looked_at: ago(2) })
      .where('nhs_number', '=', old)
      .execute()
    // PDS would not be asked again which number replaced which.
    await pass({ isFeedReliedOn: true })
    expect(await known()).toBe(2)
    await pass()
    expect(await known()).toBe(0)
  })
})
