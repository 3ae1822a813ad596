// One file: every test asks the same API before the same made-up flow.
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect, inPieces } from '../../../../test/support/bytes.ts'
import { expectValue } from '../../../../test/support/expect-value.ts'
import type { SystemAuthor } from '../../../domain/query/requester.ts'
import { PLAN } from '../../../formats/fhir/testing.ts'
import { saysNoRecord } from '../../../formats/hl7v3/detected-issues.ts'
import type { QueryMessage } from '../../../formats/hl7v3/query-message.ts'
import { readApplicationAcknowledgement } from '../../../formats/hl7v3/read-application-acknowledgement.ts'
import { readQueryFailure } from '../../../formats/hl7v3/read-query-failure.ts'
import { readQueryResponse } from '../../../formats/hl7v3/read-query-response.ts'
import { actionOf, NASP } from '../../../formats/soap/codes.ts'
import { LONGEST_ENVELOPE, readEnvelope } from '../../../formats/soap/read-envelope.ts'
import { descend, type XmlElement } from '../../../formats/xml/xml-element.ts'
import { readXml } from '../../../formats/xml/xml-reader.ts'
import { CLINIC, envelopeOf, NURSE, openApi, QUERY, SPINE, WARD } from './testing.ts'

const HELD = { plans: [PLAN], accesses: [] }
const asking = (change: Partial<QueryMessage['query']>, wrapper: Partial<QueryMessage> = {}) =>
  envelopeOf({ ...QUERY, ...wrapper, query: { ...QUERY.query, ...change } })
const SYSTEM: SystemAuthor = {
  kind: 'system',
  asid: WARD.asid,
  organisation: WARD.organisation,
  responsible: [{ name: NURSE.name, jobRole: NURSE.jobRole }],
}

interface Answered {
  readonly statusCode: number
  readonly body: string
}

/** The message in an answer, whose header must say the same as the message is. */
async function messageOf(
  { statusCode, body }: Answered,
  to = 'https://ward.example/answers',
): Promise<XmlElement> {
  expect(statusCode).toBe(200)
  const { header, message } = expectValue(await readEnvelope(new TextEncoder().encode(body)))
  expect(message.name).toBe('CP-ISNHSQueryResponse')
  const [answer, ...others] = message.children
  if (!answer || others.length > 0) throw new Error('An answer holds one message')
  expect(header?.children.map(({ name, text }) => [name, text])).toMatchObject([
    ['MessageID', expect.stringMatching(/^uuid:[0-9A-F-]{36}$/)],
    ['Action', actionOf(answer.name)],
    ['To', to],
    ['From', ''],
    ['communicationFunctionRcv', ''],
    ['communicationFunctionSnd', ''],
    ['RelatesTo', 'uuid:AAAAAAAA-0000-4000-8000-00000000000E'],
  ])
  return answer
}

/** The codes of a refusal. */
async function refusalOf(answered: Answered): Promise<readonly string[]> {
  const message = await messageOf(answered)
  expect(message.name).toBe('MCCI_IN010000UK13')
  const refused = expectValue(readApplicationAcknowledgement(message))
  expect(refused).toMatchObject({ outcome: 'AE', senderAsid: SPINE })
  return refused.issues.map(({ code, displayName }) => {
    expect(code).toMatch(/^\S+$/)
    const [, field] = code.endsWith('MANDATORY_DATA_MISSING') ? (/^([^:]+): /.exec(displayName) ?? []) : []
    return field === undefined ? code : `${code}|${field}`
  })
}

/** Code, location and description of each error of a fault. */
async function faultOf({ statusCode, body }: Answered): Promise<readonly (string | undefined)[][]> {
  expect(statusCode).toBe(500)
  const [root] = await collect(readXml(inPieces(body)))
  if (root?.kind !== 'element') throw new Error('A fault is an envelope')
  const fault = descend(root.element, 'Body', 'Fault')
  const list = fault?.children.find(({ name }) => name === 'detail')?.children[0]
  expect(list?.namespace).toBe(NASP)
  return (list?.children ?? []).map(error =>
    ['errorCode', 'location', 'description'].map(name => descend(error, name)?.text),
  )
}

