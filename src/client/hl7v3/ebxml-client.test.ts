import { afterEach, describe, expect, test } from 'vitest'
import { writeAcknowledgment } from '../../formats/ebxml/acknowledgment.ts'
import type { EbxmlHeader, SentHeader } from '../../formats/ebxml/ebxml-header.ts'
import { type EbxmlError, writeMessageError } from '../../formats/ebxml/message-error.ts'
import { readEbxmlMessage } from '../../formats/ebxml/read-message.ts'
import { type EbxmlReply, readEbxmlReply } from '../../formats/ebxml/read-reply.ts'
import { signalOf } from '../../formats/ebxml/signal.ts'
import { writeEbxmlMessage } from '../../formats/ebxml/write-message.ts'
import { ANSWER } from '../../formats/fhir/testing.ts'
import { ACCESS_DENIED, NO_RECORD } from '../../formats/hl7v3/detected-issues.ts'
import { writeApplicationAcknowledgement } from '../../formats/hl7v3/write-application-acknowledgement.ts'
import { writeQueryFailure } from '../../formats/hl7v3/write-query-failure.ts'
import { writeQueryResponse } from '../../formats/hl7v3/write-query-response.ts'
import { SERVICE } from '../../formats/soap/codes.ts'
import { writeSoapFault } from '../../formats/soap/soap-fault.ts'
import { renderXml, type XmlNode } from '../../formats/xml/xml-writer.ts'
import type { HttpPosted, HttpPoster } from '../http-post.ts'
import { type EbxmlClient, type EbxmlClientSettings, ebxmlClient } from './ebxml-client.ts'
import { ADA, ASID, CHILD, replied, SPINE } from './testing.ts'

const WARD_PARTY = 'X9Z01-999001'
const SPINE_PARTY = 'X26-999001'
const CPA = 'S0011A999001'

const opened: EbxmlClient[] = []
afterEach(async () => {
  for (const client of opened.splice(0)) await client.close()
})

/** What CP-IS does with a question: its reply, and what it posts to the callback before that. */
type Service = (question: EbxmlHeader, callback: Callback) => Promise<HttpPosted> | HttpPosted

interface Callback {
  /** Posts an answer; what it is told. */
  answer(message: XmlNode, header?: Partial<SentHeader>): Promise<{ status: number; reply: EbxmlReply }>
  raw(
    body: string | Buffer<ArrayBuffer>,
    contentType?: string,
  ): Promise<{ status: number; reply: EbxmlReply }>
}

/** A client before a made-up CP-IS, listening at a real address. */
async function connect(service: Service, settings: Partial<EbxmlClientSettings> = {}) {
  const questions: EbxmlHeader[] = []
  const reliability = settings.reliability ?? 'reliable'
  const callbackFor = (question: EbxmlHeader): Callback => {
    const raw: Callback['raw'] = async (body, contentType = 'text/xml') => {
      const headers = { 'content-type': contentType }
      const response = await fetch(`http://127.0.0.1:${client.port}/answers`, {
        method: 'POST',
        headers,
        body,
      })
      const bytes = new Uint8Array(await response.arrayBuffer())
      return { status: response.status, reply: await readEbxmlReply(bytes) }
    }
    return {
      raw,
      answer: (message, header = {}) => {
        const { contentType, bytes } = writeEbxmlMessage(
          {
            from: SPINE_PARTY,
            to: WARD_PARTY,
            cpaId: CPA,
            conversationId: question.conversationId,
            service: SERVICE,
            action: message.name,
            messageId: 'EEEEEEEE-0000-4000-8000-000000000001',
            timestamp: new Date(),
            refToMessageId: question.messageId,
            reliability,
            ...header,
          },
          message,
        )
        return raw(Buffer.from(bytes), contentType)
      },
    }
  }
  const poster: HttpPoster = {
    post: async (_url, headers, body) => {
      const read = await readEbxmlMessage(headers['Content-Type'], body)
      if (!read.ok) throw new Error('The question cannot be read')
      questions.push(read.value.header)
      return service(read.value.header, callbackFor(read.value.header))
    },
    close: () => undefined,
  }
  const client = await ebxmlClient({
    url: 'https://cp-is.example/reliablemessaging/reliablerequest',
    asid: ASID,
    spineAsid: SPINE,
    partyKey: WARD_PARTY,
    spinePartyKey: SPINE_PARTY,
    cpaId: CPA,
    reliability,
    retryIntervalSeconds: 0.01,
    listen: { host: '127.0.0.1', port: 0, path: '/answers' },
    author: ADA,
    timeoutMilliseconds: 2_000,
    poster,
    ...settings,
  })
  opened.push(client)
  return { client, questions, callbackFor }
}

