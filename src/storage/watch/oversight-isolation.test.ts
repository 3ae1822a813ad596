import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, nurse } from '../../../test/support/records.ts'
import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { NotifiedBy } from '../../domain/registration/authority.ts'
import type { CareOrganisation } from '../../domain/registration/care-setting.ts'
import { messageStore } from '../mailbox/message-store.ts'
import { authorityStore } from '../registration/authority-store.ts'
import { organisationStore } from '../registration/organisation-store.ts'
import { uploadHistory } from '../upload/upload-history.ts'
import { issueStore } from './issue-store.ts'
import { oversightStore } from './oversight-store.ts'

const NOON = new Date('2026-06-15T12:00:00Z')
const daysAgo = (days: number) => new Date(NOON.getTime() - days * 86_400_000)

describeOnEachEngine('what is seen of one of many authorities', database => {
  let home: OdsCode
  let other: OdsCode
  let authorities = 0
  const issues = () => issueStore(database().kysely)
  const mailboxOf = (authority: OdsCode) => `MB${authority}` as MailboxId

  const added = async (toldAt: NotifiedBy) => {
    const odsCode = `V${String(++authorities).padStart(3, '0')}` as OdsCode
    const mailbox = mailboxOf(odsCode)
    await authorityStore(database().kysely).add({ odsCode, name: odsCode, mailbox, toldAt })
    return odsCode
  }
  beforeEach(async () => {
    home = await added('mailbox')
    other = await added('mailbox')
  })

  const message = (authority: OdsCode, change: Partial<MeshMessage> = {}) =>
    messageStore(database().kysely).add({
      id: randomUUID(),
      from: 'CPISOT001' as MailboxId,
      to: mailboxOf(authority),
      workflowId: 'NOTIFICATION',
      kind: 'DATA',
      status: 'accepted',
      totalChunks: 1,
      size: 1,
      uploadedAt: daysAgo(3),
      acceptedAt: daysAgo(3),
      expiresAt: daysAgo(-3),
      ...change,
    })
  const applied = (authority: OdsCode, sequence: number) =>
    database()
      .kysely.insertInto('upload')
      .values({
        id: randomUUID(),
        authority,
        sequence,
        series: 'system',
        sequence_epoch: 0,
        created_at: daysAgo(2),
        received_at: daysAgo(2),
        message_id: 'M',
        digest: 'd',
        record_count: 1,
        loaded: 1,
        failed: 0,
        matched: 1,
        file_code: 'CPF02',
      })
      .execute()
  const found = async (kind: string) =>
    (await issues().find(NOON))
      .filter(finding => finding.kind === kind && [home, other].includes(finding.authority))
      .map(({ authority }) => authority)

  test('its own files, tests and waiting messages say how its exchange goes (rule 21.17)', async () => {
    await applied(home, 1)
    await message(home)
    await uploadHistory(database().kysely).keepTest(randomUUID(), other, {
      sequence: 1,
      createdAt: NOON,
      receivedAt: NOON,
      fileCode: 'CPF02',
      loaded: 1,
      failed: 1,
      match: { matched: 1, total: 2 },
    })
    const states = await oversightStore(database().kysely).exchangeStates()
    const stateOf = (authority: OdsCode) => states.find(state => state.authority === authority)
    expect(stateOf(home)).toEqual({ authority: home, lastApplied: daysAgo(2), waitingSince: daysAgo(3) })
    expect(stateOf(other)).toEqual({ authority: other })
  })

  test('each notification is counted once, however many authorities there are', async () => {
    await database()
      .kysely.insertInto('notification')
      .values({
        nhs_number: freshNhsNumber(),
        access_id: randomUUID(),
        authority: home,
        accessed_at: NOON,
        author: JSON.stringify(nurse()),
        local_id: null,
        local_id_authority: null,
        upload_sequence: 1,
        message_id: null,
      })
      .execute()
    const hours = await oversightStore(database().kysely).hours(NOON, NOON)
    expect(hours).toEqual([{ hour: NOON, what: 'notifications', count: 1 }])
  })

  test('a message is not collected by the authority in whose mailbox it waits (rule 16.4)', async () => {
    await message(home)
    expect(await found('not-collected')).toEqual([home])
  })

  test('a message that was not delivered is raised of its own authority, unless that is told at its desk (rule 16.4)', async () => {
    other = await added('desk')
    const failure = { code: '14', event: 'ERROR', description: 'Not collected', at: daysAgo(1) }
    await message(home, { status: 'undeliverable', failure })
    await message(other, { status: 'undeliverable', failure })
    expect(await found('not-delivered')).toEqual([home])
  })

  test('gaps are accepted for one authority (rule 16.3)', async () => {
    for (const authority of [home, other]) for (const sequence of [1, 5]) await applied(authority, sequence)
    expect(await found('sequence-gap')).toEqual([home, other])
    await issues().acceptGaps(other)
    expect(await found('sequence-gap')).toEqual([home])
    expect(await uploadHistory(database().kysely).gaps(home, 10)).toEqual([{ from: 2, to: 4 }])
    expect(await uploadHistory(database().kysely).gaps(other, 10)).toEqual([])
  })

  test('an organisation is found and taken off the register alone (rule 19.7)', async () => {
    const organisations = organisationStore(database().kysely)
    const [first, second] = ['X9Z01', 'X9Z02'].map(
      (odsCode): CareOrganisation => ({ odsCode: odsCode as OdsCode, name: odsCode, settings: ['camhs'] }),
    )
    if (!first || !second) throw new Error('Two were made')
    for (const organisation of [first, second]) await organisations.add(organisation)
    expect(await organisations.find(second.odsCode)).toEqual(second)
    await organisations.remove(first.odsCode)
    expect(await organisations.list()).toEqual([second])
  })
})
