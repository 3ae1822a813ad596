import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { expectValue } from '../../../test/support/expect-value.ts'
import { freshNhsNumber, pdsSays } from '../../../test/support/records.ts'
import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { RecordFault } from '../../domain/upload/record-faults.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import type { Storage } from '../ports.ts'
import type { JudgedRecord } from '../upload/ports.ts'
import { acceptGaps, confirmPhones } from './answer-issue.ts'
import { showIssues, watchExchange } from './watch-exchange.ts'

const NOON = new Date('2026-06-15T12:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const EC = '01632960001'
const WP = '01632960002'

describeOnEachEngine('freshness and collection', database => {
  let jobs: Jobs
  let storage: Storage
  let now = NOON
  let authorities = 0
  let messages = 0
  let code: OdsCode
  let mailbox: MailboxId
  const clock = { now: () => now }
  const later = (ms: number) => {
    now = new Date(now.getTime() + ms)
  }

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
  })
  afterAll(() => jobs.stop(1_000))

  /** Each test has an authority of its own, live since noon, with nothing wrong for as long as its interval. */
  beforeEach(async () => {
    now = NOON
    code = `W${String(++authorities).padStart(3, '0')}` as OdsCode
    mailbox = `MB${code}` as MailboxId
    await storage.mailboxes.add({ id: mailbox, name: code, odsCode: code, password: 'secret' })
    await storage.authorities.add({ odsCode: code, name: code, mailbox, intervalHours: 48 })
    await storage.authorities.goLive(code, NOON)
  })

  const watch = async () => {
    const { raised, cleared } = await watchExchange({ storage, clock, newId, watchEveryMs: 300_000 })
    const mine = <T extends { authority: OdsCode }>(list: readonly T[]) =>
      list.filter(({ authority }) => authority === code)
    return { raised: mine(raised), cleared: mine(cleared).map(({ kind }) => kind) }
  }
  const open = async () => (await storage.issues.open(code)).map(({ kind }) => kind)
  const managing = () => ({ storage, clock, newId })
  const confirm = (...phones: string[]) => confirmPhones(managing(), code, phones)

  interface FileOptions {
    readonly sequence: number
    readonly records?: readonly JudgedRecord[]
    readonly officePhone?: string
  }
  /** Applies a file that is received now. */
  const apply = async ({ sequence, records = [], officePhone = WP }: FileOptions) => {
    const id = newId()
    const header = {
      createdAt: now,
      sequence,
      recordCount: records.length,
      authority: { odsCode: code, name: code, dutyPhone: EC, officePhone },
    }
    await storage.uploads.stage(id, records)
    await storage.transaction(async stores => {
      const digest = String(sequence)
      const messageId = `F-${++messages}`
      const series = 'system'
      await stores.uploads.apply({ id, authority: code, header, series, messageId, digest, receivedAt: now })
      await stores.uploads.complete(id, 'CPF03', 'P')
    })
  }
  const failing = (position: number, localId?: string, nhsNumber = '999 000 0000'): JudgedRecord => ({
    sent: {
      position,
      plans: [],
      subjects: [{ kind: 'child', nhsNumber, family: 'TESTCASE', ...(localId !== undefined && { localId }) }],
    },
    outcome: { fault: { kind: 'nhs-number-format' } satisfies RecordFault },
  })
  const numberOf = (record: JudgedRecord | undefined): NhsNumber => {
    if (!record || !('checked' in record.outcome)) throw new Error('The record is good')
    return record.outcome.checked.nhsNumber
  }
  const good = (
    position: number,
    localId: string,
    nhsNumber: NhsNumber = freshNhsNumber(),
  ): JudgedRecord => ({
    sent: { position, plans: [], subjects: [{ kind: 'child', nhsNumber, localId }] },
    outcome: {
      checked: {
        position,
        nhsNumber,
        subject: { given: 'Pippin', family: 'Testcase', birthDate: '2019-05-01' as CalendarDate, localId },
        plans: [{ type: 'CPP', start: '202601010000' as PlanTime }],
      },
    },
  })
  const message = async (workflowId = 'CPIS_ACCESS_NOTIFICATION') => {
    const added: MeshMessage = {
      id: `W-${++messages}-${code}`,
      from: 'CPISOT001' as MailboxId,
      to: mailbox,
      workflowId,
      kind: 'DATA',
      status: 'accepted',
      totalChunks: 1,
      size: 1,
      uploadedAt: now,
      acceptedAt: now,
      expiresAt: now,
    }
    await storage.messages.add(added)
    return added
  }
  const collect = ({ id }: MeshMessage) =>
    storage.messages.advance(id, 'accepted', { status: 'acknowledged', at: now })
  const fail = ({ id }: MeshMessage) => {
    const failure = { code: '14', event: 'TRANSFER', description: 'Not collected', at: now }
    return storage.messages.advance(id, 'accepted', { status: 'undeliverable', at: now, failure })
  }

  describe('raising (rule 16.1)', () => {
    test('a thing is raised once, is on record, and is cleared when it is mended', async () => {
      expect(await watch()).toEqual({ raised: [], cleared: [] })
      later(49 * HOUR)
      expect((await watch()).raised).toMatchObject([{ kind: 'silent', since: NOON }])
      later(HOUR)
      expect(await watch()).toEqual({ raised: [], cleared: [] })
      expect(await open()).toEqual(['silent'])
      await apply({ sequence: 1 })
      await confirm(EC, WP)
      expect(await watch()).toEqual({ raised: [], cleared: ['silent'] })
      expect(await open()).toEqual([])
      later(49 * HOUR)
      expect((await watch()).raised).toMatchObject([{ kind: 'silent', details: { everApplied: true } }])
      const entries = await database()
        .kysely.selectFrom('audit')
        .select(['action', 'reason', 'details'])
        .where('subject', '=', code)
        .where('door', '=', 'worker')
        .orderBy('id')
        .execute()
      expect(entries).toMatchObject([
        { action: 'raise concern', reason: 'silent', details: { intervalHours: 48, everApplied: false } },
        { action: 'clear concern', reason: 'silent' },
        { action: 'raise concern', reason: 'silent', details: { everApplied: true } },
      ])
    })

    test('several processes that look at once raise a thing once', async () => {
      later(49 * HOUR)
      const rounds = await Promise.all(Array.from({ length: 4 }, watch))
      expect(rounds.flatMap(({ raised }) => raised)).toHaveLength(1)
      await storage.authorities.suspend(code, { since: now, why: 'a test' })
      const ends = await Promise.all(Array.from({ length: 4 }, watch))
      expect(ends.flatMap(({ cleared }) => cleared)).toEqual(['silent'])
    })

    test('nobody is taken at the word of a round that is long over (rule 16.9)', async () => {
      await watch()
      expect(await showIssues({ storage, clock })).toMatchObject({ current: true, watchedAt: now })
      later(15 * 60_000)
      expect((await showIssues({ storage, clock })).current).toBe(false)
    })
  })

  describe('silence (rule 16.2)', () => {
    test('an authority that is being taken on, or is suspended, is not silent', async () => {
      later(49 * HOUR)
      await storage.authorities.suspend(code, { since: now, why: 'a test' })
      expect((await watch()).raised).toEqual([])
      await storage.authorities.resume(code)
      expect((await watch()).raised).toMatchObject([{ kind: 'silent' }])
    })

    test('the interval is its own', async () => {
      await storage.authorities.add({ odsCode: code, name: code, mailbox, intervalHours: 72 })
      later(71 * HOUR)
      expect((await watch()).raised).toEqual([])
      later(2 * HOUR)
      expect((await watch()).raised).toMatchObject([{ kind: 'silent', details: { intervalHours: 72 } }])
    })
  })

  describe('missing files (rule 16.3)', () => {
    beforeEach(async () => {
      await apply({ sequence: 1 })
      await confirm(EC, WP)
    })

    test('which files are missing is said, and they are no concern once they came', async () => {
      for (const sequence of [2, 5, 7]) await apply({ sequence })
      expect((await watch()).raised).toEqual([])
      later(HOUR)
      expect((await watch()).raised).toMatchObject([
        { kind: 'sequence-gap', details: { missing: 3, gaps: 2, newest: '6, 3 to 4' } },
      ])
      for (const sequence of [4, 3]) await apply({ sequence })
      expect(await watch()).toEqual({ raised: [], cleared: [] })
      expect(await storage.issues.open(code)).toMatchObject([{ details: { missing: 1, newest: '6' } }])
      await apply({ sequence: 6 })
      expect(await watch()).toEqual({ raised: [], cleared: ['sequence-gap'] })
    })

    test('a gap that is accepted is none, and the next one is', async () => {
      await apply({ sequence: 3 })
      later(HOUR)
      expect((await watch()).raised).toMatchObject([{ kind: 'sequence-gap' }])
      expectValue(await acceptGaps(managing(), code))
      expect((await watch()).cleared).toEqual(['sequence-gap'])
      await apply({ sequence: 5 })
      later(HOUR)
      expect((await watch()).raised).toMatchObject([{ kind: 'sequence-gap', details: { newest: '4' } }])
    })

    test('whoever counts from 1 again has no gap before it', async () => {
      await apply({ sequence: 9 })
      await storage.authorities.restartSequence(code)
      await apply({ sequence: 1 })
      later(HOUR)
      expect((await watch()).raised).toEqual([])
    })
  })

  describe('collection (rule 16.4)', () => {
    test('a message that waits for more than a day is a mailbox that nobody looks into', async () => {
      const waiting = await message()
      later(24 * HOUR)
      expect((await watch()).raised).toEqual([])
      later(1)
      await message()
      expect((await watch()).raised).toMatchObject([
        { kind: 'not-collected', since: NOON, details: { messages: 1, handedOn: false } },
      ])
      await database()
        .kysely.insertInto('outside_dispatch')
        .values({ message_id: waiting.id, due_at: now })
        .execute()
      await watch()
      expect(await storage.issues.open(code)).toMatchObject([{ details: { handedOn: true } }])
      await collect(waiting)
      expect((await watch()).cleared).toEqual(['not-collected'])
    })

    test('what did not arrive is a concern until something later of its workflow is collected', async () => {
      const early = await message()
      const lost = await message()
      const other = await message('CPIS_UPLOAD_ACK')
      later(5 * HOUR)
      await fail(lost)
      expect((await watch()).raised).toMatchObject([
        { kind: 'not-delivered', subject: 'CPIS_ACCESS_NOTIFICATION', since: now },
      ])
      later(HOUR)
      const next = await message()
      await collect(early)
      await collect(other)
      expect((await watch()).cleared).toEqual([])
      await database().kysely.deleteFrom('message').where('id', '=', lost.id).execute()
      expect((await watch()).cleared).toEqual([])
      await collect(next)
      expect((await watch()).cleared).toEqual(['not-delivered'])
    })

    test('what was handed on to another server counts as collected when nothing else was heard of it', async () => {
      const lost = await message()
      await fail(lost)
      later(HOUR)
      const next = await message()
      await database()
        .kysely.insertInto('outside_dispatch')
        .values({ message_id: next.id, due_at: now, sent_at: now })
        .execute()
      await collect(next)
      expect(await watch()).toMatchObject({ raised: [{ kind: 'not-delivered' }] })
      later(6 * DAY + 1)
      expect((await watch()).cleared).toEqual(['not-delivered'])
    })
  })

  describe('phone numbers (rule 16.5)', () => {
    test('are confirmed for 90 days, and until they change', async () => {
      await apply({ sequence: 1 })
      expect((await watch()).raised).toMatchObject([
        { kind: 'phones-unconfirmed', details: { why: 'never' } },
      ])
      expectValue(await confirm('01632 960-001', WP))
      expect((await watch()).cleared).toEqual(['phones-unconfirmed'])
      await apply({ sequence: 2, officePhone: '01632960003' })
      expect((await watch()).raised).toMatchObject([{ details: { why: 'changed' } }])
      await apply({ sequence: 3 })
      expect((await watch()).cleared).toEqual(['phones-unconfirmed'])
      later(90 * DAY + 1)
      expect((await watch()).raised).toContainEqual(
        expect.objectContaining({ kind: 'phones-unconfirmed', since: NOON, details: { why: 'long-ago' } }),
      )
    })

    test.each([
      ['another number', [EC, '01632960009']],
      ['only one of two', [EC]],
      ['one too many', [EC, WP, '01632960009']],
    ])('%s confirms nothing', async (_what, phones) => {
      await apply({ sequence: 1 })
      expect(await confirm(...phones)).toEqual({
        ok: false,
        fault: { kind: 'other-phones', shown: { dutyPhone: EC, officePhone: WP } },
      })
      expect((await watch()).raised).toMatchObject([{ kind: 'phones-unconfirmed' }])
    })

    test('there is nothing to confirm before a file was applied, and of nobody', async () => {
      expect(await confirm(EC)).toMatchObject({ fault: { kind: 'no-phones' } })
      expect(await confirmPhones(managing(), 'XXX' as OdsCode, [EC])).toMatchObject({
        fault: { kind: 'no-such-authority' },
      })
    })
  })

  describe('records (rules 16.6 and 16.7)', () => {
    beforeEach(async () => {
      await apply({ sequence: 1 })
      await confirm(EC, WP)
    })

    test('too few right numbers in what it holds are a concern until enough are right, whatever the newest file says', async () => {
      const file = Array.from({ length: 20 }, (_, at) => good(at + 1, `L${at}`))
      await apply({ sequence: 2, records: [...file.slice(0, 18), failing(19, 'L18'), failing(20, 'L19')] })
      expect((await watch()).raised).toMatchObject([
        { kind: 'match-rate', details: { matched: 18, records: 20 } },
      ])
      later(HOUR)
      // A faultless file of one record changes nothing.
      await apply({ sequence: 3, records: [good(1, 'L0', numberOf(file[0]))] })
      expect(await watch()).toEqual({ raised: [], cleared: [] })
      await apply({ sequence: 4, records: [...file.slice(0, 19), failing(20, 'L19')] })
      expect((await watch()).cleared).toEqual(['match-rate'])
    })

    test('a record that fails for more than 7 days is a concern until the person is loaded', async () => {
      const failures = async () => {
        await watch()
        return (await storage.issues.open(code)).filter(({ kind }) => kind === 'old-failures')
      }
      await apply({ sequence: 2, records: [failing(1, 'OLD'), failing(2, undefined, '999 000 0001')] })
      later(4 * DAY)
      await apply({ sequence: 3, records: [failing(1, 'NEW'), failing(2, 'OLD')] })
      later(3 * DAY)
      expect(await failures()).toEqual([])
      later(1)
      expect(await failures()).toMatchObject([{ since: NOON, details: { records: 2 } }])
      expect(await storage.issues.failedRecords(code)).toMatchObject([
        { since: NOON, code: 'CPR04', newest: { sequence: 2 } },
        { since: NOON, newest: { sequence: 3 }, sent: { position: 2, subjects: [{ localId: 'OLD' }] } },
        { since: new Date(NOON.getTime() + 4 * DAY), sent: { position: 1, subjects: [{ localId: 'NEW' }] } },
      ])
      const [oldest] = await storage.issues.failedRecords(code)
      expect(oldest?.reason).toMatch(/^NHS number: it must be ten digits/)
      await apply({ sequence: 4, records: [good(1, 'OLD'), good(2, 'X', '9990000001' as NhsNumber)] })
      expect(await failures()).toEqual([])
      expect(await storage.issues.failedRecords(code)).toHaveLength(1)
    })

    test('whoever was loaded in between begins anew, also when an older file comes late', async () => {
      await apply({ sequence: 2, records: [failing(1, 'A')] })
      const early = now
      later(DAY)
      await apply({ sequence: 3, records: [good(1, 'A')] })
      now = new Date(early.getTime() + HOUR)
      await apply({ sequence: 4, records: [failing(1, 'A')] })
      expect(await storage.issues.failedRecords(code)).toEqual([])
      now = new Date(early.getTime() + 3 * DAY)
      await apply({ sequence: 5, records: [failing(1, 'A')] })
      expect(await storage.issues.failedRecords(code)).toMatchObject([{ since: now }])
    })

    test('of an authority that sends all it holds, whom it leaves out fails no more', async () => {
      await apply({ sequence: 2, records: [failing(1, 'A'), failing(2, 'B')] })
      later(HOUR)
      await apply({ sequence: 3, records: [failing(1, 'B')] })
      expect(await storage.issues.failedRecords(code)).toHaveLength(2)
      await storage.authorities.add({ odsCode: code, name: code, mailbox, mode: 'snapshot' })
      expect(await storage.issues.failedRecords(code)).toMatchObject([
        { since: NOON, sent: { subjects: [{ localId: 'B' }] } },
      ])
    })

    test('a superseded number is mended by the one that replaced it', async () => {
      const [old, next] = [freshNhsNumber(), freshNhsNumber()]
      await apply({ sequence: 2, records: [failing(1, undefined, old)] })
      await pdsSays(database(), old, { state: 'replaced', by: next })
      await apply({ sequence: 3, records: [good(1, 'A', next)] })
      expect(await storage.issues.failedRecords(code)).toEqual([])
    })
  })

  test('nothing of a person is in any concern (rule 8.2)', async () => {
    const number = freshNhsNumber()
    await apply({ sequence: 1, records: [failing(1, 'LOCAL-7', number)] })
    later(8 * DAY)
    await watch()
    const { rows } = await database()
      .kysely.selectFrom('concern')
      .selectAll()
      .where('authority', '=', code)
      .execute()
      .then(rows => ({ rows: JSON.stringify(rows) }))
    expect(rows).toContain('old-failures')
    expect(rows).not.toMatch(new RegExp(`${number}|LOCAL-7|TESTCASE`))
  })
})
