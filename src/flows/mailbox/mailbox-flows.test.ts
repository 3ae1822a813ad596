import { v7 as newId } from 'uuid'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { collect, inPieces, textOfPieces } from '../../../test/support/bytes.ts'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { ALPHA, BETA, CPIS, type MeshBench, meshBenchOn, OPEN, UPLOAD } from '../../../test/support/mesh.ts'
import { storedAuthority } from '../../../test/support/records.ts'
import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { acknowledgeMessage } from './acknowledge-message.ts'
import { chunksOf } from './chunks-of.ts'
import { deliverMessage } from './deliver-message.ts'
import { downloadMessage } from './download-message.ts'
import { expireMessages } from './expire-messages.ts'
import { readPayload } from './read-payload.ts'
import { sendChunk } from './send-chunk.ts'
import { sendMessage } from './send-message.ts'
import { trackMessage } from './track-message.ts'

const DAY = 86_400_000

test.each([
  [0, 10, [0]],
  [9, 10, [9]],
  [10, 10, [10]],
  [11, 10, [10, 1]],
  [30, 10, [10, 10, 10]],
])('%i bytes in chunks of %i', async (length, limit, sizes) => {
  const bytes = Buffer.from(Array.from({ length }, (_, index) => index))
  const chunks: Buffer[] = []
  for await (const chunk of chunksOf(inPieces(bytes, 7), limit)) {
    chunks.push(Buffer.concat(await collect(chunk)))
  }
  expect(chunks.map(chunk => chunk.length)).toEqual(sizes)
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
})

