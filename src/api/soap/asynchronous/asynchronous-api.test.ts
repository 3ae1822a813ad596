// One file: every test posts to the same API before the same made-up flows.
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import Fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import type { ClientSystem } from '../../../domain/registration/client-system.ts'
import { success } from '../../../domain/result.ts'
import type { MessagedQuery } from '../../../flows/query/answer-later.ts'
import { readEbxmlReply } from '../../../formats/ebxml/read-reply.ts'
import { writeEbxmlMessage } from '../../../formats/ebxml/write-message.ts'
import type { QueryMessage } from '../../../formats/hl7v3/query-message.ts'
import { writeQuery } from '../../../formats/hl7v3/write-query.ts'
import type { QueryRefusal } from '../common/query-refusal.ts'
import type { RequestEntry } from '../common/spine-exchange.ts'
import { QUERY, SPINE, WARD } from '../synchronous/testing.ts'
import { asynchronousApi } from './asynchronous-api.ts'

const CONTRACT = {
  cpaId: 'S001A001',
  callback: 'https://ward.example/answers',
  reliability: 'reliable',
  retries: 2,
  retryIntervalSeconds: 10,
  persistSeconds: 300,
} as const
const RELIABLE: ClientSystem = { ...WARD, exchanges: ['asynchronous'], contract: CONTRACT }
const EXPRESS: ClientSystem = {
  ...RELIABLE,
  contract: { ...CONTRACT, cpaId: 'S001A002', reliability: 'express' },
}
const SYNCHRONOUS: ClientSystem = { ...WARD, contract: { ...CONTRACT, cpaId: 'S001A003' } }

function messageOf(system: ClientSystem, query: QueryMessage = QUERY) {
  const { cpaId = '', reliability = 'reliable' } = system.contract ?? {}
  const from = system.partyKey
  const sent = {
    conversationId: 'C-1',
    service: 'urn:nhs:names:services:cpisquery',
    action: 'QUPC_IN000006GB01',
  }
  const timestamp = new Date('2026-03-10T09:30:00Z')
  return writeEbxmlMessage(
    { ...sent, from, to: 'X26-999001', cpaId, messageId: QUERY.id, timestamp, reliability },
    writeQuery(query),
  )
}

interface Broken {
  readonly register?: true
  readonly store?: true
  readonly audit?: true
  readonly anotherBefore?: true
}

function openApi(broken: Broken = {}) {
  const entries: RequestEntry[] = []
  const questions: MessagedQuery<QueryRefusal>[] = []
  const failures: unknown[] = []
  const server = Fastify()
  let id = 0
  server.register(
    asynchronousApi({
      ownAsid: SPINE,
      ownPartyKey: 'X26-999001',
      findByContract: async cpaId => {
        if (broken.register) throw new Error('no connection')
        return [RELIABLE, EXPRESS, SYNCHRONOUS].find(({ contract }) => contract?.cpaId === cpaId)
      },
      answerLater: async question => {
        if (broken.store) throw new Error('no connection')
        if (broken.anotherBefore) return { kind: 'not-the-same' }
        questions.push(question)
        const { query } = question
        if (query.ok) entries.push({ via: 'spine', action: query.value.action, outcome: 'allowed' })
        return { kind: 'kept', audited: query.ok }
      },
      recordRequest: async entry => {
        if (broken.audit) throw new Error('the audit log cannot be written')
        entries.push(entry)
      },
      reportFailure: error => failures.push(error),
      now: () => new Date('2026-03-10T09:30:01Z'),
      newId: () => `0197a000-0000-7000-8000-${String(++id).padStart(12, '0')}`,
    }),
    { prefix: '/reliablemessaging' },
  )
  const post = async (
    { contentType, bytes }: { contentType: string; bytes: Uint8Array },
    url = '/reliablemessaging/reliablerequest',
    coding?: string,
  ) => {
    const headers = { 'content-type': contentType, ...(coding && { 'content-encoding': coding }) }
    const answered = await server.inject({ method: 'POST', url, headers, payload: Buffer.from(bytes) })
    const reply = await readEbxmlReply(answered.rawPayload)
    const codes =
      reply.kind === 'message-error'
        ? reply.errors.map(({ errorCode, description }) => [errorCode, description.split(':')[0]])
        : undefined
    return { ...answered, statusCode: answered.statusCode, body: answered.body, reply, codes }
  }
  return { server, post, entries, questions, failures }
}

