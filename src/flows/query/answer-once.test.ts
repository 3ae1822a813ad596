import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import {
  freshNhsNumber,
  NO_LOOK_UP,
  nurse,
  storedAuthority,
  storedPlan,
} from '../../../test/support/records.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import type { Storage } from '../ports.ts'
import { type AskingMessage, answerOnce } from './answer-once.ts'
import { forgetQueryMessages } from './forget-query-messages.ts'

const HOURS = 3_600_000

describeOnEachEngine('a query that comes as a message with an id (rule 11.9)', database => {
  let jobs: Jobs
  let storage: Storage
  let now = new Date('2026-06-15T12:00:00Z')
  const clock = { now: () => now }
  const pass = (milliseconds: number) => {
    now = new Date(now.getTime() + milliseconds)
  }

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    await storedAuthority(database(), '801')
  })
  afterAll(() => jobs.stop(1_000))

  const heldFor = async () => {
    const nhsNumber = freshNhsNumber()
    await storedPlan(database(), { nhs_number: nhsNumber, authority: '801' })
    return nhsNumber
  }
  const message = (change: Partial<AskingMessage> = {}): AskingMessage => ({
    caller: '999000000011',
    id: newId(),
    digest: 'of what it asks',
    ...change,
  })
  const ask = async (nhsNumber: NhsNumber, sent: AskingMessage, on: Partial<Storage> = {}) => {
    const { queries, queryMessages, audit } = { ...storage, ...on }
    return answerOnce(
      { queries, queryMessages, audit, clock, newId, lookUp: NO_LOOK_UP },
      {
        requester: { author: nurse(), activities: new Set(['B0107']) },
        nhsNumber,
        access: 'unscheduled',
        via: 'spine',
        action: 'query plans',
        traceId: sent.id,
        message: sent,
      },
    )
  }
  const count = async (table: 'access' | 'notification' | 'audit', number: NhsNumber) =>
    (
      await database()
        .kysely.selectFrom(table)
        .select('nhs_number')
        .where('nhs_number', '=', number)
        .execute()
    ).length

  test('is one access however often it comes, with one entry in the list and one notification', async () => {
    const nhsNumber = await heldFor()
    const sent = message()
    const together = await Promise.all([ask(nhsNumber, sent), ask(nhsNumber, sent), ask(nhsNumber, sent)])
    pass(24 * HOURS - 1)
    const answers = [...together, await ask(nhsNumber, sent)]
    const ids = answers.map(answer => (answer.ok ? answer.value.id : answer.fault.kind))
    expect(new Set(ids).size).toBe(1)
    for (const answer of answers) {
      expect(answer).toMatchObject({ value: { plans: [{}], accesses: [{ id: ids[0] }] } })
    }
    expect(await count('access', nhsNumber)).toBe(1)
    expect(await count('notification', nhsNumber)).toBe(1)
    // Whoever was shown something is on record each time.
    expect(await count('audit', nhsNumber)).toBe(4)
  })

  test('is refused under the id of another, which learns and leaves nothing', async () => {
    const nhsNumber = await heldFor()
    const other = await heldFor()
    const sent = message()
    expect((await ask(nhsNumber, sent)).ok).toBe(true)
    const refused = await ask(other, { ...sent, digest: 'of something else' })
    expect(refused).toEqual({ ok: false, fault: { kind: 'id-of-another' } })
    expect(await count('access', other)).toBe(0)
    expect(await count('audit', other)).toBe(0)
    // The first is still the first.
    expect((await ask(nhsNumber, sent)).ok).toBe(true)
  })

  test('has its id among those of its own sender alone', async () => {
    const nhsNumber = await heldFor()
    const sent = message()
    const theirs = { ...sent, caller: '999000000012', digest: 'of something else' }
    const [one, other] = [await ask(nhsNumber, sent), await ask(nhsNumber, theirs)]
    expect([one.ok, other.ok]).toEqual([true, true])
    expect(one.ok && other.ok && one.value.id !== other.value.id).toBe(true)
  })

  test('makes its access when something is held at last, and when the store is there again', async () => {
    const nhsNumber = freshNhsNumber()
    const sent = message()
    const broken = {
      queries: { ...storage.queries, answer: () => Promise.reject(new Error('no connection')) },
    }
    await expect(ask(nhsNumber, sent, broken)).rejects.toThrow('no connection')
    expect(await ask(nhsNumber, sent)).toMatchObject({ value: { plans: [], accesses: [] } })
    await storedPlan(database(), { nhs_number: nhsNumber, authority: '801' })
    const answer = await ask(nhsNumber, sent)
    expect(answer).toMatchObject({ value: { accesses: [{ id: answer.ok && answer.value.id }] } })
    expect(await count('access', nhsNumber)).toBe(1)
  })

  test('is refused when it came first more than 24 hours ago, and its id is forgotten an hour later', async () => {
    const nhsNumber = await heldFor()
    const sent = message()
    const remembered = async () =>
      (
        await database()
          .kysely.selectFrom('query_message')
          .where('message_id', '=', sent.id)
          .selectAll()
          .execute()
      ).length
    await ask(nhsNumber, sent)
    pass(24 * HOURS + 1)
    expect(await ask(nhsNumber, sent)).toEqual({ ok: false, fault: { kind: 'out-of-date' } })
    expect(await count('access', nhsNumber)).toBe(1)
    pass(1 * HOURS - 1)
    await forgetQueryMessages({ storage, clock })
    expect(await remembered()).toBe(1)
    pass(1)
    expect(await forgetQueryMessages({ storage, clock })).toBeGreaterThan(0)
    expect(await remembered()).toBe(0)
  })
})
