import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import {
  freshNhsNumber,
  NO_LOOK_UP,
  nurse,
  pdsSays,
  storedAuthority,
  storedPlan,
} from '../../../test/support/records.ts'
import type { IdentifiedKind } from '../../domain/query/identified.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import { reportMissedAppointment } from '../notification/report-missed-appointment.ts'
import type { Storage } from '../ports.ts'
import { answerQuery } from './answer-query.ts'
import { readById } from './read-by-id.ts'

const NOON = new Date('2026-06-15T12:00:00Z')
const clock = { now: () => NOON }

describeOnEachEngine('reading by id', database => {
  let jobs: Jobs
  let storage: Storage
  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    await storedAuthority(database(), '801')
  })
  afterAll(() => jobs.stop(1_000))

  const deps = () => ({ ...storage, storage, clock, newId, lookUp: NO_LOOK_UP })
  const asking = (access: 'unscheduled' | 'scheduled' = 'unscheduled', activities = ['B0107', 'B0170']) => ({
    requester: { author: nurse(), activities: new Set(activities) },
    access,
    via: 'fhir' as const,
    action: 'read',
    traceId: 'T',
  })
  const read = (of: IdentifiedKind, id: string, ...how: Parameters<typeof asking>) =>
    readById(deps(), { ...asking(...how), of, id })
  const held = async () => {
    const nhsNumber = freshNhsNumber()
    await storedPlan(database(), { nhs_number: nhsNumber, authority: '801' })
    return nhsNumber
  }
  const ask = async (nhsNumber: Awaited<ReturnType<typeof held>>) => {
    const answered = await answerQuery(deps(), { ...asking('scheduled'), nhsNumber })
    if (!answered.ok) throw new Error(answered.fault.kind)
    return answered.value
  }
  const planOf = async (nhsNumber: Awaited<ReturnType<typeof held>>) =>
    (await ask(nhsNumber)).plans[0]?.id ?? ''
  const rows = (table: 'access' | 'notification', nhsNumber: string) =>
    database().kysely.selectFrom(table).selectAll().where('nhs_number', '=', nhsNumber).execute()
  const entries = async (nhsNumber: string) =>
    database()
      .kysely.selectFrom('audit')
      .select(['outcome', 'reason', 'details'])
      .where('nhs_number', '=', nhsNumber)
      .where('action', '=', 'read')
      .orderBy('id')
      .execute()

  test('a plan: an access like any other, told and on record (rules 4.13 and 5.5)', async () => {
    const nhsNumber = await held()
    const id = await planOf(nhsNumber)
    expect(await read('plan', id)).toMatchObject({ ok: true, value: { of: 'plan', plan: { id, nhsNumber } } })
    expect(await rows('access', nhsNumber)).toHaveLength(1)
    expect(await rows('notification', nhsNumber)).toHaveLength(1)
    expect((await entries(nhsNumber)).at(-1)).toMatchObject({
      outcome: 'allowed',
      details: { of: 'plan', id },
    })
  })

  test('a scheduled reading is silent (rule 5.2)', async () => {
    const nhsNumber = await held()
    expect(await read('plan', await planOf(nhsNumber), 'scheduled')).toMatchObject({ ok: true })
    expect(await rows('access', nhsNumber)).toEqual([])
  })

  test('an access that is listed', async () => {
    const nhsNumber = await held()
    await read('plan', await planOf(nhsNumber))
    const [listed] = (await ask(nhsNumber)).accesses
    expect(await read('access', listed?.id ?? '')).toMatchObject({ ok: true, value: { access: listed } })
  })

  test('a report of a missed appointment', async () => {
    const nhsNumber = await held()
    const reported = await reportMissedAppointment(deps(), {
      requester: asking().requester,
      appointment: {
        identifier: { system: 'https://hospital.example/Id/appointment', value: nhsNumber },
        nhsNumber,
        start: new Date('2026-06-14T12:00:00Z'),
      },
      via: 'fhir',
      traceId: 'T',
    })
    if (!reported.ok) throw new Error(reported.fault.kind)
    const { report } = reported.value
    expect(await read('report', report.id)).toMatchObject({ ok: true, value: { of: 'report', report } })
  })

  test('a plan that was sent again under a new number is found by the id of each (rules 4.13 and 14.5)', async () => {
    const [old, current] = [await held(), freshNhsNumber()]
    const before = await planOf(old)
    await storedPlan(database(), { nhs_number: current, authority: '801', written_sequence: 2 })
    const after = await planOf(current)
    await pdsSays(database(), old, { state: 'replaced', by: current }, NOON)
    expect((await ask(current)).plans.map(({ id }) => id)).toEqual([after])
    for (const id of [before, after]) {
      expect(await read('plan', id)).toMatchObject({ ok: true, value: { plan: { id, nhsNumber: current } } })
    }
  })

  test('nobody’s id, one of a plan that is visible no more and one of somebody restricted are the same to the caller (rule 4.13)', async () => {
    const [gone, restricted] = [await held(), await held()]
    const [goneId, restrictedId] = [await planOf(gone), await planOf(restricted)]
    await database()
      .kysely.updateTable('plan')
      .set({ visible_until: NOON })
      .where('nhs_number', '=', gone)
      .execute()
    await database()
      .kysely.updateTable('person_number')
      .set({ restricted: true })
      .where('nhs_number', '=', restricted)
      .execute()
    for (const id of [newId(), goneId, restrictedId]) {
      expect(await read('plan', id)).toEqual({ ok: false, fault: { kind: 'not-found' } })
    }
    expect(await rows('access', gone)).toEqual([])
    expect(await rows('access', restricted)).toEqual([])
    expect((await entries(restricted)).at(-1)).toMatchObject({ outcome: 'refused', reason: 'restricted' })
  })

  test('an id of another kind leads nowhere', async () => {
    const nhsNumber = await held()
    const id = await planOf(nhsNumber)
    expect(await read('access', id)).toMatchObject({ fault: { kind: 'not-found' } })
    expect(await read('report', id)).toMatchObject({ fault: { kind: 'not-found' } })
  })

  test('without the activity nothing is said of the id (rule 5.4)', async () => {
    const id = await planOf(await held())
    const refused = { ok: false, fault: { kind: 'missing-activity', activity: 'B0107' } }
    for (const one of [id, newId()]) {
      expect(await read('plan', one, 'unscheduled', ['B0170'])).toMatchObject(refused)
    }
  })
})
