import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import {
  nurse,
  pdsSays,
  storedPlan as planOf,
  queryFor,
  storedAuthority,
} from '../../../test/support/records.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { SystemAuthor } from '../../domain/query/requester.ts'
import type { QueryToRecord } from '../../flows/query/ports.ts'
import type { Database } from '../open-database.ts'
import { queryStore } from './query-store.ts'

const HOUR = 3_600_000
const NOON = new Date('2026-06-15T12:00:00.000Z')

async function storedPlan(database: Database, plan: Parameters<typeof planOf>[1]): Promise<void> {
  await storedAuthority(database, plan.authority)
  await planOf(database, plan)
}

describeOnEachEngine('the query store', database => {
  const store = () => ({
    answer: async (query: QueryToRecord) => {
      const answer = await queryStore(database().statement).answer(query)
      if (answer.kind !== 'answered') throw new Error(`The query is answered: ${answer.kind}`)
      const { kind: _, checked: _checked, ...held } = answer
      return held
    },
  })
  const count = async (table: 'access' | 'notification' | 'audit', nhsNumber: NhsNumber) => {
    const rows = await database()
      .kysely.selectFrom(table)
      .selectAll()
      .where('nhs_number', '=', nhsNumber)
      .execute()
    return rows.length
  }

  test('nothing held: an empty answer, an audit entry and nothing else (rule 5.9)', async () => {
    const query = queryFor({ at: NOON })
    expect(await store().answer(query)).toEqual({ plans: [], accesses: [] })
    expect(await count('access', query.nhsNumber)).toBe(0)
    expect(await count('notification', query.nhsNumber)).toBe(0)
    expect(await count('audit', query.nhsNumber)).toBe(1)
  })

  test('a visible plan is answered whole; the access, its notification and the audit entry are there (rule 5.8)', async () => {
    const query = queryFor({ at: NOON })
    await storedPlan(database(), { nhs_number: query.nhsNumber, authority: '801', local_id: 'L-1' })
    const { plans, accesses } = await store().answer(query)
    expect(plans).toMatchObject([
      {
        nhsNumber: query.nhsNumber,
        type: 'CPP',
        start: '202601010000',
        subject: { given: 'Pippin', family: 'Applecore', birthDate: '2019-05-01', localId: 'L-1' },
        authority: { odsCode: '801', dutyPhone: '01632960001', officePhone: '01632960002' },
      },
    ])
    expect(plans[0]?.lastUploadedAt).toBeInstanceOf(Date)
    expect(accesses).toEqual([{ id: query.id, nhsNumber: query.nhsNumber, at: NOON, author: query.author }])
    expect(await count('notification', query.nhsNumber)).toBe(1)
    expect(await count('audit', query.nhsNumber)).toBe(1)
  })

  test('a scheduled access is silent and audited (rule 5.2)', async () => {
    const query = queryFor({ at: NOON, access: 'scheduled' })
    await storedPlan(database(), { nhs_number: query.nhsNumber, authority: '801' })
    const { plans, accesses } = await store().answer(query)
    expect(plans).toHaveLength(1)
    expect(accesses).toEqual([])
    expect(await count('notification', query.nhsNumber)).toBe(0)
    expect(await count('audit', query.nhsNumber)).toBe(1)
  })

  test('a deleted plan and one past its time are in no answer (rules 2.3 and 2.8)', async () => {
    const query = queryFor({ at: NOON })
    await storedPlan(database(), {
      nhs_number: query.nhsNumber,
      authority: '801',
      delete_time: '202605010000',
    })
    await storedPlan(database(), { nhs_number: query.nhsNumber, authority: '802', visible_until: NOON })
    expect(await store().answer(query)).toEqual({ plans: [], accesses: [] })
  })

  test('two plans of one authority and one of another: three plans, one notification for each authority (rule 6.1)', async () => {
    const query = queryFor({ at: NOON })
    const nhs_number = query.nhsNumber
    await storedPlan(database(), { nhs_number, authority: '801', written_sequence: 3, local_id: 'OLD' })
    const newer = new Date(NOON.getTime() - HOUR)
    await storedPlan(database(), {
      nhs_number,
      authority: '801',
      plan_type: 'LAC',
      written_sequence: 4,
      written_created_at: newer,
      local_id: 'NEW',
    })
    await storedPlan(database(), { nhs_number, authority: '802' })
    const { plans } = await store().answer(query)
    expect(plans.map(plan => [plan.type, plan.authority.odsCode])).toEqual([
      ['CPP', '801'],
      ['CPP', '802'],
      ['LAC', '801'],
    ])
    const told = await database()
      .kysely.selectFrom('notification')
      .select(['authority', 'local_id', 'upload_sequence'])
      .where('nhs_number', '=', nhs_number)
      .orderBy('authority')
      .execute()
    expect(told).toEqual([
      { authority: '801', local_id: 'NEW', upload_sequence: 4 },
      { authority: '802', local_id: null, upload_sequence: 1 },
    ])
  })

  test('the same author is listed once in 24 hours, counted from the last listed access (rule 5.6)', async () => {
    const { nhsNumber } = queryFor({ at: NOON })
    await storedPlan(database(), { nhs_number: nhsNumber, authority: '801' })
    const at = (hours: number) => new Date(NOON.getTime() + hours * HOUR)
    for (const hours of [0, 1, 23.99, 24, 47.99, 48])
      await store().answer(queryFor({ nhsNumber, at: at(hours) }))
    const { accesses } = await store().answer(
      queryFor({ nhsNumber, at: at(49), author: nurse('000000000002') }),
    )
    expect(accesses.map(access => (access.at.getTime() - NOON.getTime()) / HOUR)).toEqual([49, 48, 24, 0])
    expect(await count('notification', nhsNumber)).toBe(4)
    expect(await count('audit', nhsNumber)).toBe(7)
  })

  test('a system is another author at another organisation, and the same at its own (rule 5.6)', async () => {
    const { nhsNumber } = queryFor({ at: NOON })
    await storedPlan(database(), { nhs_number: nhsNumber, authority: '801' })
    const at = (odsCode: string): SystemAuthor => ({
      kind: 'system',
      asid: '999000000011',
      organisation: { odsCode: odsCode as OdsCode, name: `HOSPITAL ${odsCode}` },
      responsible: [],
    })
    for (const author of [at('X9Z01'), at('X9Z02'), at('X9Z01')]) {
      await store().answer(queryFor({ nhsNumber, author, at: NOON }))
    }
    const { accesses } = await store().answer(queryFor({ nhsNumber, at: NOON, access: 'scheduled' }))
    expect(accesses.map(({ author }) => author.organisation.odsCode).sort()).toEqual(['X9Z01', 'X9Z02'])
    expect(await count('notification', nhsNumber)).toBe(2)
  })

  test.each([
    ['was deleted', { delete_time: '202606150000' }],
    ['is past its time', { visible_until: NOON }],
  ])('the accesses of a person whose plan %s are answered no more (rule 5.7)', async (_, gone) => {
    const { nhsNumber } = queryFor({ at: NOON })
    await storedPlan(database(), { nhs_number: nhsNumber, authority: '801' })
    await store().answer(queryFor({ nhsNumber, at: NOON }))
    await database().kysely.updateTable('plan').set(gone).where('nhs_number', '=', nhsNumber).execute()
    for (const access of ['unscheduled', 'scheduled'] as const) {
      const query = queryFor({ nhsNumber, at: NOON, access, author: nurse('000000000002') })
      expect(await store().answer(query)).toEqual({ plans: [], accesses: [] })
    }
    expect(await count('access', nhsNumber)).toBe(1)
  })

  test('the 25 newest accesses are listed, this one included (rule 5.7)', async () => {
    const { nhsNumber } = queryFor({ at: NOON })
    await storedPlan(database(), { nhs_number: nhsNumber, authority: '801' })
    const ask = (minute: number) => {
      const author = nurse(String(minute).padStart(12, '0'))
      return store().answer(queryFor({ nhsNumber, author, at: new Date(NOON.getTime() + minute * 60_000) }))
    }
    for (let minute = 0; minute < 30; minute++) await ask(minute)
    const { accesses } = await ask(30)
    expect(accesses).toHaveLength(25)
    expect(accesses[0]?.at).toEqual(new Date(NOON.getTime() + 30 * 60_000))
    expect(accesses[24]?.at).toEqual(new Date(NOON.getTime() + 6 * 60_000))
  })

  test('simultaneous clicks by one author make one access and one notification, and every answer shows it', async () => {
    const { nhsNumber } = queryFor({ at: NOON })
    await storedPlan(database(), { nhs_number: nhsNumber, authority: '801' })
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => store().answer(queryFor({ nhsNumber, at: NOON }))),
    )
    expect(await count('access', nhsNumber)).toBe(1)
    expect(await count('notification', nhsNumber)).toBe(1)
    expect(await count('audit', nhsNumber)).toBe(8)
    for (const { accesses } of answers) expect(accesses).toHaveLength(1)
  })

  test('plans and accesses are found by every number of a chain of replacements, which names the last (rules 4.4 and 4.9)', async () => {
    const [first, second, third] = [queryFor({ at: NOON }), queryFor({ at: NOON }), queryFor({ at: NOON })]
    await storedPlan(database(), { nhs_number: second.nhsNumber, authority: '801' })
    const replacedBy = (by: NhsNumber) => ({ state: 'replaced', by }) as const
    await pdsSays(database(), first.nhsNumber, replacedBy(second.nhsNumber))
    await pdsSays(database(), second.nhsNumber, replacedBy(third.nhsNumber))
    await pdsSays(database(), second.nhsNumber, replacedBy(third.nhsNumber))
    for (const query of [first, second, third]) {
      const { plans, accesses, supersededBy } = await store().answer(query)
      expect(supersededBy).toBe(query === third ? undefined : third.nhsNumber)
      expect(plans.map(plan => plan.nhsNumber)).toEqual([second.nhsNumber])
      expect(accesses.map(access => access.nhsNumber)).toEqual([first.nhsNumber])
    }
    // The authority is told the number that it holds.
    expect(await count('notification', second.nhsNumber)).toBe(1)
  })

  test('a superseded number is said to be one although nothing is held, and no longer once PDS says otherwise (rule 4.9)', async () => {
    const [old, current] = [queryFor({ at: NOON }), queryFor({ at: NOON })]
    await pdsSays(database(), old.nhsNumber, { state: 'replaced', by: current.nhsNumber })
    expect(await store().answer(old)).toEqual({ plans: [], accesses: [], supersededBy: current.nhsNumber })
    await pdsSays(database(), old.nhsNumber, { state: 'live', restricted: false })
    expect(await store().answer(queryFor({ at: NOON, nhsNumber: old.nhsNumber }))).toEqual({
      plans: [],
      accesses: [],
    })
  })

  test('numbers that are one person lead nobody else to it, who has neither its plans nor its accesses (rule 4.4)', async () => {
    const [old, current] = [queryFor({ at: NOON }), queryFor({ at: NOON })]
    for (const { nhsNumber } of [old, current]) {
      await storedPlan(database(), { nhs_number: nhsNumber, authority: '801' })
    }
    await pdsSays(database(), old.nhsNumber, { state: 'replaced', by: current.nhsNumber })
    await store().answer(current)
    const somebodyElse = queryFor({ at: NOON })
    expect(await store().answer(somebodyElse)).toEqual({ plans: [], accesses: [] })
    await storedPlan(database(), { nhs_number: somebodyElse.nhsNumber, authority: '801' })
    // Eight at once: some answers read the list a second time, since another click was faster.
    const { nhsNumber } = somebodyElse
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => store().answer(queryFor({ nhsNumber, at: NOON }))),
    )
    for (const { plans, accesses } of answers) {
      expect(plans.map(plan => plan.nhsNumber)).toEqual([nhsNumber])
      expect(accesses.map(access => access.nhsNumber)).toEqual([nhsNumber])
    }
  })

  test('the audit log cannot be changed, emptied or shortened (rule 8.1)', async () => {
    await store().answer(queryFor({ at: NOON }))
    for (const statement of ['update audit set actor = null', 'delete from audit', 'truncate audit']) {
      await expect(database().statement(statement, statement, [])).rejects.toThrow('append-only')
    }
  })
})