/** A message that was written, changed as text; the change has to find something. */
function changed(system: ClientSystem, from: string | RegExp, to: string) {
  const { contentType, bytes } = messageOf(system)
  const text = Buffer.from(bytes).toString()
  const altered = text.replace(from, to)
  if (altered === text) throw new Error(`${from} is not in the message`)
  return { contentType, bytes: Buffer.from(altered) }
}

describe('a message with a query', () => {
  test('is kept, and acknowledged under a reliable contract alone, at either address (rules 13.2 and 13.3)', async () => {
    const { post, questions, entries } = openApi()
    for (const url of ['/reliablemessaging/reliablerequest', '/reliablemessaging/queryrequest']) {
      const answered = await post(messageOf(RELIABLE), url)
      expect([answered.statusCode, answered.reply]).toEqual([
        202,
        { kind: 'acknowledgment', refToMessageId: QUERY.id },
      ])
      expect(answered.headers['soapaction']).toContain('service/Acknowledgment')
      const express = await post(messageOf(EXPRESS), url)
      expect([express.statusCode, express.body]).toEqual([202, ''])
    }
    expect(questions).toHaveLength(4)
    expect(questions[0]).toMatchObject({ messageId: QUERY.id, query: { value: { nhsNumber: '9990000018' } } })
    expect(entries).toHaveLength(4)
  })

  test('is answered by a message that fits the question, whatever the answer', async () => {
    const { post, questions } = openApi()
    await post(messageOf(RELIABLE))
    const question = questions[0]
    if (!question?.query.ok) throw new Error('The query is admitted')
    const answer = {
      id: '0197a000-0000-7000-8000-00000000000a',
      nhsNumber: question.query.value.nhsNumber,
      access: 'unscheduled',
      askedAt: new Date('2026-03-10T09:30:00Z'),
      checked: true,
      plans: [],
      accesses: [],
    } as const
    const { bytes, soapAction, id } = question.write(success(answer))
    const text = Buffer.from(bytes).toString()
    expect(soapAction).toBe('urn:nhs:names:services:cpisquery/QUQI_IN010000UK14')
    expect(text).toContain(`<eb:RefToMessageId>${QUERY.id}</eb:RefToMessageId>`)
    expect(text).toContain(`<eb:MessageId>${id}</eb:MessageId>`)
    expect(text).toContain('<eb:ConversationId>C-1</eb:ConversationId>')
  })

  test("that is refused is kept as well, for the refusal is an answer; its entry is the API's (rule 13.7)", async () => {
    const { post, questions, entries } = openApi()
    const silent = { ...QUERY, query: { ...QUERY.query, access: 'scheduled' as const } }
    expect((await post(messageOf(RELIABLE, silent))).statusCode).toBe(202)
    expect(questions[0]?.query).toMatchObject({ ok: false, fault: { kind: 'denied' } })
    expect(entries).toMatchObject([{ outcome: 'refused', reason: 'missing B0170' }])
  })
})

