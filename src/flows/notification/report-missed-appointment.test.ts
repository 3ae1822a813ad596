import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import {
  freshNhsNumber,
  NO_LOOK_UP,
  nurse,
  pdsSays,
  storedAuthority,
  storedPlan,
} from '../../../test/support/records.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { MissedAppointment } from '../../domain/notification/missed-appointment.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { Demographics } from '../../domain/person/demographics.ts'
import type { PersonAuthor } from '../../domain/query/requester.ts'
import { readAccessNotification } from '../../formats/hl7v3/read-access-notification.ts'
import { writeAccessNotification } from '../../formats/hl7v3/write-access-notification.ts'
import { newMessageId } from '../../formats/mesh/message-id.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import { expireMessages } from '../mailbox/expire-messages.ts'
import { readPayload } from '../mailbox/read-payload.ts'
import { type NumberLookUp, numberLookUp } from '../person/look-up-number.ts'
import type { Storage, Stores } from '../ports.ts'
import { answerQuery } from '../query/answer-query.ts'
import { notifyAuthorities } from './notify-authorities.ts'
import { reportMissedAppointment } from './report-missed-appointment.ts'

const NOON = new Date('2026-06-15T12:00:00Z')
const DAY = 86_400_000
const CPIS = 'CPISOT001' as MailboxId
const SYSTEM = 'https://hospital.example/Id/appointment'
const LATER = 10_000

