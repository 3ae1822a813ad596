import { v7 as newId } from 'uuid'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, nurse, planRow, queryFor, storedAuthority } from '../../../test/support/records.ts'
import { dayOf, type PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import { queryStore } from '../query/query-store.ts'
import { uploadStore } from '../upload/upload-store.ts'
import { numberStore } from './number-store.ts'

const NOON = new Date('2026-06-15T12:00:00Z')
const START = '202601010000' as PlanTime

describeOnEachEngine('a number and the one that replaced it', database => {
  const numbers = () => numberStore(database().kysely)
  let sequence = 1

  const hold = async (nhs_number: NhsNumber, authority: string) => {
    await storedAuthority(database(), authority)
    await database().kysely.insertInto('plan').values(planRow({ nhs_number, authority })).execute()
  }
  /** The authority uploads the person's plan under a number that PDS has just said is theirs. */
  const upload = async (authority: string, nhsNumber: NhsNumber, change: { delete?: PlanTime } = {}) => {
    await storedAuthority(database(), authority)
    const id = newId()
    const store = uploadStore(database().kysely)
    const subject = { given: 'Pippin', family: 'Applecore', birthDate: dayOf(START) }
    const plans = [{ type: 'CPP', start: START, ...change }] as const
    const checked = { position: 1, nhsNumber, subject, plans }
    await store.stage(id, [{ sent: { position: 1, plans: [], subjects: [] }, outcome: { checked } }])
    await store.apply({
      id,
      authority: authority as OdsCode,
      header: {
        createdAt: NOON,
        sequence: ++sequence,
        recordCount: 1,
        authority: { odsCode: authority as OdsCode, name: 'COUNCIL', dutyPhone: '01632960001' },
      },
      series: 'system',
      messageId: id,
      digest: id,
      receivedAt: NOON,
    })
  }
  const found = async (nhsNumber: NhsNumber) => {
    const { plans, accesses } = await queryStore(database().statement).answer(
      queryFor({ at: NOON, nhsNumber, author: nurse(String(++sequence).padStart(12, '0')) }),
    )
    return {
      plans: plans.map(plan => `${plan.authority.odsCode} ${plan.nhsNumber}`),
      accesses: accesses.length,
    }
  }

  test('the old one falls silent when its authority has uploaded the person under the new one, accesses and all (rule 14.5)', async () => {
    const [old, replacement] = [freshNhsNumber(), freshNhsNumber()]
    await hold(old, '801')
    await numbers().link(old, replacement)
    expect(await found(replacement)).toEqual({ plans: [`801 ${old}`], accesses: 1 })
    await upload('801', replacement)
    expect(await found(old)).toEqual({ plans: [], accesses: 0 })
    expect(await found(replacement)).toEqual({ plans: [`801 ${replacement}`], accesses: 2 })
    // Neither being told again of the replacement nor another upload wakes it.
    await numbers().link(old, replacement)
    await upload('801', replacement)
    expect((await found(old)).plans).toEqual([])
  })

  test('it does not by a record that failed, nor by a file about somebody else, whoever uploaded the new one (rule 14.5)', async () => {
    const [old, replacement] = [freshNhsNumber(), freshNhsNumber()]
    await hold(old, '801')
    await numbers().link(old, replacement)
    await upload('802', replacement)
    await upload('801', freshNhsNumber())
    const both = [`801 ${old}`, `802 ${replacement}`]
    expect((await found(replacement)).plans.sort()).toEqual(both)
    // The delete of a plan that it never loaded under the new number is reported as failed (rule 3.5).
    await upload('801', replacement, { delete: START })
    expect((await found(replacement)).plans.sort()).toEqual(both)
  })

  test('what falls silent parts no other numbers that are one person (rules 4.4 and 14.5)', async () => {
    const [old, replacement, otherOld, otherNew] = Array.from({ length: 4 }, freshNhsNumber)
    if (!old || !replacement || !otherOld || !otherNew) throw new Error('Four numbers were made')
    for (const number of [old, otherOld]) await hold(number, '801')
    await numbers().link(old, replacement)
    await numbers().link(otherOld, otherNew)
    await upload('801', replacement)
    expect((await found(otherNew)).plans).toEqual([`801 ${otherOld}`])
  })

  test('it does not while another authority has not: what that one holds is found by both (rule 14.5)', async () => {
    const [old, replacement] = [freshNhsNumber(), freshNhsNumber()]
    await hold(old, '801')
    await hold(old, '802')
    await numbers().link(old, replacement)
    await upload('801', replacement)
    const both = [`801 ${replacement}`, `802 ${old}`]
    expect((await found(replacement)).plans.sort()).toEqual(both)
    expect((await found(old)).plans.sort()).toEqual(both)
    await upload('802', replacement)
    expect((await found(old)).plans).toEqual([])
    expect((await found(replacement)).plans).toHaveLength(2)
  })

  test('along a chain of replacements the last one speaks for all', async () => {
    const [first, second, third] = [freshNhsNumber(), freshNhsNumber(), freshNhsNumber()]
    await hold(first, '801')
    await numbers().link(first, second)
    await numbers().link(second, third)
    expect((await found(third)).plans).toEqual([`801 ${first}`])
    await upload('801', third)
    for (const number of [first, second]) expect((await found(number)).plans).toEqual([])
    expect((await found(third)).plans).toEqual([`801 ${third}`])
  })

  test('an authority that had moved before PDS said so is not answered twice, nor told of what it knows', async () => {
    const [old, replacement] = [freshNhsNumber(), freshNhsNumber()]
    await hold(old, '801')
    await upload('801', replacement)
    expect(await numbers().inactive(old, replacement, NOON)).toEqual([])
    expect((await found(replacement)).plans).toEqual([`801 ${replacement}`])
    expect((await found(old)).plans).toEqual([])
  })

  test('what another authority uploaded under the new number silences nothing of the one that has not (rule 14.5)', async () => {
    const [old, replacement] = [freshNhsNumber(), freshNhsNumber()]
    await hold(old, '801')
    await upload('802', replacement)
    expect(await numbers().inactive(old, replacement, NOON)).toEqual(['801'])
    const both = [`801 ${old}`, `802 ${replacement}`]
    expect((await found(old)).plans.sort()).toEqual(both)
    expect((await found(replacement)).plans.sort()).toEqual(both)
  })

  test('a number that comes back to life changes nothing of another (rule 14.6)', async () => {
    const [old, replacement, returned, other] = Array.from({ length: 4 }, freshNhsNumber)
    if (!old || !replacement || !returned || !other) throw new Error('Four numbers were made')
    await hold(old, '803')
    await hold(returned, '803')
    await numbers().inactive(old, replacement, NOON)
    await numbers().link(returned, other)
    expect(await numbers().inUse(returned, NOON)).toBe(false)
    expect((await found(replacement)).plans).toEqual([`803 ${old}`])
    expect(await numbers().take('803' as OdsCode, 10)).toMatchObject([{ nhsNumber: old }])
    await upload('803', replacement)
    expect((await found(old)).plans).toEqual([])
    await numbers().inUse(returned, NOON)
    expect((await found(old)).plans).toEqual([])
    expect((await found(returned)).plans).toEqual([`803 ${returned}`])
  })

  test('a number that comes back to life speaks again, for itself alone (rule 14.6)', async () => {
    const [old, replacement] = [freshNhsNumber(), freshNhsNumber()]
    await hold(old, '801')
    await numbers().link(old, replacement)
    await upload('801', replacement)
    await numbers().inUse(old, NOON)
    expect((await found(old)).plans).toEqual([`801 ${old}`])
    expect((await found(replacement)).plans).toEqual([`801 ${replacement}`])
  })

  test('a stale number under which nothing was ever held leads to the person for good (rule 4.4)', async () => {
    const [stale, replacement] = [freshNhsNumber(), freshNhsNumber()]
    await hold(replacement, '801')
    await numbers().link(stale, replacement)
    await upload('801', replacement)
    expect((await found(stale)).plans).toEqual([`801 ${replacement}`])
  })
})