describe('what is wrong with a message is an ebXML error, and nothing is asked of anybody (rules 13.3 and 13.8)', () => {
  const strange = (part: Partial<ClientSystem['contract']>) =>
    ({ ...RELIABLE, contract: { ...CONTRACT, ...part } }) as ClientSystem
  test.each<[string, { contentType: string; bytes: Uint8Array }, string[][], Broken?]>([
    ['no such contract', messageOf(strange({ cpaId: 'S9' })), [['501319', 'UNKNOWN_CPA_ID']]],
    [
      "another party's contract",
      messageOf({ ...RELIABLE, partyKey: 'X9Z99-999999' }),
      [['402005', 'CONTRACT_NOT_FOUND']],
    ],
    ['a system that may not', messageOf(SYNCHRONOUS), [['402005', 'CONTRACT_NOT_FOUND']]],
    [
      'a To party of another type',
      changed(RELIABLE, /(<eb:To><eb:PartyId eb:type=")[^"]*/, '$1urn:example'),
      [['501314', 'INVALID_TO_PARTY_TYPE']],
    ],
    [
      'the address of somebody else',
      changed(RELIABLE, '>X26-999001</eb:PartyId></eb:To>', '>X26-999002</eb:PartyId></eb:To>'),
      [['ValueNotRecognized', 'INVALID_TO_PARTY']],
    ],
    [
      'an express message under a reliable contract',
      messageOf(strange({ reliability: 'express' })),
      [
        ['Inconsistent', 'DUPLICATE_ELIMINATION_INCONSISTENT_WITH_CONTRACT'],
        ['Inconsistent', 'ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT'],
        ['Inconsistent', 'SYNCREPLY_INCONSISTENT_WITH_CONTRACT'],
      ],
    ],
    [
      'a signed acknowledgement',
      changed(RELIABLE, 'eb:signed="false"', 'eb:signed="true"'),
      [['NotSupported', 'INVALID_ACK_REQUESTED_SIGNED']],
    ],
    [
      'two references',
      changed(RELIABLE, /<eb:Reference .*<\/eb:Reference>/, '$&$&'),
      [['ValueNotRecognized', 'INVALID_MANIFEST_REFERENCE']],
    ],
    [
      'a header of another version',
      changed(RELIABLE, 'MessageHeader eb:version="2.0"', 'MessageHeader eb:version="3.0"'),
      [['NotSupported', 'INVALID_MESSAGE_HEADER_VERSION']],
    ],
    [
      'another action',
      changed(RELIABLE, '<eb:Action>QUPC', '<eb:Action>REPC'),
      [['ValueNotRecognized', 'INVALID_ACTION']],
    ],
    [
      'a payload that is no XML',
      changed(RELIABLE, '</QUPC_IN000006GB01>', ''),
      [['OtherXml', 'PAYLOAD_NOT_WELL_FORMED']],
    ],
    [
      'a payload with a document type',
      changed(RELIABLE, '<QUPC_IN000006GB01', '<!DOCTYPE a [<!ENTITY b "c">]><QUPC_IN000006GB01'),
      [['OtherXml', 'PAYLOAD_NOT_WELL_FORMED']],
    ],
    [
      'the id of another message',
      messageOf(RELIABLE),
      [['Inconsistent', 'MESSAGE_ID_OF_ANOTHER_MESSAGE']],
      { anotherBefore: true },
    ],
  ])('%s', async (_name, message, codes, broken) => {
    const { post, questions, entries } = openApi(broken)
    const answered = await post(message)
    expect([answered.statusCode, answered.codes]).toEqual([200, codes])
    expect(answered.headers['soapaction']).toContain('service/MessageError')
    expect(answered.body).not.toContain('9990000018')
    expect(questions).toEqual([])
    expect(entries).toMatchObject([{ outcome: 'refused', reason: codes.map(([, name]) => name).join(' ') }])
  })
})

