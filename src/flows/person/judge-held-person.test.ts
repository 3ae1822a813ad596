import { beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import type { CalendarDate } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Demographics } from '../../domain/person/demographics.ts'
import { decidedMatch } from '../../domain/person/match-decision.ts'
import { changingPeople, ONE, TWO, threeNumbers } from './changing-people.testing.ts'

const BORN = '2019-05-01' as CalendarDate
const asSent = (change: object = {}): Demographics => ({
  kind: 'found',
  person: { familyNames: ['Applecore'], givenNames: [['Pippin']], birthDate: BORN, ...change },
})

describeOnEachEngine('people whom PDS has otherwise than they were loaded (rule 14.9)', database => {
  const people = changingPeople(database)
  const { pds, sweep, load, plansBy, announce } = people

  beforeEach(async () => {
    await database().kysely.deleteFrom('held_person_fault').execute()
  })
  const look = async (number: NhsNumber, answer: Demographics) => {
    pds.set(number, answer)
    await announce(number)
    await sweep()
  }
  const toPutRight = async (authority = ONE) =>
    (await people.storage.issues.failedRecords(authority)).map(
      ({ sent, code, reason }) => `${sent.subjects[0]?.nhsNumber} ${code} ${reason.split(':')[0]}`,
    )
  const entriesOf = async (nhsNumber: NhsNumber) =>
    (
      await database()
        .kysely.selectFrom('audit')
        .select(['action', 'reason'])
        .where('nhs_number', '=', nhsNumber)
        .where('action', 'like', 'held person%')
        .orderBy('id')
        .execute()
    ).map(({ action, reason }) => [action, reason].filter(Boolean).join(' '))

  test.each<[string, Demographics, string]>([
    ['another name', asSent({ familyNames: ['Newname'] }), 'CPR03 Family name'],
    ['another date of birth', asSent({ birthDate: '2019-05-02' }), 'CPR03 Date of birth'],
    ['a death', asSent({ died: '2026-03-01' }), 'CPR07 Person'],
    ['a death without a day', asSent({ died: 'unknown' }), 'CPR07 Person'],
    ['a restriction', { kind: 'restricted' }, 'CPR02 NHS number'],
  ])('%s is told to the authority once, never what PDS holds, until the two agree again', async (_, answer, told) => {
    const [child, other] = threeNumbers()
    await load(child, ONE)
    await load(other, ONE)
    await look(other, asSent())
    await look(child, asSent())
    expect(await toPutRight()).toEqual([])
    await look(child, answer)
    await look(child, answer)
    expect(await toPutRight()).toEqual([`${child} ${told}`])
    const [record] = await people.storage.issues.failedRecords(ONE)
    expect(JSON.stringify(record)).not.toMatch(/Newname|2019-05-02|2026-03-01/)
    await look(child, asSent())
    expect(await toPutRight()).toEqual([])
    expect(await entriesOf(child)).toEqual([
      expect.stringMatching(/^held person differs /),
      'held person as held',
    ])
  })

  test('only who holds a visible plan under the number is told, and no longer than it does', async () => {
    const [child, old] = threeNumbers()
    await load(child, ONE)
    await load(child, TWO)
    await load(child, TWO, '202601010000', { deleted: true })
    await load(old, TWO)
    const married = asSent({ familyNames: ['Newname'] })
    await look(child, married)
    expect([await toPutRight(ONE), await toPutRight(TWO)]).toEqual([[`${child} CPR03 Family name`], []])
    expect(await plansBy(child)).toHaveLength(1)
    await load(child, ONE, '202601010000', { deleted: true })
    expect(await toPutRight(ONE)).toEqual([])
    await look(child, married)
    expect(await database().kysely.selectFrom('held_person_fault').selectAll().execute()).toEqual([])
  })

  test('a record that PDS confirms anew puts it right', async () => {
    const [child] = threeNumbers()
    await load(child, ONE)
    await look(child, asSent({ familyNames: ['Newname'] }))
    expect(await toPutRight()).toHaveLength(1)
    await load(child, ONE)
    expect(await toPutRight()).toEqual([])
  })

  test('a possible match that its officer has decided to be the person is not told again (rule 3.25)', async () => {
    const [child] = threeNumbers()
    await load(child, ONE)
    await load(child, TWO)
    const subject = { given: 'Pippin', family: 'Applecore', birthDate: BORN }
    await people.storage.matchDecisions.keep(ONE, decidedMatch(child, subject), 'same-person', new Date())
    await look(child, asSent({ givenNames: [['Philippa']] }))
    expect([await toPutRight(ONE), await toPutRight(TWO)]).toEqual([[], [`${child} CPR03 Given name`]])
    await look(child, asSent({ givenNames: [['Zoe']], familyNames: ['Else'] }))
    expect(await toPutRight(ONE)).toEqual([`${child} CPR03 Family name and given name`])
  })
})