const wrapper = ({ messageId }: EbxmlHeader) => ({
  id: 'EEEEEEEE-0000-4000-8000-000000000001',
  createdAt: new Date('2026-03-10T09:30:00Z'),
  requestId: messageId,
  receiverAsid: ASID,
  senderAsid: SPINE,
})
const plans = (question: EbxmlHeader) => writeQueryResponse({ ...wrapper(question), answer: ANSWER })
const nothing = (question: EbxmlHeader) => writeQueryFailure({ ...wrapper(question), issues: NO_RECORD })
const denied = (question: EbxmlHeader) =>
  writeApplicationAcknowledgement({ ...wrapper(question), outcome: 'AE', issues: [ACCESS_DENIED] })

const own = { from: SPINE_PARTY, messageId: 'EEEEEEEE-0000-4000-8000-000000000009', timestamp: new Date() }
const taken = (question: EbxmlHeader) => replied(202, writeAcknowledgment(signalOf(question, own)))
const messageError = (question: EbxmlHeader, error: Partial<EbxmlError>) =>
  writeMessageError(signalOf(question, own), [
    { errorCode: '402005', severity: 'Error', description: 'No contract.', ...error },
  ])

describe('asking by messages', () => {
  test('the answer comes later, and is acknowledged by its id', async () => {
    const told: unknown[] = []
    const { client, questions } = await connect((question, callback) => {
      setTimeout(() => callback.answer(plans(question)).then(reply => told.push(reply)), 20)
      return taken(question)
    })
    expect(await client.query(CHILD)).toMatchObject({
      kind: 'held',
      plans: [{ type: 'CPP', ended: true }],
      accesses: [{ viewer: 'Nurse Ada EXAMPLE' }],
    })
    await expect
      .poll(() => told)
      .toEqual([
        {
          status: 200,
          reply: { kind: 'acknowledgment', refToMessageId: 'EEEEEEEE-0000-4000-8000-000000000001' },
        },
      ])
    expect(questions).toMatchObject([
      {
        from: { key: WARD_PARTY },
        to: { key: SPINE_PARTY },
        cpaId: CPA,
        action: 'QUPC_IN000006GB01',
        reliability: { duplicateElimination: true },
      },
    ])
  })

  test('nothing held, and access denied; also where the answer is there before the receipt', async () => {
    const { client } = await connect(async (question, callback) => {
      await callback.answer(nothing(question))
      return taken(question)
    })
    expect(await client.query(CHILD)).toEqual({ kind: 'nothing-held' })
    const other = await connect(async (question, callback) => {
      await callback.answer(denied(question))
      return taken(question)
    })
    expect(await other.client.query(CHILD)).toMatchObject({ kind: 'refused', codes: ['1'] })
  })

  test('several questions at once each get their own answer, in whatever order', async () => {
    const waiting: (() => Promise<unknown>)[] = []
    const { client } = await connect(async (question, callback) => {
      const number = waiting.length
      waiting.push(() => callback.answer(number === 0 ? plans(question) : nothing(question)))
      if (waiting.length === 3) for (const answer of [...waiting].reverse()) await answer()
      return replied(202, '')
    })
    const outcomes = await Promise.all([client.query(CHILD), client.query(CHILD), client.query(CHILD)])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['held', 'nothing-held', 'nothing-held'])
  })

  test('under an express contract a 202 is all that is said, either way', async () => {
    const told: unknown[] = []
    const { client, questions } = await connect(
      async (question, callback) => {
        told.push(await callback.answer(plans(question)))
        return replied(202, '')
      },
      { reliability: 'express' },
    )
    expect((await client.query(CHILD)).kind).toBe('held')
    await expect.poll(() => told).toEqual([{ status: 202, reply: { kind: 'neither' } }])
    expect(questions[0]?.reliability.duplicateElimination).toBe(false)
  })
})