describe('a query', () => {
  test('for whom plans are visible is answered with them (rules 11.4 and 11.5)', async () => {
    const { stage, post } = openApi({ answer: HELD })
    const response = expectValue(readQueryResponse(await messageOf(await post(envelopeOf(QUERY)))))
    expect(response).toMatchObject({ receiverAsid: WARD.asid, senderAsid: SPINE })
    // The id of the access just made, by which it can be found in the list (rule 12.8).
    expect(response.responseId).toBe('0197A000-0000-7000-8000-00000000000A')
    expect(response.answer.plans).toMatchObject([{ type: PLAN.type, start: PLAN.start }])
    expect(stage.queried).toMatchObject([
      { access: 'unscheduled', nhsNumber: '9990000018', requester: { author: NURSE }, system: WARD.asid },
    ])
    expect(stage.entries).toMatchObject([{ outcome: 'allowed', details: { system: WARD.asid } }])
  })

  test('for whom none is visible is answered that nothing is held, which is no error of anybody (rule 4.2)', async () => {
    const { post } = openApi()
    const message = await messageOf(await post(envelopeOf(QUERY)))
    expect(message.name).toBe('QUQI_IN010000UK14')
    const failed = expectValue(readQueryFailure(message))
    expect(failed.requestId).toBe(QUERY.id)
    expect(saysNoRecord(failed.issues)).toBe(true)
  })

  test('of a system by itself, or of a registered clinic, is answered as its care allows (rule 9.5)', async () => {
    const { stage, post } = openApi({ answer: HELD })
    expect((await messageOf(await post(asking({ author: SYSTEM })))).name).toBe('REPC_IN000007GB01')
    const scheduled = asking({ access: 'scheduled' }, { senderAsid: CLINIC.asid })
    expect((await messageOf(await post(scheduled))).name).toBe('REPC_IN000007GB01')
    expect(stage.queried.map(({ access }) => access)).toEqual(['unscheduled', 'scheduled'])
    expect(stage.queried[0]?.requester.author).toEqual(SYSTEM)
  })

  const addresses = /<wsa:Address>.*?<\/wsa:Address>/g
  test.each([
    ['empty', envelopeOf(QUERY).replaceAll(addresses, '<wsa:Address/>')],
    ['white space', envelopeOf(QUERY).replaceAll(addresses, '<wsa:Address> </wsa:Address>')],
    ['missing', envelopeOf(QUERY).replaceAll(/<wsa:(From|ReplyTo)>.*?<\/wsa:\1>/g, '')],
  ])('is answered on the connection where From and ReplyTo are %s (rule 11.5)', async (_name, envelope) => {
    expect(envelope).not.toContain('ward.example')
    const { post } = openApi({ answer: HELD })
    const anonymous = 'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous'
    expect((await messageOf(await post(envelope), anonymous)).name).toBe('REPC_IN000007GB01')
  })

  test('is answered at its From where it has no ReplyTo (rule 11.5)', async () => {
    const { post } = openApi({ answer: HELD })
    const envelope = envelopeOf(QUERY, { from: 'https://ward.example/2' }).replace(
      /<wsa:ReplyTo>.*?<\/wsa:ReplyTo>/,
      '',
    )
    expect((await messageOf(await post(envelope), 'https://ward.example/2')).name).toBe('REPC_IN000007GB01')
  })

  test('may be compressed with gzip (rule 11.7)', async () => {
    const { post } = openApi({ answer: HELD })
    for (const coding of ['gzip', 'x-gzip', 'GZIP', ' gzip ']) {
      const answered = await post(gzipSync(envelopeOf(QUERY)), { 'content-encoding': coding })
      expect((await messageOf(answered)).name).toBe('REPC_IN000007GB01')
    }
    const plain = await post(envelopeOf(QUERY), { 'content-encoding': 'identity' })
    expect((await messageOf(plain)).name).toBe('REPC_IN000007GB01')
  })

  test('may name its action without quotes and call its content anything', async () => {
    const { post } = openApi({ answer: HELD })
    const headers = { soapaction: actionOf('QUPC_IN000006GB01'), 'content-type': 'application/xml' }
    expect((await post(envelopeOf(QUERY), headers)).statusCode).toBe(200)
  })
})

