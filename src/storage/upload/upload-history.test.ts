import { v7 as newId } from 'uuid'
import { beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, storedAuthority } from '../../../test/support/records.ts'
import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { JudgedRecord, UploadReceipt } from '../../flows/upload/ports.ts'
import { uploadHistory } from './upload-history.ts'
import { uploadStore } from './upload-store.ts'

const NOW = new Date('2026-06-15T12:00:00Z')
const DAY = 86_400_000

describeOnEachEngine('what authorities sent and hold', database => {
  let authority: OdsCode
  let authorities = 0
  const history = () => uploadHistory(database().kysely)

  beforeEach(async () => {
    authorities += 1
    authority = `H${String(authorities).padStart(4, '0')}` as OdsCode
    await storedAuthority(database(), authority)
  })

  const holdingOf = async (of: OdsCode, at: Date) => {
    const rate = (await history().matchRates(at, of)).get(of)
    // What is told of one authority is told of it among all.
    expect((await history().matchRates(at)).get(of)).toEqual(rate)
    return rate && { matched: rate.matched, total: rate.total }
  }

  /** Applies a file of the day given, counted from now. */
  const apply = async (day: number, sequence: number, records: readonly JudgedRecord[]) => {
    const upload: UploadReceipt = {
      id: newId(),
      authority,
      header: {
        createdAt: new Date(NOW.getTime() + day * DAY),
        sequence,
        recordCount: records.length,
        authority: { odsCode: authority, name: 'COUNCIL', dutyPhone: '01632960001' },
      },
      series: 'system',
      messageId: newId(),
      digest: 'D',
      receivedAt: NOW,
    }
    const store = uploadStore(database().kysely)
    await store.stage(upload.id, records)
    await database()
      .kysely.transaction()
      .execute(trx => uploadStore(trx).apply(upload))
    await store.complete(upload.id, 'CPF03', 'P-1')
  }
  const loaded = (nhsNumber: NhsNumber, localId?: string, end?: string): JudgedRecord => ({
    sent: {
      position: 0,
      plans: [{ type: 'CPP', ...(end && { end }) }],
      subjects: [{ kind: 'child', nhsNumber, ...(localId && { localId }) }],
    },
    outcome: {
      checked: {
        position: 0,
        nhsNumber,
        subject: {
          given: 'Pippin',
          family: 'Applecore',
          birthDate: '2019-05-01' as CalendarDate,
          ...(localId && { localId }),
        },
        plans: [{ type: 'CPP', start: '202601010000' as PlanTime, ...(end && { end: end as PlanTime }) }],
      },
    },
  })
  const failed = (subject: { nhsNumber?: string; localId?: string }): JudgedRecord => ({
    sent: { position: 0, plans: [], subjects: [{ kind: 'child', ...subject }] },
    outcome: { fault: { kind: 'different-person', items: ['family name'] } },
  })
  const numbered = (records: readonly JudgedRecord[]) =>
    records.map((record, index) => ({ ...record, sent: { ...record.sent, position: index + 1 } }))

  test('files are told newest first, by what they say of their age, with the match of each (rule 19.3)', async () => {
    await apply(-1, 2, numbered([loaded(freshNhsNumber()), failed({})]))
    await apply(-3, 1, numbered([loaded(freshNhsNumber())]))
    expect(await history().applied(authority, 10)).toMatchObject([
      { sequence: 2, loaded: 1, failed: 1, match: { matched: 1, total: 2 } },
      { sequence: 1, loaded: 1, failed: 0, match: { matched: 1, total: 1 } },
    ])
    expect(await history().applied(authority, 1)).toHaveLength(1)
  })

  test('a record whose number is right counts as a match, whatever else is wrong with it', async () => {
    const nhsNumber = freshNhsNumber()
    await apply(-1, 1, numbered([loaded(nhsNumber), loaded(nhsNumber, undefined, '203001010000')]))
    expect(await history().applied(authority, 1)).toMatchObject([
      { loaded: 1, failed: 1, match: { matched: 2, total: 2 } },
    ])
  })

  test('gaps are those since the sequence was last restarted that nobody accepted', async () => {
    for (const sequence of [1, 2, 5, 6, 9]) await apply(-10 + sequence, sequence, [])
    expect(await history().gaps(authority, 10)).toEqual([
      { from: 7, to: 8 },
      { from: 3, to: 4 },
    ])
    expect(await history().gaps(authority, 1)).toEqual([{ from: 7, to: 8 }])
    await database()
      .kysely.insertInto('accepted_gaps')
      .values({ authority, sequence_epoch: 0, up_to: 6 })
      .execute()
    expect(await history().gaps(authority, 10)).toEqual([{ from: 7, to: 8 }])
    await database()
      .kysely.updateTable('authority')
      .set({ sequence_epoch: 1 })
      .where('ods_code', '=', authority)
      .execute()
    await apply(0, 1, [])
    expect(await history().gaps(authority, 10)).toEqual([])
  })

  test('a person who fails in every file is one person of the holding, until loaded (rule 19.5)', async () => {
    const right = freshNhsNumber()
    const mended = freshNhsNumber()
    await apply(-3, 1, numbered([loaded(right, 'L-1'), failed({ localId: 'L-2', nhsNumber: mended })]))
    await apply(
      -2,
      2,
      numbered([failed({ localId: 'L-2', nhsNumber: mended }), failed({ nhsNumber: '12 34' })]),
    )
    await apply(-1, 3, numbered([failed({ nhsNumber: '1234' })]))
    expect(await holdingOf(authority, NOW)).toEqual({ matched: 1, total: 3 })
    await apply(0, 4, numbered([loaded(mended, 'L-2')]))
    expect(await holdingOf(authority, NOW)).toEqual({ matched: 2, total: 3 })
  })

  test('a person who was loaded once and fails now is one person, who does not match', async () => {
    const [byNumber, byLocalId] = [freshNhsNumber(), freshNhsNumber()]
    await apply(-2, 1, numbered([loaded(byNumber), loaded(byLocalId, 'L-1'), loaded(freshNhsNumber())]))
    await apply(-1, 2, numbered([failed({ nhsNumber: byNumber }), failed({ localId: 'L-1' })]))
    expect(await holdingOf(authority, NOW)).toEqual({ matched: 1, total: 3 })
    await apply(0, 3, numbered([loaded(byNumber), loaded(byLocalId, 'L-1')]))
    expect(await holdingOf(authority, NOW)).toEqual({ matched: 3, total: 3 })
  })

  test('a number that is no longer in use matches no more, and a plan out of sight is not held', async () => {
    const inactive = freshNhsNumber()
    await apply(-1, 1, numbered([loaded(inactive), loaded(freshNhsNumber(), undefined, '202602010000')]))
    expect(await holdingOf(authority, NOW)).toEqual({ matched: 2, total: 2 })
    await database()
      .kysely.insertInto('number_change')
      .values({
        nhs_number: inactive,
        authority,
        version: 1,
        replacement: '',
        noticed_at: NOW,
        upload_sequence: 1,
      })
      .execute()
    expect(await holdingOf(authority, NOW)).toEqual({ matched: 1, total: 2 })
    const later = new Date(NOW.getTime() + 365 * DAY)
    expect(await holdingOf(authority, later)).toEqual({ matched: 0, total: 1 })
  })

  test('what another authority sends of the same people, or is told of them, changes nothing (rules 19.3 and 19.5)', async () => {
    const [failing, right] = [freshNhsNumber(), freshNhsNumber()]
    await apply(-2, 1, numbered([failed({ nhsNumber: failing, localId: 'L-1' }), loaded(right, 'L-2')]))
    const [ours, theirs] = [authority, 'H8888' as OdsCode]
    await storedAuthority(database(), theirs)
    authority = theirs
    await apply(-1, 1, numbered([loaded(failing, 'L-1'), failed({ nhsNumber: right, localId: 'L-2' })]))
    await apply(0, 3, [])
    await database()
      .kysely.insertInto('number_change')
      .values({
        nhs_number: right,
        authority: theirs,
        version: 1,
        replacement: '',
        noticed_at: NOW,
        upload_sequence: 1,
      })
      .execute()
    const outcome = { createdAt: NOW, receivedAt: NOW, fileCode: 'CPF02', loaded: 1, failed: 0 } as const
    await history().keepTest(newId(), theirs, { ...outcome, sequence: 1, match: { matched: 1, total: 1 } })

    expect(await holdingOf(ours, NOW)).toEqual({ matched: 1, total: 2 })
    expect(await holdingOf(theirs, NOW)).toEqual({ matched: 1, total: 2 })
    expect(await history().applied(ours, 10)).toHaveLength(1)
    expect(await history().gaps(ours, 10)).toEqual([])
    expect(await history().gaps(theirs, 10)).toEqual([{ from: 2, to: 2 }])
    expect(await history().tests(ours, 10)).toEqual([])
    expect(await history().tests(theirs, 10)).toHaveLength(1)
  })
})
