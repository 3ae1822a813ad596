import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { collect, inPieces } from '../../../test/support/bytes.ts'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import { mailboxStore } from './mailbox-store.ts'
import { messageStore } from './message-store.ts'
import { payloadStore } from './payload-store.ts'
import { workflowStore } from './workflow-store.ts'

const ALPHA = 'ALPHA01' as MailboxId
const BETA = 'BETA01' as MailboxId
const NOON = new Date('2026-03-02T12:00:00.123Z')
const later = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000)

let made = 0
function message(given: Partial<MeshMessage> = {}): MeshMessage {
  return {
    id: `20260302120000123${String(++made).padStart(3, '0')}_ABCDEF`,
    from: ALPHA,
    to: BETA,
    workflowId: 'WF_A',
    kind: 'DATA',
    status: 'accepted',
    totalChunks: 1,
    size: 3,
    uploadedAt: NOON,
    acceptedAt: NOON,
    expiresAt: later(5 * 24 * 60),
    ...given,
  }
}

describeOnEachEngine('mailboxes and workflows', database => {
  const mailbox = (id: MailboxId, name = 'COUNCIL') => ({
    id,
    name,
    odsCode: 'X9A' as OdsCode,
    password: 'secret',
  })

  test('a mailbox added again is changed', async () => {
    const store = mailboxStore(database().kysely)
    await store.add(mailbox(ALPHA))
    await store.add(mailbox(BETA))
    await store.add(mailbox(ALPHA, 'NEW NAME'))
    expect(await store.find(ALPHA)).toEqual(mailbox(ALPHA, 'NEW NAME'))
    expect((await store.list()).map(({ id }) => id)).toEqual([ALPHA, BETA])
    expect(await store.find('NOBODY' as MailboxId)).toBeUndefined()
  })

  test('a token is spent once, by one of many at a time, until it is forgotten (rule 7.3)', async () => {
    const store = mailboxStore(database().kysely)
    const token = { mailbox: ALPHA, nonce: 'n1', count: '0', at: NOON }
    const spent = await Promise.all(Array.from({ length: 5 }, () => store.spendToken(token)))
    expect(spent.filter(Boolean)).toHaveLength(1)
    expect(await store.spendToken({ ...token, count: '1' })).toBe(true)
    expect(await store.spendToken({ ...token, mailbox: BETA })).toBe(true)
    await store.forgetTokens(NOON)
    expect(await store.spendToken(token)).toBe(false)
    await store.forgetTokens(later(1))
    expect(await store.spendToken(token)).toBe(true)
  })

  test('a workflow gathers senders and receivers (rule 7.6)', async () => {
    const store = workflowStore(database().kysely)
    await store.add({ id: 'WF', description: 'first', senders: [ALPHA], receivers: [] })
    await store.add({ id: 'WF', description: 'second', senders: [ALPHA], receivers: [BETA] })
    await store.add({ id: 'EMPTY', description: '', senders: [], receivers: [] })
    const whole = { id: 'WF', description: 'second', senders: [ALPHA], receivers: [BETA] }
    expect(await store.find('WF')).toEqual(whole)
    expect(await store.list()).toEqual([{ id: 'EMPTY', description: '', senders: [], receivers: [] }, whole])
    expect(await store.find('OTHER')).toBeUndefined()
  })

  test('a workflow is found and added to in any case; of two the one that was named (rule 7.16)', async () => {
    const { kysely } = database()
    const store = workflowStore(kysely)
    await store.add({ id: 'Any_Case', description: 'first', senders: [ALPHA], receivers: [] })
    await store.add({ id: 'ANY_CASE', description: 'second', senders: [BETA], receivers: [] })
    const whole = { id: 'Any_Case', description: 'second', senders: [ALPHA, BETA], receivers: [] }
    expect(await store.find('any_case')).toEqual(whole)
    await kysely.insertInto('workflow').values({ id: 'any_case', description: 'older' }).execute()
    expect([(await store.find('any_case'))?.id, (await store.find('Any_Case'))?.id]).toEqual([
      'any_case',
      'Any_Case',
    ])
  })
})