describe('who may not ask is told nothing else, whatever is held and whatever the query says (rules 5.4 and 8.2)', () => {
  const stranger = { senderAsid: '999000000099' }
  test.each<[string, string, string]>([
    ['a system that is not registered', asking({}, stranger), 'system not registered'],
    [
      'one that is not registered, about no number',
      asking({ nhsNumber: 'x' }, stranger),
      'system not registered',
    ],
    ['a ward that would look silently', asking({ access: 'scheduled' }), 'missing B0170'],
    ['a clinic that would not', asking({}, { senderAsid: CLINIC.asid }), 'missing B0107'],
    ['a clinic about no number', asking({ nhsNumber: 'x' }, { senderAsid: CLINIC.asid }), 'missing B0107'],
    [
      'a system that speaks for another',
      asking({ author: { ...SYSTEM, asid: CLINIC.asid } }),
      'system speaks for another',
    ],
  ])('%s', async (_name, envelope, reason) => {
    const bodies = new Set<string>()
    for (const answer of [HELD, { plans: [], accesses: [] }]) {
      const { stage, post } = openApi({ answer })
      const answered = await post(envelope)
      expect(await refusalOf(answered)).toEqual(['1'])
      expect(answered.body).not.toMatch(/9990000018|B01/)
      expect(stage.queried).toEqual([])
      expect(stage.entries).toMatchObject([{ via: 'spine', outcome: 'refused', reason }])
      expect(stage.entries[0]).not.toHaveProperty('nhsNumber')
      bodies.add(answered.body)
    }
    expect(bodies.size).toBe(1)
  })
})

