import { v7 as newId } from 'uuid'
import { beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, storedAuthority, storedPlan } from '../../../test/support/records.ts'
import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { PlanType } from '../../domain/plan/plan.ts'
import type { UploadSeries } from '../../domain/upload/upload.ts'
import type { JudgedRecord, UploadReceipt } from '../../flows/upload/ports.ts'
import { FINDINGS } from '../watch/issue-findings.ts'
import { plansToCheckStore } from './plans-to-check.ts'
import { uploadStore } from './upload-store.ts'

const NOW = new Date('2026-06-15T12:00:00Z')
const DAY = 86_400_000

interface Sent {
  readonly number: NhsNumber
  readonly start: string
  readonly type?: PlanType
  readonly end?: string
  readonly delete?: string
  readonly localId?: string
}

describeOnEachEngine('plans to check', database => {
  let authority: OdsCode
  let authorities = 0
  let child: NhsNumber
  const store = () => plansToCheckStore(database().kysely)
  const found = async () =>
    (await store().list(authority, NOW)).map(({ doubt, nhsNumber, start, beside }) => ({
      doubt,
      nhsNumber,
      start: start.slice(0, 8),
      ...(beside && { beside: beside.slice(0, 8) }),
    }))

  beforeEach(async () => {
    authorities += 1
    authority = `P${String(authorities).padStart(4, '0')}` as OdsCode
    child = freshNhsNumber()
    await storedAuthority(database(), authority)
  })

  const snapshots = () =>
    database()
      .kysely.updateTable('authority')
      .set({ mode: 'snapshot' })
      .where('ods_code', '=', authority)
      .execute()

  /** Applies a file of the day given, counted from now; answers what its acknowledgement says beside the codes. */
  const apply = async (
    day: number,
    plans: readonly Sent[],
    { series = 'system' as UploadSeries, refused = [] as readonly string[] } = {},
  ) => {
    const records = plans.map(({ number, start, type = 'CPP', localId, ...ends }, index): JudgedRecord => {
      const dates = {
        ...(ends.end && { end: `${ends.end}0000` }),
        ...(ends.delete && { delete: `${ends.delete}0000` }),
      }
      return {
        sent: {
          position: index + 1,
          plans: [{ type, start, ...dates }],
          subjects: [{ kind: 'child', nhsNumber: number, ...(localId && { localId }) }],
        },
        outcome: {
          checked: {
            position: index + 1,
            nhsNumber: number,
            subject: {
              given: 'Pippin',
              family: 'Applecore',
              birthDate: '2019-05-01' as CalendarDate,
              ...(localId && { localId }),
            },
            plans: [
              {
                type,
                start: `${start}0000` as PlanTime,
                ...(dates as { end?: PlanTime; delete?: PlanTime }),
              },
            ],
          },
        },
      }
    })
    const failed = refused.map(
      (nhsNumber, index): JudgedRecord => ({
        sent: { position: plans.length + index + 1, plans: [], subjects: [{ kind: 'child', nhsNumber }] },
        outcome: { fault: { kind: 'different-person', items: ['family name'] } },
      }),
    )
    const upload: UploadReceipt = {
      id: newId(),
      authority,
      header: {
        createdAt: new Date(NOW.getTime() + day * DAY),
        sequence: 100 + day,
        recordCount: records.length,
        authority: { odsCode: authority, name: 'COUNCIL', dutyPhone: '01632960001' },
      },
      series,
      messageId: newId(),
      digest: 'D',
      receivedAt: NOW,
    }
    const uploads = uploadStore(database().kysely)
    await uploads.stage(upload.id, [...records, ...failed])
    await database()
      .kysely.transaction()
      .execute(trx => uploadStore(trx).apply(upload))
    const notes = []
    for await (const page of uploads.results(upload.id))
      for (const { overlapped } of page)
        if (overlapped)
          notes.push(overlapped.start.slice(0, 8) + (overlapped.newer ? ` by ${overlapped.newer}` : ''))
    await uploads.complete(upload.id, 'CPF02', 'P-1')
    return notes
  }
  const confirm = async () => {
    for (const plan of await store().list(authority, NOW)) await store().confirm(authority, plan, NOW)
  }

  test('a plan that a newer one of the same person overlaps is told in the acknowledgement and listed (rule 3.26)', async () => {
    expect(await apply(-3, [{ number: child, start: '20251101' }])).toEqual([])
    expect(await found()).toEqual([])
    expect(await apply(-2, [{ number: child, start: '20251102' }])).toEqual(['20251101'])
    expect(await found()).toEqual([
      { doubt: 'overlaps', nhsNumber: child, start: '20251101', beside: '20251102' },
    ])
    const { rows } = await FINDINGS['plans-to-check'](NOW, []).execute(database().kysely)
    expect(rows.filter(row => row.authority === authority)).toEqual([
      { authority, subject: '', since: NOW, details: { plans: 1 } },
    ])
  })

  test('whichever file came first, the older one holds the plan to check', async () => {
    await apply(-2, [{ number: child, start: '20251102' }])
    expect(await apply(-3, [{ number: child, start: '20251101' }])).toEqual([])
    expect(await found()).toEqual([
      { doubt: 'overlaps', nhsNumber: child, start: '20251101', beside: '20251102' },
    ])
  })

  test('a record that a newer file contradicts is never acknowledged as if it had been applied (rule 3.6)', async () => {
    await apply(-2, [{ number: child, start: '20251101', end: '20260601' }])
    expect(await apply(-3, [{ number: child, start: '20251101' }])).toEqual(['20251101 by 98'])
    // The same again says nothing else.
    expect(await apply(-4, [{ number: child, start: '20251101', end: '20260601' }])).toEqual([])
    expect(await apply(-1, [{ number: child, start: '20251101' }])).toEqual([])
  })

  test('a corrected start replaces the plan where the file deletes the earlier one', async () => {
    await apply(-3, [{ number: child, start: '20251101' }])
    const both = [
      { number: child, start: '20251101', delete: '20260610' },
      { number: child, start: '20251102' },
    ]
    expect(await apply(-2, both)).toEqual([])
    expect(await found()).toEqual([])
  })

  test.each([
    ['a plan that ended before the newer one began', { end: '20251101' }, {}],
    ['a plan that has ended since', { end: '20260601' }, {}],
    ['one of another type', {}, { type: 'LAC' as const }],
    ['one that had ended before the earlier began', {}, { start: '20250101', end: '20250601' }],
  ])('%s is nothing to check', async (_what, earlier, later) => {
    await apply(-3, [{ number: child, start: '20251001', ...earlier }])
    expect(await apply(-2, [{ number: child, start: '20251102', ...later }])).toEqual([])
    expect(await found()).toEqual([])
  })

  test('each plan under the numbers of one person is compared with the others', async () => {
    const earlier = freshNhsNumber()
    await apply(-3, [{ number: earlier, start: '20251101' }])
    await apply(-2, [{ number: child, start: '20251102' }])
    expect(await found()).toEqual([])
    await database()
      .kysely.updateTable('person_number')
      .set({ person: child, state: 'replaced', replaced_by: child, follows: child })
      .where('nhs_number', '=', earlier)
      .execute()
    await database().kysely.updateTable('plan').set({ person: child }).where('person', '=', earlier).execute()
    expect(await found()).toEqual([
      { doubt: 'overlaps', nhsNumber: earlier, start: '20251101', beside: '20251102' },
    ])
  })

  test('once confirmed, two plans stand beside each other for good, until a third comes', async () => {
    await apply(-5, [{ number: child, start: '20251101' }])
    await apply(-4, [{ number: child, start: '20251102' }])
    await confirm()
    expect(await found()).toEqual([])
    // Both again, as an authority does that sends all it holds.
    const both = [
      { number: child, start: '20251101' },
      { number: child, start: '20251102' },
    ]
    expect(await apply(-3, both)).toEqual([])
    expect(await found()).toEqual([])
    expect(await apply(-2, [{ number: child, start: '20251103' }])).toEqual(['20251101'])
    expect(await found()).toEqual([
      { doubt: 'overlaps', nhsNumber: child, start: '20251101', beside: '20251103' },
      { doubt: 'overlaps', nhsNumber: child, start: '20251102', beside: '20251103' },
    ])
  })

  test('what the newest file leaves out is listed only of an authority that sends all it holds (rule 19.6)', async () => {
    const [carried, refused, ended] = [freshNhsNumber(), freshNhsNumber(), freshNhsNumber()]
    const start = '20260101'
    await apply(-3, [
      { number: child, start },
      { number: carried, start },
      { number: refused, start },
      { number: ended, start, end: '20260601' },
    ])
    const newest = [{ number: carried, start }]
    await apply(-1, newest, { refused: [refused.replace(/^(...)(...)/, '$1 $2 ')] })
    expect(await found()).toEqual([])
    await snapshots()
    expect(await found()).toEqual([{ doubt: 'left-out', nhsNumber: child, start }])
    // A file that comes late is not the newest, though it came last; neither is a table that an officer sends.
    await apply(-2, [{ number: child, start }])
    await apply(0, [], { series: 'page' })
    expect(await found()).toEqual([{ doubt: 'left-out', nhsNumber: child, start }])
  })

  test('a plan that was left out and confirmed stands until it is carried and left out again', async () => {
    await snapshots()
    const other = freshNhsNumber()
    await apply(-6, [{ number: child, start: '20260101' }])
    await apply(-5, [{ number: other, start: '20260101' }])
    await confirm()
    await apply(-4, [{ number: other, start: '20260101' }])
    expect(await found()).toEqual([])
    await apply(-3, [{ number: child, start: '20260101' }])
    await confirm()
    await apply(-2, [{ number: other, start: '20260101' }])
    expect(await found()).toEqual([{ doubt: 'left-out', nhsNumber: child, start: '20260101' }])
  })

  test("another authority's plans are neither compared nor listed", async () => {
    await snapshots()
    await storedPlan(database(), { nhs_number: child, authority: 'P9999' })
    expect(await apply(0, [{ number: child, start: '20251102' }])).toEqual([])
    expect(await found()).toEqual([])
  })
})