describe('a question that is not taken', () => {
  const failure = (): HttpPosted => replied(500, writeSoapFault({ kind: 'system-failure' }))

  test('is sent again by a reliable contract, the same each time', async () => {
    let sendings = 0
    const { client, questions } = await connect(async (question, callback) => {
      sendings++
      if (sendings === 1) throw new Error('no connection')
      if (sendings === 2) return failure()
      await callback.answer(nothing(question))
      return taken(question)
    })
    expect(await client.query(CHILD)).toEqual({ kind: 'nothing-held' })
    expect(new Set(questions.map(({ messageId }) => messageId)).size).toBe(1)
    expect(questions).toHaveLength(3)
  })

  test('is answered all the same where only the receipt was lost, and not sent again', async () => {
    const { client, questions } = await connect(
      async (question, callback) => {
        await callback.answer(plans(question))
        throw new Error('the connection was cut')
      },
      { retryIntervalSeconds: 60 },
    )
    expect((await client.query(CHILD)).kind).toBe('held')
    await new Promise(resolve => setImmediate(resolve))
    expect(questions).toHaveLength(1)
  })

  test.each<[string, Partial<EbxmlClientSettings>, number]>([
    ['as often as the contract says', { retries: 3 }, 4],
    ['once, where it has no retries', { retries: 0 }, 1],
    ['once under an express contract', { reliability: 'express', retries: 3 }, 1],
  ])('ends in "could not look" after it was sent %s', async (_name, settings, sendings) => {
    const { client, questions } = await connect(failure, settings)
    expect(await client.query(CHILD)).toMatchObject({ kind: 'could-not-look', codes: ['200'] })
    expect(questions).toHaveLength(sendings)
  })

  test.each<[string, (question: EbxmlHeader) => HttpPosted]>([
    ['a page of somebody else', () => replied(200, '<html>Welcome</html>')],
    ['nothing, under a status that promises nothing', () => replied(200, '')],
    ['a receipt for another question', question => taken({ ...question, messageId: 'ANOTHER' })],
    ['a gateway’s failure', () => replied(502, '')],
  ])('is not taken by %s', async (_name, reply) => {
    const { client } = await connect(reply, { retries: 1 })
    expect((await client.query(CHILD)).kind).toBe('could-not-look')
  })

  test.each<[string, Partial<EbxmlError>, string, number]>([
    ['that there is no such contract', {}, 'refused', 1],
    ['that it failed', { errorCode: '200' }, 'could-not-look', 2],
    ['that it could not deliver it', { errorCode: 'DeliveryFailure' }, 'could-not-look', 2],
  ])('with an error %s', async (_name, error, kind, sendings) => {
    const { client, questions } = await connect(question => replied(200, messageError(question, error)), {
      retries: 1,
    })
    expect((await client.query(CHILD)).kind).toBe(kind)
    expect(questions).toHaveLength(sendings)
  })

  test('is taken with a warning', async () => {
    const { client } = await connect(async (question, callback) => {
      await callback.answer(nothing(question))
      return replied(202, messageError(question, { severity: 'Warning' }))
    })
    expect(await client.query(CHILD)).toEqual({ kind: 'nothing-held' })
  })

  test('with a fault of the request is refused at once', async () => {
    const { client, questions } = await connect(() => replied(500, writeSoapFault({ kind: 'wrong-version' })))
    expect(await client.query(CHILD)).toMatchObject({ kind: 'refused', codes: ['201'] })
    expect(questions).toHaveLength(1)
  })
})

describe('the callback', () => {
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

test('whoever waits when the client is closed could not look, and so could whoever gives up', async () => {
  const { client } = await connect(taken)
  const waiting = client.query(CHILD)
  expect(await client.query(CHILD, { signal: AbortSignal.timeout(20) })).toEqual({
    kind: 'could-not-look',
    message: 'The question was given up',
  })
  expect((await client.query(CHILD, { signal: AbortSignal.abort() })).kind).toBe('could-not-look')
  await client.close()
  expect((await waiting).kind).toBe('could-not-look')
})

test('an address that is taken is an error at once', async () => {
  const { client } = await connect(taken)
  const listen = { host: '127.0.0.1', port: client.port, path: '/answers' }
  await expect(connect(taken, { listen })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
