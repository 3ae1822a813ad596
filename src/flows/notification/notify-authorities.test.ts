import { randomUUID } from 'node:crypto'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, nurse } from '../../../test/support/records.ts'
import { type MailboxId, type OdsCode, parseMailboxId } from '../../domain/organisation.ts'
import { readAccessNotification } from '../../formats/hl7v3/read-access-notification.ts'
import { writeAccessNotification } from '../../formats/hl7v3/write-access-notification.ts'
import { newMessageId } from '../../formats/mesh/message-id.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import { readPayload } from '../mailbox/read-payload.ts'
import type { Storage } from '../ports.ts'
import { addAuthority } from '../registration/manage-exchange.ts'
import { notifyAuthorities } from './notify-authorities.ts'

const NOON = new Date('2026-06-15T12:00:00Z')
const MINUTE = 60_000
const MESH = {
  cpisMailbox: 'CPISOT001' as MailboxId,
  uploadWorkflow: 'UPLOAD',
  acknowledgementWorkflow: 'ACK',
  notificationWorkflow: 'NOTIFICATION',
  inactiveNumberWorkflow: 'INACTIVE',
}

describeOnEachEngine('telling authorities', database => {
  let jobs: Jobs
  let storage: Storage
  let now = NOON
  const clock = { now: () => now }

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    const own = { id: MESH.cpisMailbox, name: 'CP-IS', odsCode: 'X26' as OdsCode, password: 'secret' }
    await storage.mailboxes.add(own)
  })
  afterAll(() => jobs.stop(1_000))

  const tell = () =>
    notifyAuthorities({
      storage,
      clock,
      newId,
      newMessageId: () => newMessageId(now),
      ...MESH,
      windowMs: 10_000,
      writeAccessNotification,
    })
  const join = async (odsCode: string) => {
    const id = parseMailboxId(`LA${odsCode}`)
    if (!id) throw new Error('Not a mailbox id')
    const mailbox = { id, name: `COUNCIL ${odsCode}`, odsCode: odsCode as OdsCode, password: 'secret' }
    await addAuthority(
      { storage, clock, newId, mesh: MESH },
      { odsCode: odsCode as OdsCode, name: mailbox.name, mailbox },
    )
    return id
  }
  const looked = async (
    authority: string,
    minute: number,
    author: object = nurse(String(minute).padStart(12, '0')),
  ) => {
    await database()
      .kysely.insertInto('notification')
      .values({
        nhs_number: freshNhsNumber(),
        access_id: randomUUID(),
        authority,
        accessed_at: new Date(NOON.getTime() + minute * MINUTE),
        author: JSON.stringify(author),
        local_id: null,
        local_id_authority: null,
        upload_sequence: 1,
        message_id: null,
      })
      .execute()
  }
  const told = async (mailbox: MailboxId) => {
    const { messages } = await storage.messages.inbox({ mailbox, limit: 100 })
    const read = await Promise.all(
      messages.map(message => readAccessNotification(readPayload(storage.payloads, message))),
    )
    return read.map(message =>
      message.ok
        ? message.value.notifications.map(({ author }) => author.kind === 'person' && Number(author.userId))
        : message.fault,
    )
  }

  test('looks are gathered for the length of the window and told in order, in one message (rule 6.2)', async () => {
    const mailbox = await join('801')
    for (const minute of [3, 1, 2]) await looked('801', minute)
    now = new Date(NOON.getTime() + 5_000)
    expect(await tell()).toBe(0)
    now = new Date(NOON.getTime() + 3 * MINUTE + 10_000)
    expect(await tell()).toBe(3)
    expect(await told(mailbox)).toEqual([[1, 2, 3]])
    expect(await tell()).toBe(0)
  })

  test('workers that run at once tell each look once', async () => {
    const mailbox = await join('802')
    for (let minute = 1; minute <= 20; minute++) await looked('802', minute)
    now = new Date(NOON.getTime() + 60 * MINUTE)
    const counts = await Promise.all([tell(), tell(), tell()])
    expect(counts.reduce((sum, count) => sum + count)).toBe(20)
    expect((await told(mailbox)).flat()).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })

  test('what keeps one authority from being told keeps no other', async () => {
    await join('803')
    const mailbox = await join('804')
    await looked('803', 1, { kind: 'person' })
    await looked('804', 1)
    now = new Date(NOON.getTime() + 60 * MINUTE)
    await expect(tell()).rejects.toThrow()
    expect(await told(mailbox)).toEqual([[1]])
  })

  test('a message that was not collected leaves its looks to be told again (rule 6.5)', async () => {
    const mailbox = await join('805')
    await looked('805', 1)
    now = new Date(NOON.getTime() + 60 * MINUTE)
    await tell().catch(() => 0)
    const [first] = (await storage.messages.inbox({ mailbox, limit: 100 })).messages
    if (!first) throw new Error('The authority was told')
    expect(await storage.notifications.putBack(first.id)).toBe(1)
    await tell().catch(() => 0)
    expect(await told(mailbox)).toEqual([[1], [1]])
  })
})
