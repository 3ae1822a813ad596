import { afterEach, describe, expect, test } from 'vitest'
import { writeAcknowledgment } from '../../formats/ebxml/acknowledgment.ts'
import type { EbxmlHeader, SentHeader } from '../../formats/ebxml/ebxml-header.ts'
import type { EbxmlError } from '../../formats/ebxml/message-error.ts'
import type { EbxmlReply } from '../../formats/ebxml/read-reply.ts'
import { signalOf } from '../../formats/ebxml/signal.ts'
import { renderXml, type XmlNode } from '../../formats/xml/xml-writer.ts'
import {
  answerMessage,
  closeAll,
  connect,
  messageError,
  nothing,
  own,
  plans,
  taken,
} from './ebxml.testing.ts'
import { CHILD, replied } from './testing.ts'

afterEach(closeAll)

describe('the callback (rule 12.11)', () => {
  test('acknowledges an answer that comes again, and one that comes too late, and drops them', async () => {
    let late: (() => Promise<{ status: number; reply: EbxmlReply }>) | undefined
    const { client } = await connect(
      async (question, callback) => {
        late ??= () => callback.answer(plans(question))
        return taken(question)
      },
      { timeoutMilliseconds: 50 },
    )
    expect(await client.query(CHILD)).toEqual({ kind: 'could-not-look', message: 'No answer came in time' })
    for (let again = 0; again < 2; again++) {
      expect(await late?.()).toMatchObject({ status: 200, reply: { kind: 'acknowledgment' } })
    }
    expect((await client.query(CHILD)).kind).toBe('could-not-look')
  })

  test('takes the first of two answers to one question', async () => {
    const { client } = await connect(async (question, callback) => {
      await callback.answer(plans(question))
      await callback.answer(nothing(question), { messageId: 'EEEEEEEE-0000-4000-8000-000000000002' })
      return taken(question)
    })
    expect((await client.query(CHILD)).kind).toBe('held')
  })

  const wrong: [string, (question: EbxmlHeader) => [XmlNode, Partial<SentHeader>]][] = [
    ['of another contract', question => [nothing(question), { cpaId: 'ANOTHER' }]],
    ['from another party', question => [nothing(question), { from: 'X9Z09-999001' }]],
    ['for another party', question => [nothing(question), { to: 'X9Z09-999001' }]],
    ['with another service', question => [nothing(question), { service: 'urn:nhs:names:services:pds' }]],
    ['that is no answer', question => [nothing(question), { action: 'REPC_IN000004GB01' }]],
    ['without what a reliable contract has', question => [nothing(question), { reliability: 'express' }]],
  ]
  test.each(wrong)('refuses a message %s, and goes on waiting', async (_name, make) => {
    const told: { status: number; reply: EbxmlReply }[] = []
    const { client } = await connect(async (question, callback) => {
      told.push(await callback.answer(...make(question)))
      await callback.answer(plans(question))
      return taken(question)
    })
    expect((await client.query(CHILD)).kind).toBe('held')
    expect(told).toMatchObject([{ status: 200, reply: { kind: 'message-error' } }])
  })

  test('refuses an answer whose time is over, and goes on waiting (rule 13.13)', async () => {
    const { client } = await connect(async (question, callback) => {
      const { contentType, bytes } = answerMessage(question)
      const lasting = (until: string) =>
        Buffer.from(
          Buffer.from(bytes)
            .toString()
            .replace('</eb:Timestamp>', `</eb:Timestamp><eb:TimeToLive>${until}</eb:TimeToLive>`),
        )
      const late = await callback.raw(lasting('2026-03-10T09:30:00Z'), contentType)
      expect(late.reply).toMatchObject({ errors: [{ errorCode: 'TimeToLiveExpired' }] })
      const inTime = await callback.raw(lasting('2999-01-01T00:00:00Z'), contentType)
      expect(inTime.reply.kind).toBe('acknowledgment')
      return taken(question)
    })
    expect((await client.query(CHILD)).kind).toBe('held')
  })

  test.each(['text/xml', 'text/xml; charset=UTF-8'])('reads an error of type %s (rule 11.6)', async type => {
    const { client } = await connect(async (question, callback) => {
      const told = await callback.raw(renderXml(messageError(question, { errorCode: '200' })), type)
      expect([told.status, told.contentType]).toEqual([202, null])
      const wrong = await callback.raw('nonsense', type)
      expect([wrong.status, wrong.contentType]).toEqual([500, 'text/xml'])
      return replied(202, writeAcknowledgment(signalOf(question, own)), type)
    })
    expect((await client.query(CHILD)).kind).toBe('could-not-look')
  })

  test.each<[string, (question: EbxmlHeader) => XmlNode]>([
    ['a message of another question', question => nothing({ ...question, messageId: own.messageId })],
    ['something else', () => ({ name: 'html', attributes: {}, content: [] })],
  ])('an answer that holds %s is acknowledged, and is none', async (_name, message) => {
    const { client } = await connect(async (question, callback) => {
      const told = await callback.answer(message(question), { action: 'QUQI_IN010000UK14' })
      expect(told.reply.kind).toBe('acknowledgment')
      return taken(question)
    })
    expect((await client.query(CHILD)).kind).toBe('could-not-look')
  })

  test('an answer to nothing is acknowledged, and ends nobody’s wait', async () => {
    const { client } = await connect(async (question, callback) => {
      for (const refToMessageId of ['ANOTHER', undefined]) {
        const told = await callback.answer(nothing(question), { refToMessageId } as Partial<SentHeader>)
        expect(told.reply.kind).toBe('acknowledgment')
      }
      await callback.answer(plans(question), { messageId: 'EEEEEEEE-0000-4000-8000-000000000002' })
      return taken(question)
    })
    expect((await client.query(CHILD)).kind).toBe('held')
  })

  test.each<[string, Partial<EbxmlError>, string]>([
    ['of the question', {}, 'refused'],
    ['of the service', { errorCode: '200' }, 'could-not-look'],
  ])('an error %s that comes later ends the wait', async (_name, error, kind) => {
    const { client } = await connect(async (question, callback) => {
      const told = await callback.raw(renderXml(messageError(question, error)))
      expect(told.status).toBe(202)
      return taken(question)
    })
    expect((await client.query(CHILD)).kind).toBe(kind)
  })

  test.each<[string, string, string]>([
    ['nothing', '', 'text/xml'],
    ['a page', '<html>Welcome</html>', 'text/html'],
    ['a multipart that is none', 'rubbish', 'multipart/related; boundary="b"'],
    ['a multipart cut short', '--b\r\nContent-Id: <a>\r\n\r\n<a/>', 'multipart/related; boundary="b"'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'text/xml'],
  ])('%s is a fault to whoever posted it, and ends nobody’s wait', async (_name, body, contentType) => {
    const { client } = await connect(async (question, callback) => {
      expect((await callback.raw(body, contentType)).status).toBe(500)
      await callback.answer(plans(question))
      return taken(question)
    })
    expect((await client.query(CHILD)).kind).toBe('held')
  })

  test('more than is read, another address and another method are not taken', async () => {
    const { client, callbackFor } = await connect(() => replied(202, ''))
    const status = async (path: string, init: RequestInit) =>
      (await fetch(`http://127.0.0.1:${client.port}${path}`, init)).status
    expect(await status('/elsewhere', { method: 'POST', body: 'x' })).toBe(404)
    expect(await status('/answers', {})).toBe(405)
    const long = callbackFor({} as EbxmlHeader).raw('x'.repeat(2 ** 21 + 1))
    expect((await long).status).toBe(413)
  })
})