describeOnEachEngine('messages', database => {
  const store = () => messageStore(database().kysely)
  const inbox = async (page: Partial<Parameters<ReturnType<typeof messageStore>['inbox']>[0]>) => {
    const { messages, total } = await store().inbox({ mailbox: BETA, limit: 500, ...page })
    return { ids: messages.map(({ id }) => id), total }
  }

  test('a message comes back as it was stored', async () => {
    const whole = message({
      localId: 'L1',
      partnerId: 'P1',
      subject: 'Größe',
      fileName: 'a.xml',
      contentType: 'text/xml',
      contentChecksum: 'md5 00',
      contentEncrypted: 'n',
      contentCompressed: 'n',
      payloadId: 'payload',
      linkedMessageId: 'other',
      to: 'GAMMA' as MailboxId,
      failure: { code: '14', event: 'TRANSFER', description: 'not collected', at: NOON },
    })
    await store().add(whole)
    expect(await store().find(whole.id)).toEqual(whole)
    expect(await store().find('none')).toBeUndefined()
  })

  test('a message moves on from the status it is believed to have, once', async () => {
    const uploading = message({ status: 'uploading', to: 'GAMMA' as MailboxId })
    const { acceptedAt: _none, ...unaccepted } = uploading
    await store().add(unaccepted)
    const accept = { status: 'accepted', at: later(1), size: 9, expiresAt: later(9) } as const
    const moves = await Promise.all([1, 2, 3].map(() => store().advance(uploading.id, 'uploading', accept)))
    expect(moves.filter(Boolean)).toHaveLength(1)
    expect(await store().find(uploading.id)).toMatchObject({
      status: 'accepted',
      acceptedAt: later(1),
      size: 9,
      expiresAt: later(9),
    })
    expect(await store().advance(uploading.id, 'accepted', { status: 'acknowledged', at: later(2) })).toBe(
      true,
    )
    expect(await store().find(uploading.id)).toMatchObject({ acknowledgedAt: later(2) })
  })

  test('the inbox is first in, first out, also within one millisecond, and paged (rule 7.7)', async () => {
    const first = message({ id: 'Z' })
    const late = message({ id: 'Y', status: 'uploading' })
    const second = message({ id: 'B' })
    for (const each of [first, late, second]) await store().add(each)
    await store().advance('Y', 'uploading', { status: 'accepted', at: NOON })
    await store().add(message({ id: 'A', workflowId: 'WF_B', acceptedAt: later(5) }))
    expect(await inbox({})).toEqual({ ids: ['Z', 'B', 'Y', 'A'], total: 4 })
    expect(await inbox({ limit: 2 })).toEqual({ ids: ['Z', 'B'], total: 4 })
    expect(await inbox({ limit: 2, after: 'B' })).toEqual({ ids: ['Y', 'A'], total: 4 })
    await store().advance('B', 'accepted', { status: 'acknowledged', at: NOON })
    expect((await inbox({ after: 'B' })).ids).toEqual(['Y', 'A'])
    expect((await inbox({ after: 'never' })).ids).toEqual([])
    expect((await inbox({ since: later(5) })).ids).toEqual(['A'])
    expect((await inbox({ mailbox: ALPHA })).ids).toEqual([])
  })

  test.each([
    ['WF_A', ['WF_A']],
    ['!WF_A', ['WF_A_ACK', 'OTHER_WF', 'WF%A']],
    ['WF_A*', ['WF_A', 'WF_A_ACK']],
    ['!WF_A*', ['OTHER_WF', 'WF%A']],
    ['*WF*', ['WF_A', 'WF_A_ACK', 'OTHER_WF', 'WF%A']],
    ['!*_A*', ['OTHER_WF', 'WF%A']],
    ['wf_a', ['WF_A']],
    ['!wf_a*', ['OTHER_WF', 'WF%A']],
    ['*Wf_*', ['WF_A', 'WF_A_ACK']],
  ])('the filter %s finds %j (rules 7.7 and 7.16)', async (workflowFilter, found) => {
    const mailbox = `FILTER${++made}` as MailboxId
    for (const workflowId of ['WF_A', 'WF_A_ACK', 'OTHER_WF', 'WF%A']) {
      await store().add(message({ to: mailbox, workflowId }))
    }
    const { messages, total } = await store().inbox({ mailbox, limit: 10, workflowFilter })
    expect(messages.map(({ workflowId }) => workflowId)).toEqual(found)
    expect(total).toBe(found.length)
  })

  test('what a mailbox sent is found whatever became of it', async () => {
    const sender = 'DELTA' as MailboxId
    const sent = [0, 1, 2].map(minute =>
      message({
        from: sender,
        uploadedAt: later(minute),
        ...(minute === 2 ? {} : { localId: 'SAME' }),
        status: minute === 1 ? 'undeliverable' : 'accepted',
      }),
    )
    for (const each of sent) await store().add(each)
    const [first, second, third] = sent.map(({ id }) => id)
    const outbox = async (page: object) =>
      (await store().outbox({ mailbox: sender, limit: 10, ...page })).map(({ id }) => id)
    expect(await outbox({})).toEqual([first, second, third])
    expect(await outbox({ limit: 1, after: first })).toEqual([second])
    expect(await outbox({ localId: 'SAME' })).toEqual([first, second])
    expect(await outbox({ since: later(1) })).toEqual([second, third])
  })

  test('overdue is what waits past its time (rule 7.8)', async () => {
    const due = (minutes: number, status: MeshMessage['status']) =>
      message({ to: 'GAMMA' as MailboxId, status, expiresAt: later(minutes) })
    const [second, first, early] = [due(-1, 'uploading'), due(-2, 'accepted'), due(1, 'accepted')]
    for (const each of [second, first, early, due(-3, 'acknowledged'), due(-3, 'undeliverable')]) {
      await store().add(each)
    }
    expect((await store().overdue(NOON, 10)).map(({ id }) => id)).toEqual([first.id, second.id])
    expect((await store().overdue(later(1), 3)).map(({ id }) => id)).toEqual([first.id, second.id, early.id])
  })
})