describeOnEachEngine('mailbox flows', database => {
  let bench: MeshBench
  beforeEach(async () => {
    bench = await meshBenchOn(database())
    await bench.audited()
  })
  afterEach(() => bench.close())

  const posting = (more: Partial<Parameters<typeof sendMessage>[1]> = {}) => ({
    from: ALPHA,
    label: { to: BETA, workflowId: OPEN },
    totalChunks: 1,
    encoding: 'identity' as const,
    bytes: inPieces('content'),
    ...more,
  })
  const sent = async (more: Partial<Parameters<typeof sendMessage>[1]> = {}): Promise<MeshMessage> => {
    const result = await sendMessage(bench.deps, posting(more))
    if (!result.ok) throw new Error(result.fault)
    return result.value
  }
  const inboxOf = async (mailbox: MailboxId) =>
    (await bench.storage.messages.inbox({ mailbox, limit: 5000 })).messages
  const chunk = (messageId: string, number: number, total: number, text: string) =>
    sendChunk(bench.deps, {
      from: ALPHA,
      messageId,
      chunk: number,
      range: { chunk: number, total },
      bytes: inPieces(text),
    })

  describe('two at a time', () => {
    test('acknowledge a message: both succeed, it is closed once', async () => {
      const { id } = await sent()
      const asked = { mailbox: BETA, messageId: id }
      const results = await Promise.all([1, 2, 3].map(() => acknowledgeMessage(bench.deps, asked)))
      expect(results.map(({ ok }) => ok)).toEqual([true, true, true])
      expect(await bench.storage.messages.find(id)).toMatchObject({ status: 'acknowledged' })
    })

    test('send the last chunk: one completes the message, and the upload gets one job', async () => {
      const label = { to: CPIS, workflowId: UPLOAD }
      const { id } = await sent({ label, totalChunks: 2, bytes: inPieces('one,') })
      const texts = Array.from({ length: 4 }, (_, index) => `attempt ${index}`)
      const results = await Promise.all(texts.map(text => chunk(id, 2, 2, text)))
      const faults = results.filter(({ ok }) => !ok)
      expect(faults).toEqual(Array.from({ length: 3 }, () => ({ ok: false, fault: 'upload-finished' })))
      expect((await bench.jobs()).filter(key => key === id)).toHaveLength(1)
      const message = await bench.storage.messages.find(id)
      if (!message) throw new Error('The message is there')
      const whole = await textOfPieces(readPayload(bench.storage.payloads, message))
      expect(texts.map(text => `one,${text}`)).toContain(whole)
      expect(message.size).toBe(whole.length)
    })
  })

  test('a message whose job cannot be made is not accepted (rule 7.4)', async () => {
    await database().statement('drop_jobs', 'drop table test_job', [])
    const label = { to: CPIS, workflowId: UPLOAD, localId: 'NO-JOB' }
    await expect(sendMessage(bench.deps, posting({ label }))).rejects.toThrow()
    expect(await trackMessage(bench.deps, ALPHA, { localId: 'NO-JOB' })).toMatchObject({ ok: false })
  })

  describe('CP-IS delivers', () => {
    const label = { from: CPIS, to: ALPHA, workflowId: 'CPIS_ACK', localId: 'REF', contentType: 'text/xml' }

    test('content and message together, for the recipient to collect', async () => {
      const message = await bench.storage.transaction(stores =>
        deliverMessage(stores, bench.deps, label, inPieces('<ack/>', 2)),
      )
      expect(message).toMatchObject({ ...label, status: 'accepted', totalChunks: 1, size: 6 })
      const found = await downloadMessage(bench.deps, { mailbox: ALPHA, messageId: message.id, chunk: 1 })
      if (!found.ok || !found.value.content) throw new Error('The message is there')
      expect(await textOfPieces(found.value.content.bytes)).toBe('<ack/>')
    })

    test('the content of an earlier message again', async () => {
      const first = await bench.storage.transaction(stores =>
        deliverMessage(stores, bench.deps, label, inPieces('<ack/>')),
      )
      const payloadId = first.payloadId ?? ''
      const again = await bench.storage.transaction(stores =>
        deliverMessage(stores, bench.deps, { ...label, to: BETA }, { payloadId }),
      )
      expect(again).toMatchObject({ to: BETA, payloadId, size: 6 })
      expect(again.id).not.toBe(first.id)
      expect(await textOfPieces(readPayload(bench.storage.payloads, again))).toBe('<ack/>')
      await expect(
        bench.storage.transaction(stores =>
          deliverMessage(stores, bench.deps, label, { payloadId: 'no such payload' }),
        ),
      ).rejects.toThrow('is gone')
    })

    test('nothing, if what it tells of is not committed', async () => {
      const before = (await inboxOf(ALPHA)).length
      await expect(
        bench.storage.transaction(async stores => {
          await deliverMessage(stores, bench.deps, label, inPieces('<ack/>'))
          throw new Error('rolled back')
        }),
      ).rejects.toThrow('rolled back')
      expect(await inboxOf(ALPHA)).toHaveLength(before)
    })
  })

  describe('time passes (rule 7.8)', () => {
    test('an uncollected message is undeliverable, and its sender gets a report', async () => {
      const label = { to: BETA, workflowId: OPEN, localId: 'LATE-1', subject: 'S', fileName: 'f.xml' }
      const { id } = await sent({ label })
      bench.pass(5 * DAY - 60_000)
      await expireMessages(bench.deps)
      expect((await inboxOf(BETA)).map(message => message.id)).toContain(id)
      bench.pass(120_000)
      await bench.audited()
      await expireMessages(bench.deps)
      expect((await inboxOf(BETA)).map(message => message.id)).not.toContain(id)
      const collected = await downloadMessage(bench.deps, { mailbox: BETA, messageId: id, chunk: 1 })
      expect(collected).toEqual({ ok: false, fault: 'message-gone' })
      expect(await trackMessage(bench.deps, ALPHA, { messageId: id })).toMatchObject({
        value: { message: { status: 'undeliverable', failure: { code: '14' } } },
      })
      const report = (await inboxOf(ALPHA)).find(({ linkedMessageId }) => linkedMessageId === id)
      expect(report).toMatchObject({
        kind: 'REPORT',
        to: ALPHA,
        workflowId: OPEN,
        localId: 'LATE-1',
        subject: 'S',
        totalChunks: 0,
        failure: {
          code: '14',
          event: 'TRANSFER',
          description: 'Message not collected by recipient after 5 days',
        },
      })
      expect(report).not.toHaveProperty('from')
      expect(await bench.audited()).toContainEqual({
        via: 'worker',
        action: 'expire message',
        outcome: 'allowed',
        reason: '14',
        actor: BETA,
        subject: id,
        details: { notificationsPutBack: 0 },
      })
    })

    test('a report is listed, collected empty and acknowledged like a message, and never reported (rule 7.14)', async () => {
      await sent({ label: { to: BETA, workflowId: OPEN } })
      bench.pass(6 * DAY)
      await expireMessages(bench.deps)
      const report = (await inboxOf(ALPHA)).at(-1)
      if (!report) throw new Error('The report is there')
      const asked = { mailbox: ALPHA, messageId: report.id }
      expect(await downloadMessage(bench.deps, { ...asked, chunk: 1 })).toEqual({
        ok: true,
        value: { message: report },
      })
      expect(await downloadMessage(bench.deps, { ...asked, chunk: 2 })).toMatchObject({ ok: false })
      bench.pass(6 * DAY)
      await expireMessages(bench.deps)
      expect((await inboxOf(ALPHA)).filter(({ linkedMessageId }) => linkedMessageId === report.id)).toEqual(
        [],
      )
      expect(await bench.storage.messages.find(report.id)).toMatchObject({ status: 'undeliverable' })
    })

    test('an upload given up half-way is closed without a report (rule 7.14)', async () => {
      const { id } = await sent({ totalChunks: 2 })
      bench.pass(6 * DAY)
      await expireMessages(bench.deps)
      expect(await bench.storage.messages.find(id)).toMatchObject({ status: 'undeliverable' })
      expect((await inboxOf(ALPHA)).filter(({ linkedMessageId }) => linkedMessageId === id)).toEqual([])
      expect(await chunk(id, 2, 2, 'too late')).toEqual({ ok: false, fault: 'upload-finished' })
    })

    test('notifications of an uncollected message can be delivered again (rule 6.5)', async () => {
      await storedAuthority(database(), 'X9N')
      const message = await bench.storage.transaction(stores =>
        deliverMessage(stores, bench.deps, { from: CPIS, to: ALPHA, workflowId: 'N' }, inPieces('<n/>')),
      )
      await database().statement(
        'notification',
        `insert into notification (nhs_number, access_id, authority, accessed_at, author, upload_sequence, message_id)
         values ('9990000018', $1, 'X9N', now(), '{}', 1, $2)`,
        [newId(), message.id],
      )
      const waiting = () => bench.storage.notifications.authoritiesWaiting(bench.deps.clock.now())
      expect(await waiting()).not.toContain('X9N')
      bench.pass(6 * DAY)
      await expireMessages(bench.deps)
      expect(await waiting()).toContain('X9N')
      const reports = (await inboxOf(CPIS)).filter(({ linkedMessageId }) => linkedMessageId === message.id)
      expect(reports).toHaveLength(1)
    })

    test('what was collected in time is left alone, and after 30 days everything is gone', async () => {
      const { id } = await sent()
      await acknowledgeMessage(bench.deps, { mailbox: BETA, messageId: id })
      bench.pass(6 * DAY)
      await expireMessages(bench.deps)
      expect(await bench.storage.messages.find(id)).toMatchObject({ status: 'acknowledged' })
      bench.pass(25 * DAY)
      const { forgotten } = await expireMessages(bench.deps)
      expect(forgotten).toBeGreaterThan(0)
      expect(await bench.storage.messages.find(id)).toBeUndefined()
      expect(await bench.storage.payloads.read(id, 1)).toBeUndefined()
    })

    test('tokens are forgotten when their time alone would refuse them', async () => {
      const token = { mailbox: ALPHA, nonce: newId(), count: '0', at: bench.deps.clock.now() }
      await bench.storage.mailboxes.spendToken(token)
      bench.pass(3.9 * 3_600_000)
      await expireMessages(bench.deps)
      expect(await bench.storage.mailboxes.spendToken(token)).toBe(false)
      bench.pass(0.2 * 3_600_000)
      await expireMessages(bench.deps)
      expect(await bench.storage.mailboxes.spendToken(token)).toBe(true)
    })
  })
})