test('of contract, header and asker the first that is at fault is told alone (rule 13.1)', async () => {
  const { post, questions } = openApi()
  const silent = { ...QUERY, query: { ...QUERY.query, access: 'scheduled' as const } }
  const express = { ...CONTRACT, reliability: 'express' as const }
  const codesOf = async (contract: ClientSystem['contract']) =>
    (await post(messageOf({ ...RELIABLE, ...(contract && { contract }) }, silent))).codes?.map(
      ([, name]) => name,
    )
  expect(await codesOf({ ...express, cpaId: 'S9' })).toEqual(['UNKNOWN_CPA_ID'])
  expect(await codesOf(express)).toContain('ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT')
  expect(questions).toEqual([])
  // Who asks is judged last, and a refusal is an answer like any other.
  expect(await codesOf(CONTRACT)).toBeUndefined()
  expect(questions[0]?.query).toMatchObject({ ok: false, fault: { kind: 'denied' } })
})

describe('what cannot be read as a message is a SOAP fault (rule 13.3)', () => {
  const { contentType, bytes } = messageOf(RELIABLE)
  const bomb = Buffer.from(`--x\r\n\r\n${'\r\n--x\r\n\r\na'.repeat(5000)}\r\n--x--`)
  test.each<[string, { contentType: string; bytes: Uint8Array }]>([
    ['nothing', { contentType, bytes: new Uint8Array() }],
    ['no multipart', { contentType: 'text/xml', bytes }],
    ['no boundary', { contentType: 'multipart/related', bytes }],
    ['cut short', { contentType, bytes: bytes.subarray(0, -40) }],
    ['a bomb of parts', { contentType: 'multipart/related; boundary=x', bytes: bomb }],
    [
      'a part that lies about its length',
      changed(
        RELIABLE,
        'Content-Transfer-Encoding: 8bit',
        'Content-Length: 7\r\nContent-Transfer-Encoding: 8bit',
      ),
    ],
    ['a reference to no part', changed(RELIABLE, 'xlink:href="cid:', 'xlink:href="cid:not-')],
    [
      'a header of too many elements',
      changed(RELIABLE, '<soap:Header>', `<soap:Header>${'<a/>'.repeat(5000)}`),
    ],
    ['a header with a document type', changed(RELIABLE, '<soap:Envelope', '<!DOCTYPE a><soap:Envelope')],
    ['too much', { contentType, bytes: Buffer.alloc(2 ** 21 + 1, 'x') }],
  ])('%s', async (_name, message) => {
    const { post, questions, entries } = openApi()
    const answered = await post(message)
    expect(answered.statusCode).toBe(500)
    expect(answered.body).toContain('<nasp:errorCode>201<')
    expect(answered.body).not.toContain('9990000018')
    expect(questions).toEqual([])
    expect(entries).toMatchObject([{ outcome: 'refused', reason: 'not-readable' }])
  })

  test('and so is content that is coded, but for gzip (rule 11.7)', async () => {
    const { post, questions } = openApi()
    const message = messageOf(RELIABLE)
    const url = '/reliablemessaging/reliablerequest'
    const brotli = await post(message, url, 'br')
    expect([brotli.statusCode, brotli.headers['accept-encoding']]).toEqual([415, 'gzip'])
    const damaged = await post(message, url, 'gzip')
    expect([damaged.statusCode, damaged.body]).toEqual([500, expect.stringContaining('damaged')])
    expect(questions).toEqual([])
    const taken = await post({ ...message, bytes: gzipSync(message.bytes) }, url, 'gzip')
    expect(taken.reply.kind).toBe('acknowledgment')
  })

  test('nor is anything else served', async () => {
    const { server, entries } = openApi()
    for (const url of ['/reliablemessaging', '/reliablemessaging/forwardreliable']) {
      expect((await server.inject({ method: 'GET', url })).body).toContain('<nasp:errorCode>101<')
    }
    expect(entries.map(({ outcome }) => outcome)).toEqual(['refused', 'refused'])
  })
})

test('a query that was made a year ago is refused as any other that is wrong (rule 11.8)', async () => {
  const { post, questions } = openApi()
  await post(messageOf(RELIABLE, { ...QUERY, createdAt: new Date('2025-03-10T09:30:00Z') }))
  expect(questions[0]?.query).toMatchObject({
    ok: false,
    fault: { faults: [{ name: 'ErrorBase1732.INVALID_CREATION_TIME' }] },
  })
})

