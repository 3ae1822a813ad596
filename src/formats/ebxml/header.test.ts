import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectValue } from '../../../test/support/expect-value.ts'
import { checkHeader, type ExpectedHeader } from './check-header.ts'
import type { EbxmlFault, SentHeader } from './ebxml-header.ts'
import { LONGEST_HEADER } from './envelope.ts'
import { HEADER_FAULT_NAMES, type HeaderFaultName } from './header-faults.ts'
import { readEbxmlHeader } from './read-header.ts'
import { anySentHeader, bytesOf, headerAsRead, REQUEST, replacing } from './testing.ts'
import { writeEbxmlHeader } from './write-header.ts'

type Change = (text: string) => string
const read = (change?: Change, sent: SentHeader = REQUEST) =>
  readEbxmlHeader(bytesOf(writeEbxmlHeader(sent), change))
const one = (name: string) => new RegExp(`<${name}(?: [^>]*)?/>|<${name}[ >].*?</${name}>`)
const without = (name: string) => replacing(one(name), '')
const twice = (name: string) => replacing(one(name), '$&$&')

describe('a header', () => {
  test('that is written is read as it was', async () => {
    await fc.assert(
      fc.asyncProperty(anySentHeader, async sent => {
        expect(expectValue(await read(undefined, sent))).toEqual(headerAsRead(sent))
      }),
    )
  })

  test('has its message id in capitals', async () => {
    const sent = { ...REQUEST, messageId: REQUEST.messageId.toLowerCase() }
    expect(expectValue(await read(undefined, sent))).toEqual(headerAsRead(REQUEST))
  })

  test.each<[string, Change]>([
    ['other prefixes', text => text.replaceAll('eb:', 'e:').replace('xmlns:eb', 'xmlns:e')],
    ['a prefix in capitals', text => text.replaceAll('soap:', 'SOAP:').replace('xmlns:soap', 'xmlns:SOAP')],
    ['HL7 in other letters', replacing('ebXML/DSTUv1.0', 'ebxml/DSTUv1.0')],
    ['attributes without a prefix', text => text.replaceAll(/eb:(version|type|signed)=/g, '$1=')],
    ['white space around its values', text => text.replaceAll(/>([^<]+)<\/eb/g, '>\r\n\t$1\n</eb')],
    ['a time with a fraction', replacing('04:05:06Z', '04:05:06.000Z')],
    ['a time of another zone', replacing('04:05:06Z', '05:05:06+01:00')],
    ['a time without a zone', replacing('04:05:06Z', '04:05:06')],
  ])('may have %s', async (_name, change) => {
    expect(expectValue(await read(change))).toEqual(headerAsRead(REQUEST))
  })

  test.each([
    'a',
    'a5c1-Ff',
    '~!&lt;#|"',
    'x'.repeat(128),
  ])('keeps a message id in its letters: %s', async id => {
    const { messageId } = expectValue(await read(replacing(`>${REQUEST.messageId}<`, `>${id}<`)))
    expect(messageId).toBe(id.replace('&lt;', '<'))
  })

  test.each([
    ['none', ''],
    ['one with a blank', 'a b'],
    ['one too long', 'x'.repeat(129)],
    ['one of other letters', 'é'],
  ])('is not read with %s for a message id', async (_name, id) => {
    expect(await read(replacing(`>${REQUEST.messageId}<`, `>${id}<`))).toEqual({
      ok: false,
      fault: {
        kind: 'not-readable',
        detail: 'these are needed once each, with a valid value: MessageId.',
      },
    })
  })

  const PARTS = [
    'From',
    'To',
    'CPAId',
    'ConversationId',
    'Service',
    'Action',
    'MessageId',
    'Timestamp',
  ] as const
  test.each(PARTS)('is not read without %s, or with two (rule 13.10)', async name => {
    for (const change of [without(`eb:${name}`), twice(`eb:${name}`)]) {
      const { fault } = (await read(change)) as { fault: { detail: string } }
      expect(fault.detail).toMatch(new RegExp(`: ${name}\\b`))
    }
  })

  const lasting = (until: string) =>
    replacing('</eb:Timestamp>', `</eb:Timestamp><eb:TimeToLive>${until}</eb:TimeToLive>`)
  test('may say until when it is to be dealt with, and says nothing where that is no time (rule 13.13)', async () => {
    const timeToLive = new Date('2026-02-03T05:00:00Z')
    const expected = { ...headerAsRead(REQUEST), timeToLive }
    expect(expectValue(await read(lasting('2026-02-03T06:00:00+01:00')))).toEqual(expected)
    for (const change of [
      lasting('soon'),
      lasting(''),
      (text: string) => twice('eb:TimeToLive')(lasting('2026-02-03T06:00:00Z')(text)),
    ]) {
      expect(await read(change)).toMatchObject({ fault: { detail: expect.stringContaining('TimeToLive') } })
    }
  })

  test.each([
    'RefToMessageId',
    'DuplicateElimination',
    'AckRequested',
    'SyncReply',
  ])('is not read with two of %s', async name => {
    const outcome = await read(twice(`eb:${name}`), { ...REQUEST, refToMessageId: 'a' })
    expect(outcome).toMatchObject({ ok: false, fault: { detail: expect.stringContaining(name) } })
  })

  test('tells of everything that is missing at once', async () => {
    const outcome = await read(text => without('eb:CPAId')(without('eb:Timestamp')(text)))
    expect(outcome).toMatchObject({ fault: { detail: expect.stringMatching(/: CPAId, Timestamp\.$/) } })
  })

  const body = '<soap:Body/>'
  const soap = (content: string, namespace = 'http://schemas.xmlsoap.org/soap/envelope/') =>
    `<soap:Envelope xmlns:soap="${namespace}">${content}</soap:Envelope>`
  test.each<[string, EbxmlFault['kind'], string | Change]>([
    ['nothing', 'not-readable', ''],
    ['cut short', 'not-readable', text => text.slice(0, -3)],
    [
      'a document type',
      'not-readable',
      replacing('<soap:Envelope', '<!DOCTYPE a [<!ENTITY b "c">]><soap:Envelope'),
    ],
    ['another document', 'not-readable', '<question/>'],
    ['SOAP 1.2', 'wrong-version', soap(body, 'http://www.w3.org/2003/05/soap-envelope')],
    ['no header', 'not-readable', soap(body)],
    ['no body', 'not-readable', soap('<soap:Header/>')],
    ['two bodies', 'not-readable', soap(`<soap:Header/>${body}${body}`)],
    ['no ebXML', 'not-readable', soap(`<soap:Header/>${body}`)],
    ['another ebXML', 'not-understood', replacing('msg-header-2_0.xsd', 'msg-header-3_0.xsd')],
    ['two headers', 'not-readable', twice('eb:MessageHeader')],
    ['a time that is none', 'not-readable', replacing('04:05:06Z', '24:61:00Z')],
    [
      'more than is read',
      'not-readable',
      replacing('<soap:Body>', `<soap:Body>${'<!-- -->'.repeat(LONGEST_HEADER / 8)}`),
    ],
    ['too many elements', 'not-readable', replacing('<soap:Body>', `<soap:Body>${'<a/>'.repeat(5_000)}`)],
    [
      'too many levels',
      'not-readable',
      replacing('<soap:Body>', `<soap:Body>${'<a>'.repeat(99)}${'</a>'.repeat(99)}`),
    ],
    [
      'what must be understood and is not',
      'not-understood',
      replacing(
        '</soap:Header>',
        '<s:Security xmlns:s="urn:example" soap:mustUnderstand="1"/></soap:Header>',
      ),
    ],
    [
      'an order of messages, which is not kept here',
      'not-understood',
      replacing('</soap:Header>', '<eb:MessageOrder soap:mustUnderstand="1"/></soap:Header>'),
    ],
  ])('of %s is refused', async (_name, kind, text) => {
    const outcome = await (typeof text === 'string'
      ? readEbxmlHeader(new TextEncoder().encode(text))
      : read(text))
    expect(outcome).toMatchObject({ ok: false, fault: { kind } })
  })

  test('is refused in words that quote nothing of it', async () => {
    const secret = 'Zaphod'
    const broken = [
      replacing('eb:CPAId>', `eb:${secret}>`),
      replacing(REQUEST.messageId, `${secret} ${secret}`),
      replacing('2026-02-03', secret),
      replacing('<soap:Header>', `<soap:Header><s:${secret} xmlns:s="${secret}" soap:mustUnderstand="1"/>`),
    ]
    for (const change of broken) {
      const outcome = await read(change)
      expect(outcome.ok).toBe(false)
      expect(JSON.stringify(outcome)).not.toContain(secret)
    }
  })
})