describeOnEachEngine('payloads', database => {
  const store = () => payloadStore(database().kysely)
  const strays = async () => {
    const rows = await database().statement<{ count: number }>(
      'strays',
      'select count(*) from payload_piece p where not exists (select from payload_chunk c where c.content_id = p.content_id)',
      [],
    )
    return rows[0]?.count
  }
  const bytesOf = async (payloadId: string, chunk: number) => {
    const read = await store().read(payloadId, chunk)
    return read && Buffer.concat(await collect(read.bytes))
  }
  const noise = (length: number) => Buffer.from(Array.from({ length }, (_, index) => (index * 7919) % 251))

  test.each([
    [0, 1],
    [1, 1],
    [262_144, 65_536],
    [262_145, 1_000_000],
    [1_000_001, 50_000],
  ])('%i bytes in parts of %i come back as they were', async (length, part) => {
    const bytes = noise(length)
    const content = await store().store(inPieces(bytes, part))
    expect(content.size).toBe(length)
    const payloadId = `round ${length}`
    await store().attach(payloadId, 1, 'gzip', content)
    expect(await store().read(payloadId, 1)).toMatchObject({ encoding: 'gzip', size: length })
    expect(bytes.equals((await bytesOf(payloadId, 1)) ?? Buffer.of(1))).toBe(true)
    expect(await store().read(payloadId, 2)).toBeUndefined()
  })

  test('a chunk sent again is replaced, as a whole', async () => {
    const attempts = await Promise.all(
      ['first', 'second and longer'].map(text => store().store(inPieces(text, 1))),
    )
    for (const content of attempts) await store().attach('again', 1, 'identity', content)
    await store().attach('again', 2, 'gzip', await store().store(inPieces('two')))
    expect(String(await bytesOf('again', 1))).toBe('second and longer')
    expect(await store().chunks('again')).toEqual([
      { chunk: 1, size: 17, encoding: 'identity' },
      { chunk: 2, size: 3, encoding: 'gzip' },
    ])
  })

  test('nothing is kept of bytes that break off or are discarded', async () => {
    await store().purge({ messages: new Date(0), strays: later(1e9) })
    const breaking = async function* () {
      yield noise(600_000)
      throw new Error('the line went dead')
    }
    await expect(store().store(breaking())).rejects.toThrow('the line went dead')
    await store().discard(await store().store(inPieces('unwanted')))
    expect(await strays()).toBe(0)
  })

  test('bytes stored in a transaction that fails were never there', async () => {
    await expect(
      database()
        .kysely.transaction()
        .execute(async trx => {
          const inside = payloadStore(trx)
          await inside.attach('rolled back', 1, 'identity', await inside.store(inPieces('gone')))
          throw new Error('no commit')
        }),
    ).rejects.toThrow('no commit')
    expect(await store().read('rolled back', 1)).toBeUndefined()
  })

  test('purging takes old messages, what nothing refers to and old strays, and nothing else (rule 7.8)', async () => {
    const messages = messageStore(database().kysely)
    const put = async (payloadId: string) =>
      store().attach(payloadId, 1, 'identity', await store().store(inPieces(payloadId)))
    for (const id of ['old', 'shared', 'fresh', 'waiting', 'acknowledgement', 'nobody']) await put(id)
    await messages.add(message({ uploadedAt: later(-1), payloadId: 'old', status: 'acknowledged' }))
    await messages.add(message({ uploadedAt: later(-1), payloadId: 'shared', status: 'undeliverable' }))
    await messages.add(message({ uploadedAt: later(-1), payloadId: 'waiting' }))
    await messages.add(message({ uploadedAt: NOON, payloadId: 'shared' }))
    await messages.add(message({ uploadedAt: NOON, payloadId: 'fresh' }))
    await sql`insert into authority (ods_code, name, mailbox_id) values ('X9A', 'COUNCIL', 'ALPHA01')`.execute(
      database().kysely,
    )
    await sql`insert into upload (id, authority, sequence, sequence_epoch, created_at, received_at, message_id, digest,
      record_count, loaded, failed, acknowledgement_payload_id)
      values (gen_random_uuid(), 'X9A', 1, 0, now(), now(), 'M', 'D', 1, 1, 0, 'acknowledgement')`.execute(
      database().kysely,
    )
    await store().store(inPieces('still arriving'))
    const stillYoung = new Date(Date.now() - 3_600_000)
    expect(await store().purge({ messages: NOON, strays: stillYoung })).toBe(2)
    for (const id of ['shared', 'fresh', 'waiting', 'acknowledgement']) {
      expect(String(await bytesOf(id, 1))).toBe(id)
    }
    for (const id of ['old', 'nobody']) expect(await bytesOf(id, 1)).toBeUndefined()
    expect(await strays()).toBeGreaterThan(0)
    await store().purge({ messages: NOON, strays: new Date(Date.now() + 60_000) })
    expect(await strays()).toBe(0)
    // What a message carries is older than the strays that went, and stays.
    for (const id of ['shared', 'fresh', 'waiting', 'acknowledgement']) {
      expect(String(await bytesOf(id, 1))).toBe(id)
    }
  })
})