test('a message whose time is over is not answered, and is told so (rule 13.13)', async () => {
  const { post, questions, entries } = openApi()
  const lasting = (until: string) =>
    changed(RELIABLE, '</eb:Timestamp>', `</eb:Timestamp><eb:TimeToLive>${until}</eb:TimeToLive>`)
  const late = await post(lasting('2026-03-10T09:30:01Z'))
  expect([late.statusCode, late.codes]).toEqual([200, [['TimeToLiveExpired', 'TIME_TO_LIVE_EXPIRED']]])
  expect(questions).toEqual([])
  expect(entries).toMatchObject([{ outcome: 'refused', reason: 'TIME_TO_LIVE_EXPIRED' }])
  expect((await post(lasting('2026-03-10T09:30:02Z'))).reply.kind).toBe('acknowledgment')
})

test('whatever is said is text/xml without a parameter (rule 11.6)', async () => {
  const { post } = openApi()
  const failing = openApi({ store: true })
  const said = [
    await post(messageOf(RELIABLE)),
    await post(changed(RELIABLE, 'S001A001', 'S9')),
    await post({ contentType: 'text/xml', bytes: new Uint8Array() }),
    await failing.post(messageOf(RELIABLE)),
  ]
  expect(said.map(({ statusCode }) => statusCode)).toEqual([202, 200, 500, 500])
  expect(said.map(({ headers }) => headers['content-type'])).toEqual(said.map(() => 'text/xml'))
})

describe('that the service could not look is never acknowledged (rule 4.3)', () => {
  test.each([
    ['register', { register: true }],
    ['store', { store: true }],
    ['audit log', { audit: true, anotherBefore: true }],
  ] as const)('where the %s is down', async (_name, broken) => {
    const { post, failures } = openApi(broken)
    const answered = await post(messageOf(RELIABLE))
    expect(answered.statusCode).toBe(500)
    expect(answered.body).toContain('<nasp:errorCode>200<')
    expect(failures.length).toBeGreaterThan(0)
  })
})

test('however a message is damaged, it is answered in one of the published forms and leaves one audit entry (rule 8.1)', async () => {
  const { post, entries, failures } = openApi()
  const { contentType, bytes } = messageOf(RELIABLE)
  const anyDamage = fc.record({
    at: fc.nat(bytes.length),
    cut: fc.oneof(fc.nat(3), fc.nat(400)),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom('<', '&', '"', '\r\n--', '\r\n\r\n', '<a>').map(text => Buffer.from(text)),
    ),
  })
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(fc.array(anyDamage, { minLength: 1, maxLength: 2 }), async damages => {
      let sent: Uint8Array = bytes
      for (const { at, cut, put } of damages) {
        sent = Buffer.concat([sent.subarray(0, at), put, sent.subarray(at + cut)])
      }
      entries.length = 0
      const answered = await post({ contentType, bytes: sent })
      const form =
        answered.statusCode === 500 ? answered.body.includes('soap:Fault') : answered.reply.kind !== 'neither'
      expect(form).toBe(true)
      expect(entries).toHaveLength(1)
      seen.add(answered.statusCode)
    }),
    { numRuns: 400 },
  )
  expect([...seen].sort()).toEqual([200, 202, 500])
  expect(failures).toEqual([])
})

test('the payload that is answered is the one that was sent, to the letter', async () => {
  const { post, questions } = openApi()
  await post(messageOf(RELIABLE))
  await post(messageOf(RELIABLE))
  const other = { ...QUERY, query: { ...QUERY.query, nhsNumber: '9990001014' } }
  await post(messageOf(RELIABLE, other))
  const [first, again, another] = questions.map(({ digest }) => digest)
  expect(again).toBe(first)
  expect(another).not.toBe(first)
})