const EXPECTED: ExpectedHeader = {
  service: REQUEST.service,
  action: REQUEST.action,
  ownPartyKey: REQUEST.to,
  now: new Date('2026-02-03T04:05:10Z'),
  contract: { cpaId: REQUEST.cpaId, partyKey: REQUEST.from, reliability: 'reliable' },
}
const EXPRESS: ExpectedHeader = {
  ...EXPECTED,
  contract: { cpaId: REQUEST.cpaId, partyKey: REQUEST.from, reliability: 'express' },
}

describe('a header against its contract (rules 13.9 and 13.13)', () => {
  const syncReply =
    '<eb:SyncReply eb:version="2.0" soap:mustUnderstand="1" soap:actor="http://schemas.xmlsoap.org/soap/actor/next"/>'
  const express: SentHeader = { ...REQUEST, reliability: 'express' }
  const faults = async (change: Change | undefined, expected: ExpectedHeader, sent: SentHeader) =>
    checkHeader(expectValue(await read(change, sent)), expected)

  test.each<[string, ExpectedHeader, SentHeader, Change?]>([
    ['reliable', EXPECTED, REQUEST],
    ['express', EXPRESS, express],
    [
      'express, answered at once',
      EXPRESS,
      express,
      replacing('</soap:Header>', `${syncReply}</soap:Header>`),
    ],
    [
      'without versions where they may be left out',
      EXPECTED,
      REQUEST,
      text =>
        text.replace(/(MessageHeader) eb:version="2.0"/, '$1').replace(/(Manifest) eb:version="2.0"/, '$1'),
    ],
    [
      'with time to live',
      EXPECTED,
      REQUEST,
      replacing('</eb:Timestamp>', '</eb:Timestamp><eb:TimeToLive>2026-02-03T04:05:11Z</eb:TimeToLive>'),
    ],
    ['with its reference in an address’s letters', EXPECTED, REQUEST, replacing(/@(?=spine)/, '%40')],
  ])('is without a fault: %s', async (_name, expected, sent, change) => {
    expect(await faults(change, expected, sent)).toEqual([])
  })

  const inAck =
    (from: string | RegExp, to: string): Change =>
    text =>
      text.replace(/<eb:AckRequested.*?\/>/, part => replacing(from, to)(part))
  const inSync =
    (from: string | RegExp, to: string): Change =>
    text =>
      text.replace(/<eb:SyncReply.*?\/>/, part => replacing(from, to)(part))
  const timeToLive = (time: string) =>
    replacing('</eb:Timestamp>', `</eb:Timestamp><eb:TimeToLive>2026-02-03T${time}</eb:TimeToLive>`)
  const reference = /<eb:Reference.*<\/eb:Reference>/
  type Case = [HeaderFaultName, code: string, Change | undefined, ExpectedHeader?, SentHeader?]
  const cases: Case[] = [
    ['UNKNOWN_CPA_ID', '501319', replacing(REQUEST.cpaId, 'S1')],
    ['UNKNOWN_CPA_ID', '501319', undefined, { ...EXPECTED, contract: undefined }],
    ['CONTRACT_NOT_FOUND', '402005', replacing(REQUEST.from, 'X9Z01-999002')],
    ['INVALID_TO_PARTY_TYPE', '501314', replacing(/(<eb:To>.*?Instance)"/, '$1s"')],
    ['INVALID_TO_PARTY_TYPE', '501314', replacing(/(<eb:To><eb:PartyId) eb:type="[^"]*"/, '$1')],
    ['INVALID_TO_PARTY', 'ValueNotRecognized', replacing(REQUEST.to, 'X9Z99-999998')],
    ['INVALID_FROM_PARTY_TYPE', 'ValueNotRecognized', replacing(/(<eb:From>.*?Instance)"/, '$1s"')],
    ['INVALID_SERVICE', 'ValueNotRecognized', replacing('services:cpisquery', 'services:pdsquery')],
    ['INVALID_ACTION', 'ValueNotRecognized', replacing('QUPC_', 'REPC_')],
    [
      'INVALID_MESSAGE_HEADER_VERSION',
      'NotSupported',
      replacing(/(MessageHeader eb:version=)"2.0"/, '$1"1.0"'),
    ],
    ['DUPLICATE_ELIMINATION_INCONSISTENT_WITH_CONTRACT', 'Inconsistent', without('eb:DuplicateElimination')],
    [
      'DUPLICATE_ELIMINATION_INCONSISTENT_WITH_CONTRACT',
      'Inconsistent',
      replacing('</eb:MessageHeader>', '<eb:DuplicateElimination/></eb:MessageHeader>'),
      EXPRESS,
      express,
    ],
    ['ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT', 'Inconsistent', without('eb:AckRequested')],
    [
      'ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT',
      'Inconsistent',
      replacing('</soap:Header>', '<eb:AckRequested/></soap:Header>'),
      EXPRESS,
      express,
    ],
    ['INVALID_ACK_REQUESTED_VERSION', 'NotSupported', inAck('2.0', '2.1')],
    ['INVALID_ACK_REQUESTED_VERSION', 'NotSupported', inAck(/eb:version="[^"]*"/, '')],
    ['INVALID_ACK_REQUESTED_ACTOR', 'NotSupported', inAck('toPartyMSH', 'nextMSH')],
    ['INVALID_ACK_REQUESTED_SIGNED', 'NotSupported', inAck('false', 'true')],
    ['INVALID_ACK_REQUESTED_SIGNED', 'NotSupported', inAck(/eb:signed="[^"]*"/, '')],
    ['INVALID_ACK_REQUESTED_MUST_UNDERSTAND', 'ValueNotRecognized', inAck('"1"', '"0"')],
    ['SYNCREPLY_INCONSISTENT_WITH_CONTRACT', 'Inconsistent', without('eb:SyncReply')],
    ['INVALID_SYNCREPLY_VERSION', 'NotSupported', inSync('2.0', '2')],
    ['INVALID_SYNCREPLY_ACTOR', 'NotSupported', inSync('actor/next', 'actor/last')],
    ['INVALID_SYNCREPLY_MUST_UNDERSTAND', 'ValueNotRecognized', inSync('"1"', '"0"')],
    [
      'INVALID_SYNCREPLY_ACTOR',
      'NotSupported',
      replacing('</soap:Header>', `${syncReply.replace('next', 'last')}</soap:Header>`),
      EXPRESS,
      express,
    ],
    ['INVALID_MANIFEST_REFERENCE', 'ValueNotRecognized', without('eb:Manifest')],
    ['INVALID_MANIFEST_REFERENCE', 'ValueNotRecognized', replacing(reference, '')],
    ['INVALID_MANIFEST_REFERENCE', 'ValueNotRecognized', replacing(reference, '$&$&')],
    ['INVALID_MANIFEST_REFERENCE', 'ValueNotRecognized', replacing('cid:', 'https:')],
    ['INVALID_MANIFEST_REFERENCE', 'ValueNotRecognized', replacing(/cid:[^"]*/, 'cid:')],
    ['INVALID_MANIFEST_REFERENCE', 'ValueNotRecognized', replacing(/xlink:href="[^"]*"/, '')],
    ['TIME_TO_LIVE_EXPIRED', 'TimeToLiveExpired', timeToLive('04:05:09Z')],
    ['TIME_TO_LIVE_EXPIRED', 'TimeToLiveExpired', timeToLive('04:05:10Z')],
    ['TIME_TO_LIVE_EXPIRED', 'TimeToLiveExpired', timeToLive('05:00:00+01:00')],
    ['INVALID_MANIFEST_VERSION', 'NotSupported', replacing(/(Manifest eb:version=)"2.0"/, '$1"1.0"')],
  ]
  test.each(
    cases,
  )('is told of %s as %s', async (name, errorCode, change, expected = EXPECTED, sent = REQUEST) => {
    const found = await faults(change, expected, sent)
    expect(found).toMatchObject([{ name, errorCode, severity: 'Error' }])
    expect(found[0]?.description).toMatch(new RegExp(`^${name}: .*\\.$`))
  })

  test('is told of every fault there is, but for those that a header alone does not show', () => {
    const beyond: readonly HeaderFaultName[] = ['PAYLOAD_NOT_WELL_FORMED', 'MESSAGE_ID_OF_ANOTHER_MESSAGE']
    expect(new Set(cases.map(([name]) => name))).toEqual(
      new Set(HEADER_FAULT_NAMES.filter(name => !beyond.includes(name))),
    )
  })

  test('is told of all at once; without a contract, or with somebody else’s, of nothing that it would say', async () => {
    const wrong = (text: string) => without('eb:SyncReply')(replacing('QUPC_', 'REPC_')(text))
    const names = async (expected: ExpectedHeader) =>
      (await faults(wrong, expected, REQUEST)).map(({ name }) => name)
    expect(await names(EXPECTED)).toEqual(['INVALID_ACTION', 'SYNCREPLY_INCONSISTENT_WITH_CONTRACT'])
    expect(await names({ ...EXPECTED, contract: undefined })).toEqual(['UNKNOWN_CPA_ID', 'INVALID_ACTION'])
    const others = { cpaId: REQUEST.cpaId, partyKey: 'X9Z01-999002', reliability: 'express' } as const
    expect(await names({ ...EXPECTED, contract: others })).toEqual(['CONTRACT_NOT_FOUND', 'INVALID_ACTION'])
    expect(await names(EXPRESS)).toEqual([
      'INVALID_ACTION',
      'DUPLICATE_ELIMINATION_INCONSISTENT_WITH_CONTRACT',
      'ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT',
    ])
  })
})
