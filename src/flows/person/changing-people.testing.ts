import { v7 as newId } from 'uuid'
import { beforeAll, beforeEach } from 'vitest'
import { freshNhsNumber, NO_JOBS, nurse, storedAuthority } from '../../../test/support/records.ts'
import type { PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Demographics } from '../../domain/person/demographics.ts'
import type { AccessKind } from '../../domain/query/requester.ts'
import type { Database } from '../../storage/open-database.ts'
import { loadPlan } from '../../storage/person/real-person.testing.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import type { Storage } from '../ports.ts'
import { answerQuery } from '../query/answer-query.ts'
import { announceNumberChange } from './announce-number-change.ts'
import { type NumberLookUpDeps, numberLookUp } from './look-up-number.ts'
import { sweepNumbers } from './sweep-numbers.ts'

export const HOUR = 3_600_000
export const SOMEBODY: Demographics = {
  kind: 'found',
  person: { familyNames: ['Applecore'], givenNames: [['Pippin']] },
}
export const UNAVAILABLE: Demographics = { kind: 'unavailable', why: 'no answer' }
export const [ONE, TWO] = ['801', '802'] as [OdsCode, OdsCode]

/** People whose numbers PDS changes as a test says, with a service that asks it; to be called where tests are described. */
export function changingPeople(database: () => Database) {
  let storage: Storage
  let now = new Date('2026-06-15T12:00:00Z')
  const clock = { now: () => now }
  const pds = new Map<NhsNumber, Demographics>()
  const asked: NhsNumber[] = []
  let answersAfterMs = 0
  let sequence = 5_000_000
  let userId = 0

  beforeAll(async () => {
    storage = storageOn(database(), NO_JOBS)
    for (const code of [ONE, TWO]) await storedAuthority(database(), code)
  })
  beforeEach(() => {
    answersAfterMs = 0
    asked.length = 0
  })

  const demographics = {
    find: async (number: NhsNumber) => {
      asked.push(number)
      if (answersAfterMs > 0) await new Promise(resolve => setTimeout(resolve, answersAfterMs))
      return pds.get(number) ?? SOMEBODY
    },
    leftAlone: () => false,
  }
  const lookUpOf = (change: Partial<NumberLookUpDeps> = {}) =>
    numberLookUp({
      storage,
      clock,
      newId,
      demographics,
      numberCheckHours: 24,
      withinMs: 5_000,
      perSecond: 100,
      feedMs: undefined,
      reportFailure: error => {
        throw error
      },
      ...change,
    })
  const sweep = () =>
    sweepNumbers({
      storage,
      clock,
      newId,
      demographics,
      numberCheckHours: 24,
      numberChecksPerSecond: 50,
      sleep: async () => undefined,
    })
  const load = (
    nhsNumber: NhsNumber,
    odsCode: OdsCode,
    start = '202601010000',
    change: { deleted?: boolean } = {},
  ) =>
    loadPlan(database(), {
      odsCode,
      nhsNumber,
      start: start as PlanTime,
      sequence: ++sequence,
      age: 0,
      deleted: false,
      ...change,
    })
  const ask = async (
    nhsNumber: NhsNumber,
    {
      access = 'scheduled',
      author = String(++userId),
      lookUp = lookUpOf(),
    }: { access?: AccessKind; author?: string; lookUp?: ReturnType<typeof lookUpOf> } = {},
  ) => {
    const answered = await answerQuery(
      { ...storage, clock, newId, lookUp },
      {
        requester: { author: nurse(author.padStart(12, '0')), activities: new Set(['B0107', 'B0170']) },
        nhsNumber,
        access,
        via: 'fhir',
        action: 'query plans',
        traceId: 'T',
      },
    )
    if (!answered.ok) return answered.fault.kind
    const { plans, accesses, checked } = answered.value
    return {
      plans: plans.map(plan => `${plan.authority.odsCode} ${plan.nhsNumber} ${plan.start}`).sort(),
      accesses: accesses.length,
      checked,
    }
  }
  const plansBy = async (nhsNumber: NhsNumber) => {
    const answer = await ask(nhsNumber)
    return typeof answer === 'string' ? answer : answer.plans
  }
  const later = (hours: number) => {
    now = new Date(now.getTime() + hours * HOUR)
  }
  const entriesOf = async (nhsNumber: NhsNumber) =>
    database()
      .kysely.selectFrom('audit')
      .select(['outcome', 'reason', 'details'])
      .where('nhs_number', '=', nhsNumber)
      .where('action', '=', 'query plans')
      .execute()

  return {
    get storage() {
      return storage
    },
    clock,
    pds,
    asked,
    demographics,
    lookUpOf,
    sweep,
    load,
    ask,
    plansBy,
    later,
    entriesOf,
    /** PDS answers after so many milliseconds. */
    slowDown: (ms: number) => {
      answersAfterMs = ms
    },
    announce: async (nhsNumber: NhsNumber) => {
      await announceNumberChange({ storage, clock, newId }, { id: newId(), nhsNumber })
    },
  }
}

export function threeNumbers(): readonly [NhsNumber, NhsNumber, NhsNumber] {
  return [freshNhsNumber(), freshNhsNumber(), freshNhsNumber()]
}