describeOnEachEngine('missed appointments', database => {
  let jobs: Jobs
  let storage: Storage
  let now = NOON
  const clock = { now: () => now }

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    for (const [id, odsCode] of [
      [CPIS, 'X26'],
      ['MB801', '801'],
      ['MB802', '802'],
    ] as [MailboxId, OdsCode][])
      await storage.mailboxes.add({ id, name: id, odsCode, password: 'secret' })
    for (const code of ['801', '802']) await storedAuthority(database(), code)
  })
  afterAll(() => jobs.stop(1_000))

  let lookUp: NumberLookUp
  beforeEach(() => {
    lookUp = lookUpOf({ kind: 'found', person: { familyNames: [], givenNames: [] } })
  })
  const lookUpOf = (answer: Demographics) =>
    numberLookUp({
      storage,
      clock,
      newId,
      demographics: { find: async () => answer, leftAlone: () => false },
      numberCheckHours: 24,
      withinMs: 5_000,
      perSecond: 1_000,
      feedMs: undefined,
      reportFailure: error => {
        throw error
      },
    })

  const hold = (number: NhsNumber, authority: string, change: object = {}) =>
    storedPlan(database(), { nhs_number: number, authority, local_id: `L-${authority}`, ...change })
  const held = async (...authorities: string[]) => {
    const number = freshNhsNumber()
    for (const authority of authorities) await hold(number, authority)
    return number
  }
  const missed = (nhsNumber: NhsNumber, change: Partial<MissedAppointment> = {}): MissedAppointment => ({
    identifier: { system: SYSTEM, value: newId() },
    nhsNumber,
    start: new Date(now.getTime() - DAY),
    service: 'Community paediatrics',
    ...change,
  })
  const report = (
    appointment: MissedAppointment,
    {
      author = nurse(),
      activities = ['B0170'],
      onlyIfNoneExists = false,
    }: { author?: PersonAuthor; activities?: string[]; onlyIfNoneExists?: boolean } = {},
  ) =>
    reportMissedAppointment(
      { storage, clock, newId, lookUp },
      {
        requester: { author, activities: new Set(activities) },
        appointment,
        via: 'fhir',
        traceId: 'T',
        onlyIfNoneExists,
      },
    )
  const told = async (appointment: MissedAppointment, by?: Parameters<typeof report>[1]) => {
    const outcome = await report(appointment, by)
    return outcome.ok
      ? [
          outcome.value.repeated ? 'repeated' : 'new',
          ...outcome.value.report.told.map(({ odsCode }) => odsCode),
        ]
      : [outcome.fault.kind]
  }
  const deliver = () => {
    now = new Date(now.getTime() + LATER)
    return notifyAuthorities({
      storage,
      clock,
      newId,
      newMessageId: () => newMessageId(now),
      cpisMailbox: CPIS,
      notificationWorkflow: 'NOTIFICATION',
      windowMs: LATER,
      writeAccessNotification,
    })
  }
  const inbox = async (mailbox: string) => {
    const { messages } = await storage.messages.inbox({ mailbox: mailbox as MailboxId, limit: 100 })
    const read = await Promise.all(
      messages.map(message => readAccessNotification(readPayload(storage.payloads, message))),
    )
    return read.flatMap(message => (message.ok ? message.value.notifications : []))
  }
  const auditOf = (nhsNumber: NhsNumber) =>
    database()
      .kysely.selectFrom('audit')
      .select(['action', 'outcome', 'reason'])
      .where('nhs_number', '=', nhsNumber)
      .orderBy('id')
      .execute()
  const desk = (authority: string) => storage.missedAppointments.alerts(authority as OdsCode, 100)
  const deskOf = async (authority: string, nhsNumber: NhsNumber) =>
    (await desk(authority)).filter(alert => alert.nhsNumber === nhsNumber)

  test('each authority with a visible plan is told, in its mailbox and with the reason on its desk (rule 15.3)', async () => {
    const child = await held('801', '802')
    const appointment = missed(child, { end: now, description: 'Two-year review' })
    const reportedAt = now
    expect(await told(appointment)).toEqual(['new', '801', '802'])
    expect(await deskOf('801', child)).toMatchObject([
      { appointment, reportedAt, author: nurse(), localId: 'L-801' },
    ])
    expect((await deskOf('801', child))[0]).not.toHaveProperty('messageId')
    await deliver()
    for (const code of ['801', '802']) {
      expect(await inbox(`MB${code}`)).toMatchObject([
        {
          nhsNumber: child,
          localId: `L-${code}`,
          at: reportedAt,
          uploadSequence: 1,
          author: { userId: nurse().userId },
        },
      ])
    }
    const { messages } = await storage.messages.inbox({ mailbox: 'MB801' as MailboxId, limit: 100 })
    expect(await deskOf('801', child)).toMatchObject([{ messageId: messages[0]?.id }])
    expect(await auditOf(child)).toEqual([
      { action: 'report missed appointment', outcome: 'allowed', reason: null },
    ])
  })

  test('the reporter is told whom to phone', async () => {
    const outcome = await report(missed(await held('801')))
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        report: {
          told: [
            { odsCode: '801', name: 'COUNCIL 801', dutyPhone: '01632960001', officePhone: '01632960002' },
          ],
        },
      },
    })
  })

  test('where no plan is visible nobody is told and nothing is kept but the audit entry (rule 15.4)', async () => {
    const never = freshNhsNumber()
    const over = freshNhsNumber()
    const deleted = freshNhsNumber()
    await hold(over, '801', { visible_until: now })
    await hold(deleted, '801', { delete_time: '202605010000' })
    for (const number of [never, over, deleted]) {
      const appointment = missed(number)
      expect(await told(appointment)).toEqual(['nothing-held'])
      const { organisation } = nurse()
      expect(
        await storage.missedAppointments.find(organisation.odsCode, appointment.identifier),
      ).toBeUndefined()
      expect(await deskOf('801', number)).toEqual([])
      expect(await auditOf(number)).toEqual([
        { action: 'report missed appointment', outcome: 'allowed', reason: 'nothing-held' },
      ])
    }
  })

  test('nobody is said to be told of nothing where the number could not be checked, or PDS restricts the person (rules 4.8 and 10.1)', async () => {
    const [unchecked, restricted] = [freshNhsNumber(), freshNhsNumber()]
    lookUp = lookUpOf({ kind: 'unavailable', why: 'no answer' })
    expect(await told(missed(unchecked))).toEqual(['unchecked'])
    expect(await auditOf(unchecked)).toEqual([
      { action: 'report missed appointment', outcome: 'failed', reason: 'number not checked' },
    ])
    await hold(restricted, '801')
    await pdsSays(database(), restricted, { state: 'live', restricted: true })
    expect(await told(missed(restricted))).toEqual(['restricted'])
    expect(await deskOf('801', restricted)).toEqual([])
  })

  test('a report that told nobody may be made again, and tells whoever holds a plan by then (rule 15.4)', async () => {
    const child = freshNhsNumber()
    const appointment = missed(child)
    expect(await told(appointment)).toEqual(['nothing-held'])
    await hold(child, '802')
    expect(await told(appointment)).toEqual(['new', '802'])
  })

  test('a report made again has the same outcome, and nobody is told twice', async () => {
    const child = await held('801')
    const appointment = missed(child)
    expect(await told(appointment)).toEqual(['new', '801'])
    await hold(child, '802')
    expect(await told(appointment, { author: nurse('000000000002') })).toEqual(['repeated', '801'])
    await database().kysely.deleteFrom('plan').where('nhs_number', '=', child).execute()
    expect(await told(appointment)).toEqual(['repeated', '801'])
    expect(await deskOf('801', child)).toHaveLength(1)
    expect(await deskOf('802', child)).toEqual([])
    expect(await auditOf(child)).toHaveLength(3)
  })

  test('an identifier stands for one appointment of one organisation', async () => {
    const child = await held('801')
    const appointment = missed(child)
    const { identifier } = appointment
    await told(appointment)
    const others: MissedAppointment[] = [
      { ...appointment, start: new Date(now.getTime() - 2 * DAY) },
      { ...appointment, end: now },
      { ...appointment, service: 'Dentistry' },
      { ...appointment, description: 'Other' },
      missed(await held('801'), { identifier }),
    ]
    for (const other of others) expect(await told(other)).toEqual(['identifier-in-use'])
    expect(await deskOf('801', child)).toHaveLength(1)

    const elsewhere = { ...nurse(), organisation: { odsCode: 'X9Z02' as OdsCode, name: 'OTHER' } }
    expect(await told(appointment, { author: elsewhere })).toEqual(['new', '801'])
    expect(
      await told({ ...appointment, identifier: { ...identifier, system: 'https://other.example/Id' } }),
    ).toEqual(['new', '801'])
  })

  describe('with several identifiers (rules 15.2 and 15.5)', () => {
    const named = (...values: string[]) => {
      const [identifier = { system: SYSTEM, value: '' }, ...otherIdentifiers] = values.map(value => ({
        system: value.startsWith('-') ? '' : SYSTEM,
        value,
      }))
      return { identifier, otherIdentifiers }
    }

    test('one in common makes it the same report, in whatever order they come, and what is new is remembered', async () => {
      const child = await held('801')
      const [a, b, c] = [newId(), newId(), newId()]
      const appointment = missed(child, named(a, b))
      expect(await told(appointment)).toEqual(['new', '801'])
      expect(await told({ ...appointment, ...named(b, a) })).toEqual(['repeated', '801'])
      expect(await told({ ...appointment, ...named(c, b) })).toEqual(['repeated', '801'])
      expect(await told({ ...appointment, ...named(c) })).toEqual(['repeated', '801'])
      expect(await deskOf('801', child)).toHaveLength(1)
      const again = await report({ ...appointment, ...named(c) })
      const names = again.ok && [
        again.value.report.appointment.identifier.value,
        ...(again.value.report.appointment.otherIdentifiers ?? []).map(({ value }) => value),
      ]
      expect(names && [...names].sort()).toEqual([a, b, c].sort())
    })

    test('what is refused, or told to nobody, claims none of its names', async () => {
      const [a, b] = [newId(), newId()]
      const appointment = missed(await held('801'), named(a))
      await told(appointment)
      expect(await told({ ...appointment, ...named(a, b), service: 'Dentistry' })).toEqual([
        'identifier-in-use',
      ])
      expect(await told({ ...appointment, ...named(b), service: 'Dentistry' })).toEqual(['new', '801'])
      const nobody = missed(await held(), named(newId()))
      expect(await told(nobody)).toEqual(['nothing-held'])
      expect(await told({ ...missed(await held('801')), ...named(nobody.identifier.value) })).toEqual([
        'new',
        '801',
      ])
    })

    test('those of two reports are neither, and without a system the organisation is the namespace', async () => {
      const child = await held('801')
      const [a, b] = [newId(), newId()]
      const [one, other] = [missed(child, named(a)), missed(child, named(b))]
      await told(one)
      await told(other)
      expect(await told({ ...one, ...named(a, b) })).toEqual(['identifier-in-use'])
      expect(await told({ ...one, ...named(`-${a}`) })).toEqual(['new', '801'])
      expect(await told({ ...one, ...named(`-${a}`) })).toEqual(['repeated', '801'])
    })

    test('reports made at once with one in common are one', async () => {
      const child = await held('801')
      const [a, b, c] = [newId(), newId(), newId()]
      const appointment = missed(child)
      const all = [named(a, b), named(b, c), named(c, a), named(b)]
      const outcomes = await Promise.all(all.map(names => told({ ...appointment, ...names })))
      expect(outcomes.filter(([kind]) => kind === 'new')).toHaveLength(1)
      expect(await deskOf('801', child)).toHaveLength(1)
    })
  })

  test('on the condition that there is none, what was reported of the patient stands, and of another it is refused (rule 15.9)', async () => {
    const child = await held('801')
    const appointment = missed(child)
    const once = { onlyIfNoneExists: true }
    expect(await told(appointment, once)).toEqual(['new', '801'])
    expect(await told({ ...appointment, service: 'Dentistry' }, once)).toEqual(['repeated', '801'])
    const kept = await report(appointment)
    expect(kept.ok && kept.value.report.appointment.service).toBe('Community paediatrics')
    expect(await told({ ...appointment, nhsNumber: await held('801') }, once)).toEqual(['identifier-in-use'])
    expect(await told({ ...appointment, service: 'Dentistry' })).toEqual(['identifier-in-use'])
  })

  test('reports made at once are one, whatever they say', async () => {
    const child = await held('801')
    const appointment = missed(child)
    const all = await Promise.all(Array.from({ length: 8 }, () => told(appointment)))
    expect(all.filter(([kind]) => kind === 'new')).toHaveLength(1)
    expect(all.filter(([kind]) => kind === 'repeated')).toHaveLength(7)
    expect(await deskOf('801', child)).toHaveLength(1)

    const either = missed(await held('801'))
    const both = await Promise.all([told(either), told({ ...either, service: 'Dentistry' })])
    expect(both.map(([kind]) => kind).sort()).toEqual(['identifier-in-use', 'new'])
  })

  test('an authority with several plans is told once, under the number it holds (rule 4.4)', async () => {
    const [old, replacement] = [await held('801'), freshNhsNumber()]
    await hold(old, '801', { plan_type: 'LAC', written_sequence: 3 })
    await pdsSays(database(), old, { state: 'replaced', by: replacement })
    expect(await told(missed(replacement))).toEqual(['new', '801'])
    const alerts = (await desk('801')).filter(({ nhsNumber }) => [old, replacement].includes(nhsNumber))
    expect(alerts).toMatchObject([{ nhsNumber: old, appointment: { nhsNumber: replacement } }])
  })

  test('it is no access: it is listed nowhere, and the next look is told as if there had been none (rule 15.6)', async () => {
    const child = await held('801')
    await told(missed(child))
    const look = async () => {
      const answered = await answerQuery(
        { ...storage, clock, newId, lookUp: NO_LOOK_UP },
        {
          requester: { author: nurse(), activities: new Set(['B0107']) },
          nhsNumber: child,
          access: 'unscheduled',
          via: 'fhir',
          action: 'query plans',
          traceId: 'T',
        },
      )
      return answered.ok && answered.value.accesses.length
    }
    expect(await look()).toBe(1)
    await deliver()
    const heard = (await inbox('MB801')).filter(({ nhsNumber }) => nhsNumber === child)
    expect(heard).toHaveLength(2)
  })

  test('either activity will do, and no other', async () => {
    const child = await held('801')
    expect(await told(missed(child), { activities: ['B0107'] })).toEqual(['new', '801'])
    expect(await told(missed(child), { activities: ['B0170'] })).toEqual(['new', '801'])
    expect(await told(missed(child), { activities: ['B0820'] })).toEqual(['no-activity'])
    expect((await auditOf(child)).at(-1)).toMatchObject({ outcome: 'refused', reason: 'no-activity' })
  })

  test('an appointment is reported once it is past and for a year', async () => {
    const child = await held('801')
    const at = (milliseconds: number) =>
      told(missed(child, { start: new Date(now.getTime() + milliseconds) }))
    expect(await at(1)).toEqual(['not-past'])
    expect(await at(0)).toEqual(['new', '801'])
    expect(await at(-365 * DAY)).toEqual(['new', '801'])
    expect(await at(-365 * DAY - 1)).toEqual(['too-long-ago'])
  })

  test('a message that nobody collected is told again, and its alert stays on the desk (rules 6.5 and 15.8)', async () => {
    const child = await held('802')
    await told(missed(child))
    await deliver()
    const [first] = await deskOf('802', child)
    now = new Date(now.getTime() + 6 * DAY)
    await expireMessages({
      storage,
      clock,
      newId,
      newMessageId: () => newMessageId(now),
      cpisMailbox: CPIS,
    })
    expect((await deskOf('802', child))[0]).not.toHaveProperty('messageId')
    await deliver()
    const [again] = await deskOf('802', child)
    expect(again?.messageId).toBeDefined()
    expect(again?.messageId).not.toBe(first?.messageId)
    expect((await inbox('MB802')).filter(({ nhsNumber }) => nhsNumber === child)).toHaveLength(1)
  })

  test('what fails leaves nothing behind (rule 15.7)', async () => {
    const child = await held('801')
    const appointment = missed(child)
    const failing = {
      ...storage,
      transaction: <T>(work: (stores: Stores) => Promise<T>) =>
        storage.transaction(stores =>
          work({
            ...stores,
            audit: {
              append: async () => {
                throw new Error('the audit log cannot be written')
              },
            },
          }),
        ),
    }
    await expect(
      reportMissedAppointment(
        { storage: failing, clock, newId, lookUp: NO_LOOK_UP },
        {
          requester: { author: nurse(), activities: new Set(['B0107']) },
          appointment,
          via: 'fhir',
          traceId: 'T',
        },
      ),
    ).rejects.toThrow()
    expect(await deskOf('801', child)).toEqual([])
    expect(await told(appointment)).toEqual(['new', '801'])
  })
})
