import { randomUUID } from 'node:crypto'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { expectValue } from '../../../test/support/expect-value.ts'
import { freshNhsNumber, NO_LOOK_UP, nurse, pdsSays, storedPlan } from '../../../test/support/records.ts'
import type { InactiveNumber } from '../../domain/notification/inactive-number-notification.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { NotifiedBy } from '../../domain/registration/authority.ts'
import { expectHours } from '../../domain/registration/hours.testing.ts'
import { newMessageId } from '../../formats/mesh/message-id.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import { expireMessages } from '../mailbox/expire-messages.ts'
import type { Storage } from '../ports.ts'
import { addAuthority } from '../registration/manage-exchange.ts'
import { changeSettings } from '../registration/onboard-authority.ts'
import { watchExchange } from '../watch/watch-exchange.ts'
import { notifyAuthorities } from './notify-authorities.ts'
import { notifyInactiveNumbers } from './notify-inactive-numbers.ts'
import { reportMissedAppointment } from './report-missed-appointment.ts'
import { takeNotificationStep } from './take-notification-step.ts'

/** A Monday. */
const NOON = new Date('2026-06-15T12:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const MESH = {
  cpisMailbox: 'CPISOT001' as MailboxId,
  uploadWorkflow: 'UPLOAD',
  acknowledgementWorkflow: 'ACK',
  notificationWorkflow: 'NOTIFICATION',
  inactiveNumberWorkflow: 'INACTIVE',
}

