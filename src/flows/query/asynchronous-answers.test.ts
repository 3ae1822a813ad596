import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import {
  freshNhsNumber,
  NO_LOOK_UP,
  nurse,
  storedAuthority,
  storedPlan,
} from '../../../test/support/records.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Answer } from '../../domain/query/answer.ts'
import type { Asid } from '../../domain/registration/client-system.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import type { Storage } from '../ports.ts'
import { answerLater, type MessagedQuery } from './answer-later.ts'
import type { AnswerMessage } from './ports.ts'
import { type Posted, postAnswer } from './post-answer.ts'

const NOON = new Date('2026-06-15T12:00:00Z')
const WARD = {
  asid: '999000000011' as Asid,
  partyKey: 'X9Z01-999001',
  organisation: { odsCode: 'X9Z01' as OdsCode, name: 'Made-up Hospital' },
  allows: ['unscheduled'],
  exchanges: ['asynchronous'],
  contract: {
    cpaId: 'S001A001',
    callback: 'https://ward.example/answers',
    reliability: 'reliable',
    retries: 2,
    retryIntervalSeconds: 10,
    persistSeconds: 300,
  },
} as const

describeOnEachEngine('answers that are posted later', database => {
  let jobs: Jobs
  let storage: Storage
  let now = NOON
  const clock = { now: () => now }
  const pass = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000)
  }
  const count = async (table: 'access' | 'notification' | 'audit', number: NhsNumber) =>
    (
      await database()
        .kysely.selectFrom(table)
        .select('nhs_number')
        .where('nhs_number', '=', number)
        .execute()
    ).length
  const claim = () =>
    storage.asynchronousAnswers.claim({
      at: now,
      until: new Date(now.getTime() + 60_000),
      limit: 100,
      except: [],
    })

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    await storage.clientSystems.add(WARD)
    await storedAuthority(database(), '801')
  })
  afterAll(() => jobs.stop(1_000))
  beforeEach(async () => {
    pass(86_400)
    for (const due of await claim()) await storage.asynchronousAnswers.acknowledged(due)
  })

  const heldFor = async () => {
    const nhsNumber = freshNhsNumber()
    await storedPlan(database(), { nhs_number: nhsNumber, authority: '801' })
    return nhsNumber
  }
  const write = (outcome: Result<Answer, unknown>): AnswerMessage => ({
    id: newId(),
    contentType: 'text/plain',
    soapAction: 'answer',
    bytes: Buffer.from(outcome.ok ? `${outcome.value.plans.length} plans` : 'refused'),
  })
  const asking = (nhsNumber: NhsNumber, messageId: string): MessagedQuery<unknown> => ({
    system: WARD,
    messageId,
    digest: `digest of ${nhsNumber}`,
    query: success({
      requester: { author: nurse(), activities: new Set(['B0107']) },
      nhsNumber,
      access: 'unscheduled',
      via: 'spine',
      action: 'query plans',
      traceId: messageId,
      system: WARD.asid,
    }),
    write,
  })
  const ask = (question: MessagedQuery<unknown>) =>
    answerLater({ storage, clock, newId, lookUp: NO_LOOK_UP }, question)

  describe('a question', () => {
    test('is answered once, however often its message comes: one access, one notification, one answer (rule 13.4)', async () => {
      const nhsNumber = await heldFor()
      const question = asking(nhsNumber, 'M-1')
      const all = await Promise.all([ask(question), ask(question), ask(question)])
      expect(all.map(({ kind }) => kind).sort()).toEqual(['kept', 'repeated', 'repeated'])
      const [due, ...others] = await claim()
      expect(others).toEqual([])
      expect(Buffer.from(due?.message.bytes ?? []).toString()).toBe('1 plans')
      expect(await count('access', nhsNumber)).toBe(1)
      expect(await count('notification', nhsNumber)).toBe(1)
      expect(await count('audit', nhsNumber)).toBe(3)

      await storage.asynchronousAnswers.acknowledged({ system: WARD.asid, messageId: 'M-1' })
      expect(await ask(question)).toEqual({ kind: 'repeated' })
      const [again] = await claim()
      expect(again?.message.id).toBe(due?.message.id)
    })

    test('under the id of another message is answered nothing, least of all what the other asked', async () => {
      const held = await heldFor()
      await ask(asking(held, 'M-2'))
      await claim()
      const other = freshNhsNumber()
      expect(await ask(asking(other, 'M-2'))).toEqual({ kind: 'not-the-same' })
      expect(await claim()).toEqual([])
      expect(await count('audit', other)).toBe(0)
    })

    test('that is refused is answered too, and its access is none', async () => {
      const question = { ...asking(await heldFor(), 'M-3'), query: failure('denied') }
      expect(await ask(question)).toEqual({ kind: 'kept', audited: false })
      expect((await claim()).map(({ message }) => Buffer.from(message.bytes).toString())).toEqual(['refused'])
    })

    test('for which the answer cannot be made or kept is as if it had never come (rule 4.3)', async () => {
      const nhsNumber = await heldFor()
      const broken = () => {
        throw new Error('could not write')
      }
      await expect(ask({ ...asking(nhsNumber, 'M-4'), write: broken })).rejects.toThrow('could not write')
      expect(await count('access', nhsNumber)).toBe(0)
      expect(await count('audit', nhsNumber)).toBe(0)
      expect(await ask(asking(nhsNumber, 'M-4'))).toMatchObject({ kind: 'kept' })
      await claim()
    })
  })

  describe('an answer', () => {
    const undeliverable: unknown[] = []
    const posts: string[] = []
    const post = (posted: Posted) => async () => {
      const [due] = await claim()
      if (!due) return 'nothing due'
      return postAnswer(
        {
          storage,
          clock,
          newId,
          post: async message => {
            posts.push(message.id)
            return posted
          },
          reportUndeliverable: one => undeliverable.push(one),
        },
        due,
      )
    }
    const taken = post({ kind: 'acknowledged' })
    const refused = post({ kind: 'not-taken', reason: 'status 503' })
    const audited = (traceId: string) =>
      database()
        .kysely.selectFrom('audit')
        .select(['action', 'outcome', 'reason', 'details'])
        .where('trace_id', '=', traceId)
        .where('action', '=', 'post answer')
        .execute()

    test('is posted until its system takes it, at the interval of the contract, always the same message', async () => {
      await ask(asking(await heldFor(), 'M-5'))
      posts.length = 0
      expect(await refused()).toMatchObject({ kind: 'not-taken' })
      expect(await refused()).toBe('nothing due')
      pass(10)
      expect(await taken()).toEqual({ kind: 'acknowledged' })
      pass(3600)
      expect(await taken()).toBe('nothing due')
      expect(posts).toHaveLength(2)
      expect(new Set(posts).size).toBe(1)
      expect(await audited('M-5')).toEqual([
        { action: 'post answer', outcome: 'allowed', reason: null, details: { attempts: 2 } },
      ])
    })

    test("is the operator's when the contract's retries are used up (rule 13.5)", async () => {
      await ask(asking(await heldFor(), 'M-6'))
      for (let attempt = 0; attempt < 3; attempt++, pass(10)) await refused()
      expect(await refused()).toBe('nothing due')
      expect(undeliverable).toEqual([
        { system: WARD.asid, messageId: expect.any(String), reason: 'status 503' },
      ])
      expect(await storage.asynchronousAnswers.undelivered()).toMatchObject([
        { messageId: 'M-6', attempts: 3, reason: 'status 503' },
      ])
      expect(await audited('M-6')).toEqual([
        { action: 'post answer', outcome: 'failed', reason: 'status 503', details: { attempts: 3 } },
      ])
      await storage.asynchronousAnswers.postAgain({ system: WARD.asid, messageId: 'M-6' }, now)
      expect(await taken()).toEqual({ kind: 'acknowledged' })
      expect(await storage.asynchronousAnswers.undelivered()).toEqual([])
    })

    test('of a system that is registered no longer goes to nobody', async () => {
      await ask(asking(await heldFor(), 'M-7'))
      await storage.clientSystems.remove(WARD.asid)
      posts.length = 0
      expect(await taken()).toEqual({ kind: 'not-taken', reason: 'system not registered' })
      expect(posts).toEqual([])
      await storage.clientSystems.add(WARD)
    })
  })
})