describe('what is wrong with a query is named as the national service names it, and nothing is looked up (rule 11.3)', () => {
  const good = asking({})
  const silent = asking({ author: SYSTEM })
  const without = (part: string, from = good) =>
    from.replace(new RegExp(`(<soap:Body>.*?)(<${part}[ >/].*?</${part}>|<${part}[ ][^>]*/>)`), '$1')
  const twice = (part: string) =>
    good.replace(new RegExp(`(<soap:Body>.*?)(<${part}[ >].*?</${part}>)`), '$1$2$2')
  const cut = (part: string, from = good) => {
    expect(from).toContain(part)
    return from.replace(part, '')
  }
  const MISSING = 'ErrorBase1712.MANDATORY_DATA_MISSING|'
  const INVALID = 'ErrorBase1732.INVALID_'

  test.each<[string, string]>([
    [`${INVALID}ID`, without('id')],
    [`${INVALID}CREATION_TIME`, without('creationTime')],
    [`${INVALID}VERSION_CODE`, without('versionCode')],
    ['ErrorBase1732.INCONSISTENT_HL7_INTERACTION_ID', without('interactionId')],
    [`${INVALID}COMM_FUNC_RCV`, without('communicationFunctionRcv')],
    [`${INVALID}COMM_FUNC_RCV`, twice('communicationFunctionRcv')],
    [`${INVALID}COMM_FUNC_RCV`, envelopeOf({ ...QUERY, receiverAsid: CLINIC.asid }, { receiverAsid: SPINE })],
    [`${INVALID}COMM_FUNC_SND`, without('communicationFunctionSnd')],
    [`${INVALID}COMM_FUNC_SND`, twice('communicationFunctionSnd')],
    [`${INVALID}COMM_FUNC_SND`, envelopeOf(QUERY, { senderAsid: CLINIC.asid })],
    [`${INVALID}CONTROL_ACT`, without('ControlActEvent')],
    [`${INVALID}CONTROL_ACT`, twice('ControlActEvent')],
    [`${MISSING}author1`, without('author1')],
    [`${MISSING}author1`, twice('author1')],
    [`${MISSING}Event ID`, cut(`<id root="${QUERY.query.id}"/>`)],
    [`${MISSING}NHS Number`, without('value')],
    [`${MISSING}NHS Number`, asking({ nhsNumber: '9990000019' })],
    [`${MISSING}NHS Number`, asking({ nhsNumber: '0000000000' })],
    [`${MISSING}NHS Number`, asking({ nhsNumber: "9990000018' or 1=1" })],
    [`${MISSING}[authorPerson or authorDevice]`, without('author')],
    [`${MISSING}Job Role Code`, cut(' code="S8000:G8000:R8001"')],
    [`${MISSING}Job Role Name`, cut(' displayName="Nurse Access Role"')],
    [`${MISSING}Organisation Code`, cut('<id root="2.16.840.1.113883.2.1.3.2.4.19.1" extension="X9Z01"/>')],
    [`${MISSING}Organisation Name`, cut('<name>Made-up Hospital</name>')],
    [`${MISSING}authorID`, cut('<id root="1.2.826.0.1285.0.2.0.65" extension="999000000017"/>')],
    [`${MISSING}authorDevice.systemID`, silent.replace(/(\.System>)<id [^>]*>/, '$1')],
    [`${MISSING}authorDevice.systemID`, silent.replace(/(\.System><id) root="[^"]*"/, '$1')],
    [
      `${MISSING}authorDevice.systemID`,
      silent.replace(/(\.System><id root=")[^"]*/, '$11.2.826.0.1285.0.2.0.109'),
    ],
    [
      `${MISSING}authorDevice.orgCode`,
      cut('<id root="2.16.840.1.113883.2.1.3.2.4.19.1" extension="X9Z01"/>', silent),
    ],
    [`${MISSING}authorDevice.orgName`, cut('<name>Made-up Hospital</name>', silent)],
    [`${MISSING}authorDevice.jobRoleCode`, cut(' code="S8000:G8000:R8001"', silent)],
    [`${MISSING}authorDevice.jobRoleName`, cut(' displayName="Nurse Access Role"', silent)],
    [`${MISSING}authorDevice.assignedPersonName`, without('assignedPerson', silent)],
  ])('%s', async (code, envelope) => {
    expect([good, silent]).not.toContain(envelope)
    const { stage, post } = openApi({ answer: HELD })
    const answered = await post(envelope)
    expect(await refusalOf(answered)).toEqual([code])
    expect(stage.queried).toEqual([])
    expect(stage.entries).toMatchObject([{ outcome: 'refused', reason: code }])
    expect(stage.entries[0]).not.toHaveProperty('nhsNumber')
  })

  // The API of these tests says that it is 09:30:01 on that day.
  test.each<[string, string, readonly string[]]>([
    ['a year ago', '2025-03-10T09:30:01Z', [`${INVALID}CREATION_TIME`]],
    ['24 hours and a second ago', '2026-03-09T09:30:00Z', [`${INVALID}CREATION_TIME`]],
    ['24 hours ago', '2026-03-09T09:30:01Z', []],
    ['five minutes ahead', '2026-03-10T09:35:01Z', []],
    ['five minutes and a second ahead', '2026-03-10T09:35:02Z', [`${INVALID}CREATION_TIME`]],
  ])('a query that was made %s (rule 11.8)', async (_name, madeAt, codes) => {
    const { stage, post } = openApi({ answer: HELD })
    const answered = await post(envelopeOf({ ...QUERY, createdAt: new Date(madeAt) }))
    if (codes.length === 0) expect((await messageOf(answered)).name).toBe('REPC_IN000007GB01')
    else expect(await refusalOf(answered)).toEqual(codes)
    expect(stage.queried).toHaveLength(codes.length === 0 ? 1 : 0)
    expect(stage.entries).toMatchObject([{ outcome: codes.length === 0 ? 'allowed' : 'refused' }])
  })

  test('a message is known by its sender, its id and what it says, and refused under the id of another (rule 11.9)', async () => {
    const { stage, post } = openApi({ answer: HELD })
    await post(envelopeOf(QUERY))
    await post(envelopeOf(QUERY).replaceAll('><', '>\n <'), { 'content-type': 'application/xml' })
    await post(asking({ nhsNumber: '9990001014' }))
    const [first, again, another] = stage.queried.map(({ message }) => message)
    expect(first).toMatchObject({ caller: WARD.asid, id: 'AAAAAAAA-0000-4000-8000-00000000000E' })
    expect(again).toEqual(first)
    expect(another).toMatchObject({ caller: first?.caller, id: first?.id })
    expect(another?.digest).not.toBe(first?.digest)

    stage.entries.length = 0
    stage.messageRefused = { kind: 'id-of-another' }
    const answered = await post(envelopeOf(QUERY))
    expect(await refusalOf(answered)).toEqual(['202'])
    expect(answered.body).not.toContain('9990000018')
    expect(stage.entries).toMatchObject([{ outcome: 'refused', reason: 'id-of-another' }])
    stage.messageRefused = { kind: 'out-of-date' }
    expect(await refusalOf(await post(envelopeOf(QUERY)))).toEqual([`${INVALID}CREATION_TIME`])
    expect(stage.entries).toHaveLength(2)
  })

  test('a message of another kind is refused as such, with every fault at once', async () => {
    const { post } = openApi()
    const other = good
      .replaceAll('QUPC_IN000006GB01', 'REPC_IN000007GB01')
      .replace('/REPC_IN000007GB01', '/QUPC_IN000006GB01')
    expect(await refusalOf(await post(other))).toContain('ErrorBase1732.INCONSISTENT_HL7_INTERACTION_ID')
  })
})

describe('what is wrong with an envelope is a fault, and nothing is looked up (rule 11.2)', () => {
  const good = envelopeOf(QUERY)
  const without = (part: string) => good.replace(new RegExp(`<${part}[ >].*?</${part}>`), '')
  const unsupported = [
    '101',
    'HTTP Header - SOAPAction',
    'The service/interaction is not supported for the requested URI',
  ]
  const header = (part: string, name: string) => [
    '201',
    `SOAP Header - ${part}`,
    expect.stringMatching(`^${name}: `),
  ]
  const unreadable = ['201', 'SOAP Envelope', expect.stringMatching('^MESSAGE_NOT_WELL_FORMED: ')]

  test.each<[string, string | Uint8Array, unknown[], Record<string, string>?]>([
    ['no action', good, unsupported, { soapaction: '' }],
    ['another action', good, unsupported, { soapaction: `"${actionOf('REPC_IN000007GB01')}"` }],
    ['nothing', '', unreadable],
    ['no XML', '{"nhsNumber": 1}', unreadable],
    ['bytes', Buffer.from([0xff, 0x00, 0xfe, 0x01, 0x02]), unreadable],
    ['cut short', good.slice(0, -20), unreadable],
    ['a document type', `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>${good}`, unreadable],
    ['too many levels', good.replace('<soap:Body>', `<soap:Body>${'<a>'.repeat(5000)}`), unreadable],
    ['too many elements', good.replace('<soap:Body>', `<soap:Body>${'<a/>'.repeat(5000)}`), unreadable],
    ['too long', good.padEnd(LONGEST_ENVELOPE + 1), unreadable],
    ['no envelope', '<QUPC_IN000006GB01 xmlns="urn:hl7-org:v3"/>', unreadable],
    ['MessageID', without('wsa:MessageID'), header('MessageID', 'SOAP_MESSAGE_ID_ERROR')],
    [
      'a MessageID that is too short',
      good.replace('uuid:A', 'uuid:'),
      header('MessageID', 'SOAP_MESSAGE_ID_ERROR'),
    ],
    ['Action', without('wsa:Action'), header('Action', 'SOAP_ACTION_ERROR')],
    ['To', without('wsa:To'), header('To', 'SOAP_TO_ERROR')],
    [
      'a receiver',
      without('communicationFunctionRcv'),
      header('communicationFunctionRcv', 'SOAP_COMM_FUNC_RCV_ERROR'),
    ],
    [
      'another receiver',
      envelopeOf(QUERY, { receiverAsid: CLINIC.asid }),
      header('communicationFunctionRcv', 'SOAP_COMM_FUNC_RCV_ERROR'),
    ],
    [
      'a sender',
      without('communicationFunctionSnd'),
      header('communicationFunctionSnd', 'SOAP_COMM_FUNC_SND_ERROR'),
    ],
  ])('%s', async (_name, envelope, expected, headers) => {
    const { stage, post } = openApi({ answer: HELD })
    const answered = await post(envelope, headers)
    expect(await faultOf(answered)).toEqual([expected])
    expect(answered.body).not.toContain('999000')
    expect(stage.queried).toEqual([])
    expect(stage.entries).toMatchObject([{ via: 'spine', outcome: 'refused', reason: expect.any(String) }])
  })

  test('the first of action, envelope, header and asker that is at fault is told alone (rule 11.1)', async () => {
    const { post } = openApi({ answer: HELD })
    const stranger = asking({ nhsNumber: 'x' }, { senderAsid: '999000000099' })
    const wrongHeader = stranger
      .replace(/<wsa:To>.*?<\/wsa:To>/, '')
      .replace(/<wsa:Action>.*?<\/wsa:Action>/, '')
    const cut = wrongHeader.slice(0, -20)
    expect(await faultOf(await post(cut, { soapaction: '' }))).toEqual([unsupported])
    expect(await faultOf(await post(cut))).toEqual([unreadable])
    // Of a header every fault is told at once.
    expect(await faultOf(await post(wrongHeader))).toEqual([
      header('Action', 'SOAP_ACTION_ERROR'),
      header('To', 'SOAP_TO_ERROR'),
    ])
    expect(await refusalOf(await post(stranger))).toEqual(['1'])
  })

  describe('whose content is coded (rule 11.7)', () => {
    test.each([
      'br',
      'deflate',
      'compress',
      'zstd',
      'gzip, gzip',
      'nonsense',
    ])('as %s is refused by name', async coding => {
      const { stage, post } = openApi({ answer: HELD })
      const answered = await post(good, { 'content-encoding': coding })
      expect([answered.statusCode, answered.headers['accept-encoding']]).toEqual([415, 'gzip'])
      const [[code, location, description] = []] = await faultOf({
        ...answered,
        statusCode: 500,
        body: answered.body,
      })
      expect([code, location]).toEqual(['201', 'HTTP Header - Content-Encoding'])
      expect(description).toContain('Content-Encoding')
      expect(stage.queried).toEqual([])
      expect(stage.entries).toMatchObject([{ outcome: 'refused', reason: 'unsupported-coding' }])
    })

    test.each<[string, Uint8Array, RegExp]>([
      ['is not compressed at all', Buffer.from(good), /damaged or cut short/],
      ['is cut short', gzipSync(good).subarray(0, -9), /damaged or cut short/],
      ['is nothing', new Uint8Array(1), /damaged or cut short/],
      [
        'expands further than is read',
        gzipSync(Buffer.alloc(LONGEST_ENVELOPE + 1, ' ')),
        /longer than is read/,
      ],
      ['expands to a thousand times its size', gzipSync(Buffer.alloc(2 ** 26, 'x')), /longer than is read/],
    ])('as gzip and %s is unreadable', async (_name, bytes, words) => {
      const { stage, post } = openApi({ answer: HELD })
      const answered = await post(bytes, { 'content-encoding': 'gzip' })
      expect(await faultOf(answered)).toEqual([['201', 'SOAP Envelope', expect.stringMatching(words)]])
      expect([stage.queried, stage.failures]).toEqual([[], []])
      expect(stage.entries).toMatchObject([{ outcome: 'refused', reason: 'not-readable' }])
    })

    test('within its limit is read to the last byte', async () => {
      const { post } = openApi({ answer: HELD })
      const whole = gzipSync(good + '<!-- -->'.repeat(Math.floor((LONGEST_ENVELOPE - good.length) / 8)))
      expect((await messageOf(await post(whole, { 'content-encoding': 'gzip' }))).name).toBe(
        'REPC_IN000007GB01',
      )
    })
  })

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'] as const)('%s is not served', async method => {
    const { server, stage } = openApi()
    for (const url of ['/sync-service', '/sync-service/', '/sync-service/elsewhere']) {
      expect(await faultOf(await server.inject({ method, url }))).toEqual([unsupported])
    }
    expect(stage.entries.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused'])
  })
})