describeOnEachEngine('an authority that is told at its desk', database => {
  let jobs: Jobs
  let storage: Storage
  let now = NOON
  let authorities = 0
  let odsCode: OdsCode
  let mailbox: MailboxId
  /** What went into mailboxes, by whom it is about. */
  const told: string[] = []
  const clock = { now: () => now }
  const newMessage = () => ({ newMessageId: () => newMessageId(now) })
  const later = (ms: number) => {
    now = new Date(now.getTime() + ms)
  }

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    const own = { id: MESH.cpisMailbox, name: 'CP-IS', odsCode: 'X26' as OdsCode, password: 'secret' }
    await storage.mailboxes.add(own)
  })
  afterAll(() => jobs.stop(1_000))
  beforeEach(async () => {
    now = NOON
    odsCode = `D${String(++authorities).padStart(3, '0')}` as OdsCode
    mailbox = `MB${odsCode}` as MailboxId
    await addAuthority(
      { ...managing(), mesh: MESH },
      {
        odsCode,
        name: odsCode,
        mailbox: { id: mailbox, name: odsCode, odsCode, password: 'secret' },
        toldAt: 'desk',
        live: true,
      },
    )
  })

  const managing = () => ({ storage, clock, newId, lookUp: NO_LOOK_UP })
  const telling = () => ({ ...managing(), ...newMessage(), ...MESH })
  /** Everything that is due is told; answers whom the messages to this authority were about. */
  const tell = async () => {
    told.length = 0
    const write = (about: readonly { nhsNumber: string }[], code: OdsCode) => {
      if (code === odsCode) told.push(...about.map(({ nhsNumber }) => nhsNumber))
      return (async function* () {
        yield Buffer.from('<told/>')
      })()
    }
    await notifyAuthorities({
      ...telling(),
      windowMs: 10_000,
      writeAccessNotification: ({ authority, notifications }) => write(notifications, authority.odsCode),
    })
    await notifyInactiveNumbers({
      ...telling(),
      writeInactiveNumberNotification: ({ authority, numbers }) =>
        write(numbers satisfies readonly InactiveNumber[], authority.odsCode),
    })
    return [...told].sort()
  }
  const setTo = async (toldAt: NotifiedBy) =>
    expectValue(await changeSettings(managing(), odsCode, { toldAt }))
  const held = async () => {
    const number = freshNhsNumber()
    await storedPlan(database(), { nhs_number: number, authority: odsCode })
    return number
  }
  const looked = async () => {
    const number = await held()
    await database()
      .kysely.insertInto('notification')
      .values({
        nhs_number: number,
        access_id: randomUUID(),
        authority: odsCode,
        accessed_at: now,
        author: JSON.stringify(nurse()),
        local_id: null,
        local_id_authority: null,
        upload_sequence: 1,
        message_id: null,
      })
      .execute()
    return number
  }
  const replaced = async () => {
    const number = await held()
    await pdsSays(database(), number, { state: 'replaced', by: freshNhsNumber() }, now)
    return number
  }
  const missed = async () => {
    const nhsNumber = await held()
    const identifier = { system: 'https://hospital.example', value: nhsNumber }
    const start = new Date(now.getTime() - DAY)
    const requester = { author: nurse(), activities: new Set(['B0107']) }
    const appointment = { identifier, nhsNumber, start }
    expectValue(
      await reportMissedAppointment(managing(), { requester, appointment, via: 'fhir', traceId: 'T' }),
    )
    return nhsNumber
  }
  const onDesk = () =>
    storage.authorityPages.items(odsCode, { state: 'open', overdueBefore: now }, { limit: 50, offset: 0 })
  const acknowledge = async (number: string) => {
    const item = (await onDesk()).find(({ nhsNumber }) => nhsNumber === number)
    if (!item) throw new Error('It is on the desk')
    const officer = { authority: odsCode, name: 'Juniper', actor: 'authority: Juniper' }
    const step = { id: newId(), kind: 'acknowledged' } as const
    expect(await takeNotificationStep(managing(), officer, item.id, step)).toBe('taken')
  }
  const inbox = async (of = mailbox) => (await storage.messages.inbox({ mailbox: of, limit: 100 })).messages
  const watch = async () => {
    const { raised, cleared } = await watchExchange({ ...managing(), watchEveryMs: 300_000 })
    const mine = <T extends { authority: OdsCode; kind: string }>(list: readonly T[]) =>
      list.filter(({ authority, kind }) => authority === odsCode && kind !== 'silent')
    return { raised: mine(raised), cleared: mine(cleared).map(({ kind }) => kind) }
  }

  test('nothing goes into its mailbox, however long it lies; all of it is on the desk (rule 19.9)', async () => {
    const numbers = [await looked(), await replaced(), await missed()].sort()
    later(HOUR)
    expect(await tell()).toEqual([])
    later(30 * DAY)
    expect(await tell()).toEqual([])
    // Nor by a worker that found it waiting just before it was set.
    expect(await storage.transaction(stores => stores.notifications.take(odsCode, now, 10))).toEqual([])
    expect(await inbox()).toEqual([])
    expect((await onDesk()).map(({ nhsNumber }) => nhsNumber).sort()).toEqual(numbers)
  })

  describe('when it is told in its mailbox from now on (rule 19.11)', () => {
    test('what was acknowledged at the desk is not told again, and everything else is', async () => {
      const done = [await looked(), await replaced(), await missed()]
      const open = [await looked(), await replaced(), await missed()].sort()
      for (const number of done) await acknowledge(number)
      // One of them was deleted meanwhile: what was told of it stays on record.
      await database()
        .kysely.updateTable('plan')
        .set({ delete_time: '202601010000' })
        .where('nhs_number', '=', String(done[1]))
        .execute()
      await setTo('mailbox')
      later(HOUR)
      expect(await tell()).toEqual(open)
      expect(await tell()).toEqual([])
      const all = await storage.authorityPages.items(
        odsCode,
        { state: 'all', overdueBefore: now },
        { limit: 50, offset: 0 },
      )
      expect(all.map(({ nhsNumber }) => nhsNumber).sort()).toEqual([...done, ...open].sort())
    })

    test('what is acknowledged at the desk meanwhile is still told in the mailbox', async () => {
      await setTo('mailbox')
      const number = await looked()
      await acknowledge(number)
      later(HOUR)
      expect(await tell()).toEqual([number])
    })
  })

  describe('when it was told in its mailbox before', () => {
    beforeEach(() => setTo('mailbox'))

    test('what waits there can be collected, is raised no more and ends without a word (rule 19.10)', async () => {
      const number = await looked()
      later(HOUR)
      expect(await tell()).toEqual([number])
      later(25 * HOUR)
      expect((await watch()).raised).toMatchObject([{ kind: 'not-collected' }])
      await setTo('desk')
      expect(await watch()).toEqual({ raised: [], cleared: ['not-collected'] })
      const [waiting] = await inbox()
      expect(waiting).toMatchObject({ status: 'accepted' })
      expect((await onDesk()).map(({ nhsNumber }) => nhsNumber)).toEqual([number])
      await acknowledge(number)
      later(5 * DAY)
      await expireMessages(telling())
      expect(await inbox()).toEqual([])
      const reported = (await inbox(MESH.cpisMailbox)).map(({ linkedMessageId }) => linkedMessageId)
      expect(reported).not.toContain(waiting?.id)
      expect(await watch()).toEqual({ raised: [], cleared: [] })
      expect((await storage.oversight.nonDeliveries(50)).map(({ recipient }) => recipient)).not.toContain(
        mailbox,
      )
      expect(await tell()).toEqual([])
      // Not even when it is told in its mailbox again: it was acknowledged on the notifications page.
      await setTo('mailbox')
      expect(await tell()).toEqual([])
      expect(await watch()).toEqual({ raised: [], cleared: [] })
    })

    test('what nobody collected nor acknowledged is told again in the mailbox, once that is the place again', async () => {
      const number = await looked()
      later(HOUR)
      await tell()
      await setTo('desk')
      later(5 * DAY)
      await expireMessages(telling())
      expect(await tell()).toEqual([])
      await setTo('mailbox')
      expect(await tell()).toEqual([number])
    })

    test('a message that became undeliverable is no concern any more', async () => {
      await looked()
      later(HOUR)
      await tell()
      later(5 * DAY)
      await expireMessages(telling())
      expect((await watch()).raised).toMatchObject([{ kind: 'not-delivered', subject: 'NOTIFICATION' }])
      await setTo('desk')
      expect((await watch()).cleared).toEqual(['not-delivered'])
    })
  })

  test('a desk that nobody looks at is raised a day after its oldest item was due, until it is acknowledged (rule 16.10)', async () => {
    const number = await looked()
    // Due on Tuesday at five by the English clock.
    now = new Date('2026-06-17T16:00:00Z')
    expect((await watch()).raised).toEqual([])
    later(1)
    const found = { kind: 'desk-not-looked-at', since: NOON, details: { items: 1 } }
    expect((await watch()).raised).toMatchObject([found])
    expect(await storage.oversight.exchangeStates()).toContainEqual(
      expect.objectContaining({ authority: odsCode, unreadSince: NOON }),
    )
    await looked()
    expect(await watch()).toEqual({ raised: [], cleared: [] })
    await acknowledge(number)
    expect((await watch()).cleared).toEqual(['desk-not-looked-at'])
    await setTo('mailbox')
    later(9 * DAY)
    expect((await watch()).raised).toEqual([])
  })

  test('(rules 16.10 and 21.10) by its own hours, where it has said them', async () => {
    await storage.authorities.change(odsCode, { hours: expectHours('Mon 09:00-17:00; Thu 09:00-12:00') })
    await looked()
    // Due on Thursday at noon.
    now = new Date('2026-06-19T11:00:00Z')
    expect((await watch()).raised).toEqual([])
    later(1)
    expect((await watch()).raised).toMatchObject([{ kind: 'desk-not-looked-at' }])
    await storage.authorities.change(odsCode, { hours: null })
  })

  test('workers that tell while it changes its place lose nothing and tell nothing twice', async () => {
    await setTo('mailbox')
    const numbers = await Promise.all(Array.from({ length: 5 }, looked))
    later(HOUR)
    await Promise.all([tell(), setTo('desk'), tell()])
    await setTo('mailbox')
    await tell()
    const rows = await database()
      .kysely.selectFrom('notification')
      .select(['nhs_number', 'message_id'])
      .where('authority', '=', odsCode)
      .execute()
    expect(rows.map(row => row.nhs_number).sort()).toEqual(numbers.sort())
    expect(rows.every(row => row.message_id !== null)).toBe(true)
    expect(new Set(rows.map(row => row.message_id)).size).toBe((await inbox()).length)
  })
})
