import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, nurse, storedPlan } from '../../../test/support/records.ts'
import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { NotifiedBy } from '../../domain/registration/authority.ts'
import {
  NOTIFICATION_KINDS,
  type NotificationKind,
  type NotificationStep,
} from '../../flows/notification/ports.ts'
import { auditLog } from '../audit/audit-log.ts'
import { messageStore } from '../mailbox/message-store.ts'
import { authorityStore } from '../registration/authority-store.ts'
import { issueStore } from '../watch/issue-store.ts'
import { authorityPageStore } from './authority-page-store.ts'

const AT = new Date('2026-06-01T12:00:00Z')
const UPLOADS = 'UPLOAD'

describeOnEachEngine('what authorities see that hold the same person (rule 21.12)', database => {
  let home: OdsCode
  let other: OdsCode
  let number: NhsNumber
  let authorities = 0
  const desk = () => authorityPageStore(database().kysely)
  const mailboxOf = (authority: OdsCode) => `MB${authority}` as MailboxId

  const added = async (toldAt: NotifiedBy = 'desk') => {
    const odsCode = `I${String(++authorities).padStart(3, '0')}` as OdsCode
    const mailbox = mailboxOf(odsCode)
    await authorityStore(database().kysely).add({ odsCode, name: 'Sandbox Council', mailbox, toldAt })
    return odsCode
  }
  beforeEach(async () => {
    home = await added()
    other = await added()
    number = freshNhsNumber()
  })

  /** An access of the person of which both authorities were told. */
  const accessed = async (accessId = randomUUID()) => {
    for (const authority of [home, other]) {
      await database()
        .kysely.insertInto('notification')
        .values({
          nhs_number: number,
          access_id: accessId,
          authority,
          accessed_at: AT,
          author: JSON.stringify(nurse()),
          local_id: null,
          local_id_authority: null,
          upload_sequence: 1,
          message_id: null,
        })
        .execute()
    }
  }
  /** A missed appointment of the person, with the access that tells of it: at both notifications pages under one id. */
  const missed = async () => {
    const id = randomUUID()
    await accessed(id)
    await database()
      .kysely.insertInto('missed_appointment')
      .values({
        organisation: 'X9Z01',
        identifier_system: 'https://hospital.example',
        identifier_value: id,
        id,
        nhs_number: number,
        starts_at: AT,
        ends_at: null,
        service: null,
        description: null,
        author: JSON.stringify(nurse()),
        reported_at: AT,
      })
      .execute()
    for (const authority of [home, other]) {
      const alert = { nhs_number: number, report_id: id, authority, reported_at: AT }
      await database()
        .kysely.insertInto('missed_appointment_alert')
        .values({ ...alert, local_id: null, local_id_authority: null })
        .execute()
    }
  }
  /** That the person's number is no longer in use, as both were told. */
  let version = 0
  const replaced = async () => {
    const replacement = freshNhsNumber()
    for (const authority of [home, other]) {
      version += 1
      const change = {
        nhs_number: number,
        authority,
        version,
        replacement,
        noticed_at: AT,
        upload_sequence: 1,
      }
      await database()
        .kysely.insertInto('number_change')
        .values({ ...change, local_id: null, local_id_authority: null, message_id: null })
        .execute()
    }
  }
  const tell: Readonly<Record<NotificationKind, () => Promise<void>>> = {
    access: accessed,
    'missed-appointment': missed,
    'inactive-number': replaced,
  }
  const itemsOf = (authority: OdsCode, state: 'all' | 'open' = 'all') =>
    desk().items(authority, { state, overdueBefore: AT }, { limit: 10, offset: 0 })
  const itemOf = async (authority: OdsCode) => {
    const [item] = await itemsOf(authority)
    if (!item) throw new Error('The authority was told')
    return item
  }
  const opened = async (authority: OdsCode) => desk().item(authority, (await itemOf(authority)).id)
  const step = (kind: NotificationStep['kind'], text?: string): NotificationStep => ({
    id: randomUUID(),
    at: AT,
    by: 'Juniper',
    kind,
    ...(text !== undefined && { text }),
  })
  /** By authority, what of a kind is not told in a mailbox any more. */
  const settledAtDesk = async (kind: NotificationKind) => {
    const rows = await database()
      .kysely.selectFrom(kind === 'inactive-number' ? 'number_change' : 'notification')
      .select('authority')
      .where('nhs_number', '=', number)
      .where('told_at_desk', '=', true)
      .execute()
    return rows.map(({ authority }) => authority)
  }

  test.each(NOTIFICATION_KINDS)('what one does with %s changes nothing of the other', async kind => {
    await tell[kind]()
    const item = await itemOf(home)
    expect(item.kind).toBe(kind)
    await desk().take(home, item, step('assigned', 'Juniper'))
    await desk().take(home, item, step('noted', 'Rang'))
    expect(await desk().take(home, item, step('acknowledged'))).toBe(true)
    expect(await opened(home)).toMatchObject({ acknowledgedAt: AT, assignedTo: 'Juniper' })
    expect((await opened(home))?.steps).toHaveLength(3)
    const theirs = await opened(other)
    expect(theirs?.acknowledgedAt).toBeUndefined()
    expect(theirs?.assignedTo).toBeUndefined()
    expect(theirs?.steps).toEqual([])
    expect(await desk().counts(home, AT)).toEqual({ unread: 0, overdue: 0 })
    expect(await desk().counts(other, AT)).toEqual({ unread: 1, overdue: 0 })
    expect(await settledAtDesk(kind)).toEqual([home])
  })

  test.each(
    NOTIFICATION_KINDS,
  )('of two of %s about one person, the one that is acknowledged leaves the other open', async kind => {
    await tell[kind]()
    await tell[kind]()
    const item = await itemOf(home)
    await desk().take(home, item, step('assigned', 'Juniper'))
    await desk().take(home, item, step('acknowledged'))
    const open = await itemsOf(home, 'open')
    expect(open).toHaveLength(1)
    expect(open[0]?.assignedTo).toBeUndefined()
    expect((await desk().item(home, open[0]?.id ?? ''))?.steps).toEqual([])
    expect(await settledAtDesk(kind)).toEqual([home])
  })

  test('acknowledged by an authority that is told in its mailbox, it is still told there, whoever else has a desk (rule 19.11)', async () => {
    home = await added('mailbox')
    await accessed()
    await desk().take(home, await itemOf(home), step('acknowledged'))
    expect((await opened(home))?.acknowledgedAt).toEqual(AT)
    expect(await settledAtDesk('access')).toEqual([])
  })

  test('a person is shown as the authority itself last named them, and of nobody else', async () => {
    await accessed()
    const named = (authority: OdsCode, given: string, day: number, start: string, nhs_number = number) =>
      storedPlan(database(), {
        nhs_number,
        authority,
        given,
        start_time: start,
        written_created_at: new Date(AT.getTime() + day * 86_400_000),
      })
    await named(other, 'Theirs', 9, '202601010000')
    expect((await opened(home))?.person).toBeUndefined()
    await named(home, 'Ours', 2, '202601010000')
    await named(home, 'Older', 1, '202602010000')
    await named(home, 'Somebody else', 9, '202601010000', freshNhsNumber())
    expect((await opened(home))?.person?.given).toBe('Ours')
    expect((await opened(other))?.person?.given).toBe('Theirs')
  })

  test('files are those of its own mailbox, and nothing else that the mailbox did', async () => {
    const entry = (actor: MailboxId, action: string, reason: string) =>
      auditLog(database().kysely).append({
        id: randomUUID(),
        at: AT,
        via: 'mesh',
        action,
        outcome: 'allowed',
        reason,
        actor,
      })
    await entry(mailboxOf(home), 'receive upload', 'CPF02')
    await entry(mailboxOf(home), 'send message', 'sent')
    await entry(mailboxOf(other), 'receive upload', 'CPF04')
    expect(await desk().files(home, mailboxOf(home), 10)).toEqual([
      { at: AT, outcome: 'allowed', reason: 'CPF02' },
    ])
  })

  test('files that wait to be checked are uploads of its own mailbox that were sent whole', async () => {
    const sent = (day: number, message: Partial<MeshMessage>) =>
      messageStore(database().kysely).add({
        id: randomUUID(),
        from: mailboxOf(home),
        to: 'CPISOT001' as MailboxId,
        workflowId: UPLOADS,
        kind: 'DATA',
        status: 'accepted',
        totalChunks: 1,
        size: 1,
        uploadedAt: new Date(AT.getTime() + day * 86_400_000),
        expiresAt: new Date(AT.getTime() + 99 * 86_400_000),
        ...message,
      })
    await sent(0, {})
    await sent(1, {})
    await sent(2, { from: mailboxOf(other) })
    await sent(3, { workflowId: 'OTHER' })
    await sent(4, { status: 'acknowledged' })
    await sent(5, { status: 'uploading' })
    await sent(6, { kind: 'REPORT' })
    const newest = new Date(AT.getTime() + 86_400_000)
    expect(await desk().waiting(mailboxOf(home), UPLOADS)).toEqual([newest, AT])
  })

  test('phones are confirmed by the authority itself (rule 16.5)', async () => {
    const concerns = issueStore(database().kysely)
    await concerns.confirmPhones(other, { dutyPhone: '01632960001' }, AT)
    expect(await desk().confirmedPhones(home)).toBeUndefined()
    await concerns.confirmPhones(home, { dutyPhone: '01632960002', officePhone: '01632960003' }, AT)
    expect(await desk().confirmedPhones(home)).toEqual({
      dutyPhone: '01632960002',
      officePhone: '01632960003',
      at: AT,
    })
    expect(await desk().confirmedPhones(other)).toEqual({ dutyPhone: '01632960001', at: AT })
  })

  test('a file that was sent or forgotten takes no other with it (rules 21.14 and 21.15)', async () => {
    const contact = { odsCode: home, name: 'Sandbox Council', dutyPhone: '01632960000' }
    const draft = async (authority: OdsCode, madeAt: Date) => {
      const kept = { id: randomUUID(), authority, madeAt, contact, content: new Uint8Array([1]) }
      await desk().keepDraft(kept)
      return kept
    }
    const sent = await draft(home, AT)
    const waits = await draft(other, AT)
    const old = await draft(other, new Date(AT.getTime() - 1))
    const messageId = randomUUID()
    await desk().draftSent(sent, { messageId, sequence: 4 })
    expect((await desk().draft(other, waits.id))?.sent).toBeUndefined()
    expect(await desk().hasSent(messageId)).toBe(true)
    expect(await desk().hasSent(randomUUID())).toBe(false)
    await desk().forgetDrafts(AT)
    expect(await desk().draft(other, old.id)).toBeUndefined()
    expect(await desk().draft(home, sent.id)).toBeDefined()
    expect(await desk().draft(other, waits.id)).toBeDefined()
  })
})
