import fc from 'fast-check'
import { v7 as newId } from 'uuid'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, pdsSays, queryFor, storedAuthority } from '../../../test/support/records.ts'
import { rounds } from '../../../test/support/suite.ts'
import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { RecordFault } from '../../domain/upload/record-faults.ts'
import type { CheckedPlan } from '../../domain/upload/upload.ts'
import type { UploadReceipt } from '../../flows/upload/ports.ts'
import { queryStore } from '../query/query-store.ts'
import { failedRecords } from './failing-records.ts'
import { uploadStore } from './upload-store.ts'

const DAY = 86_400_000
const START = '202601010000' as PlanTime
const NOW = new Date('2026-06-15T12:00:00Z')
const DIFFERENT: RecordFault = { kind: 'different-person', items: ['family name'] }

interface Sent {
  readonly number: NhsNumber
  readonly plans: readonly Omit<CheckedPlan, 'type'>[]
  /** What PDS has against it; absent: nothing. */
  readonly fault?: RecordFault | undefined
  readonly family?: string
}

describeOnEachEngine('an authority takes back what it holds (rule 3.24)', database => {
  let authorities = 0
  let day = 0
  const freshAuthority = async () => {
    const code = `T${String(++authorities).padStart(4, '0')}` as OdsCode
    await storedAuthority(database(), code)
    return code
  }
  /** Applies a file of a day; answers the fault of each record, or "loaded". */
  const apply = async (authority: OdsCode, records: readonly Sent[], at = ++day) => {
    const upload: UploadReceipt = {
      id: newId(),
      authority,
      header: {
        createdAt: new Date(at * DAY),
        sequence: at + 1,
        recordCount: records.length,
        authority: { odsCode: authority, name: 'COUNCIL', dutyPhone: '01632960001' },
      },
      series: 'system',
      messageId: newId(),
      digest: 'D',
      receivedAt: NOW,
    }
    const store = uploadStore(database().kysely)
    await store.stage(
      upload.id,
      records.map(({ number, plans, fault, family = 'Applecore' }, index) => {
        const position = index + 1
        const subject = { given: 'Pippin', family, birthDate: '2019-05-01' as CalendarDate }
        const said = {
          position,
          nhsNumber: number,
          subject,
          plans: plans.map(plan => ({ type: 'CPP', ...plan }) as const),
        }
        return {
          sent: { position, plans: [], subjects: [{ kind: 'child', nhsNumber: number } as const] },
          outcome: fault ? { fault, unproven: said } : { checked: said },
        }
      }),
    )
    const counts = await database()
      .kysely.transaction()
      .execute(trx => uploadStore(trx).apply(upload))
    const faults: string[] = []
    for await (const page of store.results(upload.id))
      faults.push(...page.map(({ fault }) => fault?.kind ?? 'loaded'))
    expect(counts.loaded).toBe(faults.filter(kind => kind === 'loaded').length)
    return faults
  }
  const found = async (nhsNumber: NhsNumber, at = NOW) => {
    const answer = await queryStore(database().statement).answer(
      queryFor({ at, nhsNumber, access: 'scheduled' }),
    )
    if (answer.kind !== 'answered') return answer.kind
    return answer.plans.map(({ start, end, subject }) =>
      [start, end, subject.family].filter(Boolean).join(' '),
    )
  }
  const loaded = async () => {
    const [authority, number] = [await freshAuthority(), freshNhsNumber()]
    expect(await apply(authority, [{ number, plans: [{ start: START }] }])).toEqual(['loaded'])
    return { authority, number }
  }
  const end = '202606010000' as PlanTime

  test.each<RecordFault>([
    DIFFERENT,
    { kind: 'sensitive' },
    { kind: 'superseded' },
    { kind: 'invalidated' },
    { kind: 'nhs-number-unknown' },
  ])('an end is applied though PDS says $kind, under the name that PDS confirmed, and for its 365 days', async fault => {
    const { authority, number } = await loaded()
    expect(
      await apply(authority, [{ number, plans: [{ start: START, end }], fault, family: 'Oldname' }]),
    ).toEqual(['loaded'])
    expect(await found(number)).toEqual([`${START} ${end} Applecore`])
    expect(await found(number, new Date('2027-06-03T00:00:00Z'))).toEqual([])
  })

  test('a delete is applied though PDS says that the person is another', async () => {
    const { authority, number } = await loaded()
    expect(
      await apply(authority, [{ number, plans: [{ start: START, delete: end }], fault: DIFFERENT }]),
    ).toEqual(['loaded'])
    expect(await found(number)).toEqual([])
  })

  test('it is accepted under the old and under the new number', async () => {
    for (const underNew of [true, false]) {
      const { authority, number: old } = await loaded()
      const current = freshNhsNumber()
      await pdsSays(database(), old, { state: 'replaced', by: current })
      const number = underNew ? current : old
      expect(
        await apply(authority, [{ number, plans: [{ start: START, end }], fault: { kind: 'superseded' } }]),
      ).toEqual(['loaded'])
      for (const by of [old, current]) expect(await found(by)).toEqual([`${START} ${end} Applecore`])
    }
  })

  test.each<[string, Omit<CheckedPlan, 'type'>]>([
    ['goes on', { start: START }],
    ['starts at another time', { start: '202602010000' as PlanTime, end }],
  ])('a new claim needs proof: a plan that %s fails and changes nothing', async (_, plan) => {
    const { authority, number } = await loaded()
    expect(await apply(authority, [{ number, plans: [plan], fault: DIFFERENT }])).toEqual([
      'different-person',
    ])
    expect(await found(number)).toEqual([`${START} Applecore`])
  })

  test('of a record that also claims something new the fault stays, and what it takes back is taken back', async () => {
    const { authority, number } = await loaded()
    const plans = [{ start: START, end }, { start: '202603010000' as PlanTime }]
    expect(await apply(authority, [{ number, plans, fault: DIFFERENT }])).toEqual(['different-person'])
    expect(await found(number)).toEqual([`${START} ${end} Applecore`])
  })

  test('nobody takes back what another authority holds, and an older file takes nothing back', async () => {
    const { authority, number } = await loaded()
    const plans = [{ start: START, end }]
    expect(await apply(await freshAuthority(), [{ number, plans, fault: DIFFERENT }])).toEqual([
      'different-person',
    ])
    expect(await found(number)).toEqual([`${START} Applecore`])
    await apply(authority, [{ number, plans, fault: DIFFERENT }], 0)
    expect(await found(number)).toEqual([`${START} Applecore`])
  })

  test('what was deleted is not brought back without proof, and what was ended is by a newer proven record', async () => {
    const { authority, number } = await loaded()
    await apply(authority, [{ number, plans: [{ start: START, delete: end }], fault: DIFFERENT }])
    await apply(authority, [{ number, plans: [{ start: START, end }], fault: DIFFERENT }])
    expect(await found(number)).toEqual([])
    await apply(authority, [{ number, plans: [{ start: START }], family: 'Newname' }])
    expect(await found(number)).toEqual([`${START} Newname`])
  })

  test('whose record failed before is not failing any more (rule 16.7)', async () => {
    const { authority, number } = await loaded()
    await apply(authority, [{ number, plans: [{ start: START }], fault: DIFFERENT }])
    expect(await failedRecords(database().kysely, authority)).toHaveLength(1)
    await apply(authority, [{ number, plans: [{ start: START, end }], fault: DIFFERENT }])
    expect(await failedRecords(database().kysely, authority)).toEqual([])
  })

  test('the order of files never changes what is held (rule 3.6)', async () => {
    const file = fc.record({
      start: fc.constantFrom('202601010000', '202602010000'),
      end: fc.option(fc.constantFrom('202604010000', '202606010000'), { nil: undefined }),
      deleted: fc.boolean(),
      fault: fc.option(fc.constant(DIFFERENT), { nil: undefined }),
      under: fc.nat(1),
      family: fc.constantFrom('Applecore', 'Newname'),
    })
    const shuffled = fc
      .array(file, { minLength: 2, maxLength: 6 })
      .chain(files =>
        fc.tuple(fc.constant(files), fc.shuffledSubarray([...files.keys()], { minLength: files.length })),
      )
    await fc.assert(
      fc.asyncProperty(shuffled, async ([files, order]) => {
        const held = async (inOrder: readonly number[]) => {
          const authority = await freshAuthority()
          const numbers = [freshNhsNumber(), freshNhsNumber()] as const
          await pdsSays(database(), numbers[0], { state: 'replaced', by: numbers[1] })
          for (const nth of inOrder) {
            const {
              start,
              end: ended,
              deleted,
              fault,
              under,
              family,
            } = files[nth] ?? (files[0] as (typeof files)[number])
            const plan = {
              start: start as PlanTime,
              ...(ended && { end: ended as PlanTime }),
              ...(deleted && { delete: end }),
            }
            await apply(
              authority,
              [{ number: numbers[under] ?? numbers[0], plans: [plan], fault, family }],
              nth + 1,
            )
          }
          return { plans: await found(numbers[0]), same: await found(numbers[1]) }
        }
        const [one, other] = [await held([...files.keys()]), await held(order)]
        expect(other).toEqual(one)
        expect(one.same).toEqual(one.plans)
      }),
      { numRuns: rounds({ everyday: 25, rest: 250 }) },
    )
  })
})