test('anybody may read what the API takes and says, as SOAP toolkits ask for it (rule 20.9)', async () => {
  const { server, stage } = openApi()
  for (const url of ['/sync-service?wsdl', '/sync-service?WSDL']) {
    const { statusCode, headers, body } = await server.inject({ method: 'GET', url })
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/xml'])
    expect(body).toContain('<soap:address location="https://cp-is.example/sync-service"/>')
  }
  const entry = { via: 'spine', action: 'read description', outcome: 'allowed' }
  expect(stage.entries).toMatchObject([entry, entry])
  const unrecorded = openApi({ auditIsDown: true }).server
  expect(await faultOf(await unrecorded.inject({ method: 'GET', url: '/sync-service?wsdl' }))).toMatchObject([
    ['200', 'CP-IS', expect.any(String)],
  ])
})

test('whatever is said is text/xml without a parameter, which clients compare letter for letter (rule 11.6)', async () => {
  const { post, server } = openApi({ answer: HELD })
  const failing = openApi({ storeIsDown: true })
  const said = [
    await post(envelopeOf(QUERY)),
    await post(asking({ nhsNumber: 'x' })),
    await post('nonsense'),
    await post(envelopeOf(QUERY), { soapaction: '' }),
    await post(envelopeOf(QUERY), { 'content-encoding': 'br' }),
    await server.inject({ method: 'GET', url: '/sync-service' }),
    await failing.post(envelopeOf(QUERY)),
  ]
  expect(said.map(({ statusCode }) => statusCode)).toEqual([200, 200, 500, 500, 415, 500, 500])
  for (const { headers, body } of said) {
    expect(headers['content-type']).toBe('text/xml')
    expect(body).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>/)
  }
})

