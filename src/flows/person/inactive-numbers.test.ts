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
import type { InactiveNumber } from '../../domain/notification/inactive-number-notification.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { Demographics } from '../../domain/person/demographics.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import { notifyInactiveNumbers } from '../notification/notify-inactive-numbers.ts'
import type { Storage } from '../ports.ts'
import { answerQuery } from '../query/answer-query.ts'
import { sweepNumbers } from './sweep-numbers.ts'

const NOON = new Date('2026-06-15T12:00:00Z')
const HOUR = 3_600_000
const SOMEBODY: Demographics = {
  kind: 'found',
  person: { givenNames: [['Pippin']], familyNames: ['Applecore'] },
}
const UNAVAILABLE: Demographics = { kind: 'unavailable', why: 'no answer' }

describeOnEachEngine('numbers that are no longer in use', database => {
  let jobs: Jobs
  let storage: Storage
  let now = NOON
  const clock = { now: () => now }
  const pds = new Map<NhsNumber, Demographics>()
  const asked: NhsNumber[] = []
  const told: { authority: OdsCode; numbers: readonly InactiveNumber[] }[] = []
  let messages = 0

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    for (const code of ['801', '802']) {
      const id = `MB${code}` as MailboxId
      await storage.mailboxes.add({ id, name: code, odsCode: code as OdsCode, password: 'secret' })
      await storedAuthority(database(), code)
    }
  })
  afterAll(() => jobs.stop(1_000))

  const tomorrow = () => {
    now = new Date(now.getTime() + 25 * HOUR)
  }
  const held = async (...authorities: string[]) => {
    const number = freshNhsNumber()
    for (const authority of authorities) await hold(number, authority)
    return number
  }
  const hold = async (number: NhsNumber, authority: string, change: object = {}) => {
    await storedPlan(database(), { nhs_number: number, authority, local_id: 'L-1', ...change })
    const day = new Date(now.getTime() + 24 * HOUR)
    await database()
      .kysely.updateTable('person_number')
      .set({ due_at: day })
      .where('nhs_number', '=', number)
      .execute()
  }
  const sweep = () =>
    sweepNumbers({
      storage,
      clock,
      newId,
      demographics: {
        find: async number => {
          asked.push(number)
          return pds.get(number) ?? SOMEBODY
        },
      },
      numberCheckHours: 24,
      numberChecksPerSecond: 50,
      sleep: async () => undefined,
    })
  const tell = async () => {
    told.length = 0
    await notifyInactiveNumbers({
      storage,
      clock,
      newId,
      newMessageId: () => `M-${++messages}`,
      cpisMailbox: 'CPISOT001' as MailboxId,
      inactiveNumberWorkflow: 'INACTIVE',
      writeInactiveNumberNotification: ({ authority, numbers }) => {
        told.push({ authority: authority.odsCode, numbers })
        return (async function* () {
          yield Buffer.from('<notification/>')
        })()
      },
    })
    return told.map(({ authority, numbers }) => [
      authority,
      ...numbers.map(({ nhsNumber, replacements }) => [nhsNumber, ...replacements]),
    ])
  }
  const plansFor = async (nhsNumber: NhsNumber) => {
    const answered = await answerQuery(
      { ...storage, clock, newId, lookUp: NO_LOOK_UP },
      {
        requester: { author: nurse(), activities: new Set(['B0170']) },
        nhsNumber,
        access: 'scheduled',
        via: 'fhir',
        action: 'query plans',
        traceId: 'T',
      },
    )
    if (!answered.ok) throw new Error('A scheduled query is allowed here')
    return answered.value.plans.map(plan => `${plan.authority.odsCode} ${plan.nhsNumber}`)
  }

  test('every number with a visible plan is looked at once a day, and no other (rule 14.1)', async () => {
    const [seen, deleted, over] = [await held('801', '802'), freshNhsNumber(), freshNhsNumber()]
    await hold(deleted, '801', { delete_time: '202605010000' })
    await hold(over, '801', { visible_until: now })
    asked.length = 0
    await sweep()
    expect(asked).toEqual([])
    tomorrow()
    expect(await sweep()).toMatchObject({ unavailable: false, inactive: 0 })
    expect(asked).toContain(seen)
    expect(asked).not.toContain(deleted)
    expect(asked).not.toContain(over)
    asked.length = 0
    await sweep()
    expect(asked).toEqual([])
    expect(await tell()).toEqual([])
  })

  test('each authority is told of a replaced number once; both numbers find the plans meanwhile (rules 14.2 and 4.4)', async () => {
    const [old, replacement] = [await held('801', '802'), freshNhsNumber()]
    pds.set(old, { kind: 'superseded', by: replacement })
    tomorrow()
    await sweep()
    expect(await tell()).toEqual([
      ['801', [old, replacement]],
      ['802', [old, replacement]],
    ])
    expect(told[0]?.numbers[0]).toMatchObject({ localId: 'L-1', uploadSequence: 1 })
    expect(await plansFor(old)).toEqual([`801 ${old}`, `802 ${old}`])
    expect(await plansFor(replacement)).toEqual(await plansFor(old))
    tomorrow()
    await sweep()
    expect(await tell()).toEqual([])
  })

  test('a number that nothing replaces is told without a replacement, and again when one appears (rule 14.2)', async () => {
    const [invalid, gone, replacement] = [await held('801'), await held('802'), freshNhsNumber()]
    pds.set(invalid, { kind: 'invalidated' })
    pds.set(gone, { kind: 'unknown' })
    tomorrow()
    await sweep()
    expect(await tell()).toEqual([
      ['801', [invalid]],
      ['802', [gone]],
    ])
    expect(await plansFor(invalid)).toEqual([`801 ${invalid}`])
    pds.set(invalid, { kind: 'superseded', by: replacement })
    tomorrow()
    await sweep()
    expect(await tell()).toEqual([['801', [invalid, replacement]]])
  })

  test('a number that comes back to life is told no more, and is told again if it dies again (rule 14.6)', async () => {
    const [number, replacement] = [await held('801'), freshNhsNumber()]
    pds.set(number, { kind: 'superseded', by: replacement })
    tomorrow()
    await sweep()
    pds.delete(number)
    tomorrow()
    await sweep()
    expect(await tell()).toEqual([])
    expect(await plansFor(replacement)).toEqual([])
    expect(await plansFor(number)).toEqual([`801 ${number}`])
    pds.set(number, { kind: 'superseded', by: replacement })
    tomorrow()
    await sweep()
    expect(await tell()).toEqual([['801', [number, replacement]]])
  })

  test('PDS that cannot be asked changes nothing, and the sweep goes on where it stopped (rules 3.12 and 14.1)', async () => {
    const number = await held('801')
    pds.set(number, UNAVAILABLE)
    tomorrow()
    expect(await sweep()).toMatchObject({ unavailable: true })
    expect(await tell()).toEqual([])
    asked.length = 0
    await sweep()
    expect(asked).not.toContain(number)
    now = new Date(now.getTime() + 61_000)
    pds.set(number, { kind: 'invalidated' })
    await sweep()
    expect(asked).toContain(number)
    expect(await tell()).toEqual([['801', [number]]])
  })

  test('an announced change is looked at in the next round, whenever its turn would have come (rule 14.3)', async () => {
    const number = await held('801')
    pds.set(number, { kind: 'invalidated' })
    await sweep()
    expect(await tell()).toEqual([])
    await storage.numbers.markDue(number, now)
    await sweep()
    expect(await tell()).toEqual([['801', [number]]])
  })

  test('what nobody collected is told again (rule 6.5)', async () => {
    const number = await held('801')
    pds.set(number, { kind: 'invalidated' })
    tomorrow()
    await sweep()
    await tell()
    expect(await storage.numbers.putBack(`M-${messages}`)).toBe(1)
    expect(await tell()).toEqual([['801', [number]]])
  })
})