describe('that the service could not look is never an answer (rule 4.3)', () => {
  test.each([
    ['register', { registerIsDown: true }],
    ['store', { storeIsDown: true }],
  ])('where the %s is down', async (_name, broken) => {
    const { stage, post } = openApi({ answer: HELD, ...broken })
    const answered = await post(envelopeOf(QUERY))
    const [[code, , description] = []] = await faultOf(answered)
    expect([code, description]).toEqual(['200', expect.stringContaining('could not look')])
    expect(answered.body).not.toContain('9990000018')
    expect(stage.entries).toMatchObject([{ outcome: 'failed', reason: 'system-failure' }])
    expect(stage.failures).toHaveLength(1)
  })

  test('where the refusal cannot be recorded (rule 8.1)', async () => {
    const { stage, post } = openApi({ auditIsDown: true })
    expect(await faultOf(await post('nonsense'))).toMatchObject([['200', 'CP-IS', expect.any(String)]])
    expect(stage.entries).toEqual([])
  })
})

test('however a query is damaged, it is answered in one of the published forms and leaves one audit entry (rule 8.1)', async () => {
  const { stage, post } = openApi({ answer: HELD })
  const good = new TextEncoder().encode(envelopeOf(QUERY))
  const anyDamage = fc.record({
    at: fc.nat(good.length),
    cut: fc.oneof(fc.nat(3), fc.nat(400)),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom('<', '&', '"', '<a>', 'x').map(text => Buffer.from(text)),
    ),
  })
  const forms = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(anyDamage, { minLength: 1, maxLength: 2 }), async damages => {
      let sent: Uint8Array = good
      for (const { at, cut, bytes } of damages) {
        sent = Buffer.concat([sent.subarray(0, at), bytes, sent.subarray(at + cut)])
      }
      stage.entries.length = 0
      const answered = await post(sent)
      const form = /<(soap:Fault|REPC_IN000007GB01|MCCI_IN010000UK13)[ >]/.exec(answered.body)?.[1]
      expect(answered.statusCode).toBe(form === 'soap:Fault' ? 500 : 200)
      expect(stage.entries).toHaveLength(1)
      expect(stage.entries[0]?.outcome).toBe(form === 'REPC_IN000007GB01' ? 'allowed' : 'refused')
      forms.add(form ?? 'none')
    }),
    { numRuns: 400 },
  )
  expect(forms).not.toContain('none')
  expect(stage.failures).toEqual([])
})
