// One file: every test asks the same API before the same made-up flow.
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectValue } from '../../../../test/support/expect-value.ts'
import type { CertificateFingerprint } from '../../../domain/registration/client-system.ts'
import { StorageUnavailable } from '../../../flows/storage-unavailable.ts'
import { PLAN } from '../../../formats/fhir/testing.ts'
import { INTERACTION_KEY, ITK_INTERACTIONS, ITK_WSA, RESPONSE_SERVICE } from '../../../formats/itk/codes.ts'
import {
  type MiniServiceResponse,
  readMiniServiceResponse,
} from '../../../formats/itk/mini-service-response.ts'
import { readDistributionEnvelope } from '../../../formats/itk/read-distribution-envelope.ts'
import { LONGEST_ENVELOPE, readEnvelope } from '../../../formats/soap/read-envelope.ts'
import { descend } from '../../../formats/xml/xml-element.ts'
import { element } from '../../../formats/xml/xml-writer.ts'
import {
  BY_ITSELF,
  FINGERPRINT,
  MESSAGE_ID,
  NURSE,
  openApi,
  QUERY,
  requestOf,
  TRACKING_ID,
  WARD,
} from './testing.ts'

const HELD = { plans: [PLAN], accesses: [] }

interface Answered {
  readonly statusCode: number
  readonly body: string
}

/** The response in an answer, whose envelopes must say whose it is. */
async function responseOf(
  { statusCode, body }: Answered,
  to = 'https://ward.example/answers',
): Promise<MiniServiceResponse> {
  expect(statusCode).toBe(200)
  const { header, message } = expectValue(await readEnvelope(new TextEncoder().encode(body), [ITK_WSA]))
  expect(header?.children.map(({ name, text }) => [name, text])).toMatchObject([
    ['MessageID', expect.any(String)],
    ['Action', RESPONSE_SERVICE],
    ['To', to],
    ['From', ''],
    ['RelatesTo', MESSAGE_ID],
  ])
  const envelope = expectValue(readDistributionEnvelope(message))
  expect(envelope).toMatchObject({
    service: RESPONSE_SERVICE,
    // As the golden answers of the national assurance toolkit have them (rule 20.10).
    addresses: [
      {
        uri: expect.stringMatching(/^urn:nhs-uk:addressing:ods:X9Z/),
        type: '2.16.840.1.113883.2.1.3.2.4.18.22',
      },
    ],
    senderAddress: { uri: 'urn:nhs-uk:addressing:ods:X26', type: '2.16.840.1.113883.2.1.3.2.4.18.22' },
    auditIdentities: [{ uri: 'urn:nhs-uk:identity:ods:X26', type: '2.16.840.1.113883.2.1.3.2.4.18.27' }],
    handling: [{ key: INTERACTION_KEY, value: ITK_INTERACTIONS.queryResponse }],
  })
  const [payload, ...others] = envelope.payloads
  if (!payload || others.length > 0) throw new Error('An answer holds one payload')
  const response = expectValue(readMiniServiceResponse(payload.content))
  expect(response.id).toBe(TRACKING_ID)
  return response
}

/** Whose fault it is, and the code. */
async function faultOf({ statusCode, body }: Answered) {
  expect(statusCode).toBe(500)
  const { message } = expectValue(await readEnvelope(new TextEncoder().encode(body), [ITK_WSA]))
  expect(message.name).toBe('Fault')
  const plain = (name: string) => message.children.find(child => child.name === name)
  const error = plain('detail')?.children[0]
  expect(descend(error, 'ErrorDiagnosticText')?.text).not.toBe('')
  return [plain('faultcode')?.text, descend(error, 'ErrorCode')?.text]
}

describe('a question', () => {
  test('about a person for whom plans are visible is answered with them (rules 20.2 and 20.5)', async () => {
    const { stage, post } = openApi({ answer: HELD })
    const response = await responseOf(await post(requestOf()))
    expect(response).toMatchObject({
      code: 'SMSP-0000',
      answer: { plans: [{ type: PLAN.type, start: PLAN.start }], accesses: [] },
    })
    expect(stage.queried).toMatchObject([
      { access: 'unscheduled', nhsNumber: '9990000018', requester: { author: NURSE }, system: WARD.asid },
    ])
    const details = { trackingId: TRACKING_ID, identities: 'urn:nhs-uk:identity:ods:X9Z01:ada' }
    expect(stage.entries).toMatchObject([{ outcome: 'allowed', traceId: MESSAGE_ID, details }])
  })

  test('about a person for whom none is visible is answered that nothing matches (rule 4.2)', async () => {
    const { post } = openApi()
    expect(await responseOf(await post(requestOf()))).toMatchObject({ code: 'CPIS-0001' })
  })

  test('may come from a system by itself, in small letters of its organisation, and without quotes', async () => {
    const { stage, post } = openApi({ answer: HELD })
    const asked = requestOf({ query: { author: BY_ITSELF }, odsCode: 'x9z01' })
    const headers = { soapaction: 'urn:nhs-itk:services:201005:sendRecvDistEnvelope' }
    expect((await responseOf(await post(asked, headers))).code).toBe('SMSP-0000')
    expect(stage.queried[0]?.requester.author).toEqual(BY_ITSELF)
  })

  test('may carry a security header, whose time must not be over', async () => {
    const { post } = openApi({ answer: HELD })
    const secured = (expires: string) =>
      requestOf().replace(
        '</soap:Header>',
        '<s:Security xmlns:s="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" soap:mustUnderstand="1">' +
          '<u:Timestamp xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">' +
          `<u:Expires>${expires}</u:Expires></u:Timestamp></s:Security></soap:Header>`,
      )
    expect((await responseOf(await post(secured('2026-03-10T09:35:01Z')))).code).toBe('SMSP-0000')
    for (const over of ['2026-03-10T09:30:01Z', '2026-03-10T10:00:00+01:00', 'never', '']) {
      expect(await faultOf(await post(secured(over)))).toEqual(['soap:Client', '1000'])
    }
  })
})

describe('who may not ask is told so and nothing else, whatever is held (rules 5.4, 8.2, 20.3 and 20.4)', () => {
  const nobody = { ...NURSE, jobRole: { code: '', display: '' } }
  test.each<[string, string, string]>([
    [
      'an organisation that is not registered',
      requestOf({ odsCode: 'X9Z99' }),
      'organisation not registered',
    ],
    ['one that asks ahead of visits', requestOf({ odsCode: 'X9Z02' }), 'organisation not registered'],
    ['one that asks over Spine messaging', requestOf({ odsCode: 'X9Z03' }), 'organisation not registered'],
    [
      'a stranger, about no number',
      requestOf({ odsCode: 'X9Z99', query: { nhsNumber: 'x' } }),
      'organisation not registered',
    ],
    [
      'a system that speaks for another',
      requestOf({ query: { author: { ...BY_ITSELF, asid: '999000000013' }, nhsNumber: 'x' } }),
      'system speaks for another',
    ],
    [
      'somebody without a role, about no number',
      requestOf({ query: { author: nobody, nhsNumber: '' } }),
      'ErrorBase1712.MANDATORY_DATA_MISSING|Job Role Code ErrorBase1712.MANDATORY_DATA_MISSING|Job Role Name',
    ],
  ])('%s', async (_name, request, reason) => {
    const bodies = new Set<string>()
    for (const answer of [HELD, { plans: [], accesses: [] }]) {
      const { stage, post } = openApi({ answer })
      const answered = await post(request)
      expect(await responseOf(answered)).toMatchObject({ code: 'SMSP-0005' })
      expect(answered.body).not.toMatch(/9990000018|B01/)
      expect(stage.queried).toEqual([])
      expect(stage.entries).toMatchObject([{ via: 'smsp', outcome: 'refused', reason }])
      expect(stage.entries[0]).not.toHaveProperty('nhsNumber')
      bodies.add(answered.body)
    }
    expect(bodies.size).toBe(1)
  })

  test.each<[string, CertificateFingerprint | undefined, string]>([
    ['its certificate', FINGERPRINT, 'SMSP-0000'],
    ['another', 'CD'.repeat(32) as CertificateFingerprint, 'SMSP-0005'],
    ['none', undefined, 'SMSP-0005'],
  ])('where certificates are checked: whoever shows %s', async (_name, shown, code) => {
    const { post } = openApi({ answer: HELD, certificate: { shown } })
    expect((await responseOf(await post(requestOf()))).code).toBe(code)
  })
})

describe('what is wrong with a query is answered SMSP-0001, and nothing is looked up (rules 20.4 and 20.5)', () => {
  test.each<[string, string]>([
    ['a wrong check digit', requestOf({ query: { nhsNumber: '9990000019' } })],
    ['no number', requestOf({ query: { nhsNumber: '' } })],
    ['no number at all', requestOf().replace(/<value [^>]*>/, '')],
    ['two numbers', requestOf().replace(/<value [^>]*>/, '$&<value extension="9990000026"/>')],
    ['no id', requestOf().replace(`<id root="${QUERY.id}"/>`, '')],
    [
      'a look in silence: the mini service is unscheduled only',
      requestOf({ query: { access: 'scheduled' } }),
    ],
    ['two queries', requestOf().replace(/<cP-ISNHSQuery>.*<\/cP-ISNHSQuery>/, '$&$&')],
    ['another message', requestOf().replaceAll('CP-ISQueryStub', 'CP-ISNHSQueryResponse')],
    ['another namespace', requestOf().replace('xmlns="urn:hl7-org:v3"', 'xmlns="urn:example"')],
  ])('%s', async (_name, request) => {
    expect(request).not.toBe(requestOf())
    const { stage, post } = openApi({ answer: HELD })
    expect(await responseOf(await post(request))).toMatchObject({ code: 'SMSP-0001' })
    expect(stage.queried).toEqual([])
    expect(stage.entries).toMatchObject([{ outcome: 'refused', reason: expect.any(String) }])
  })
})

describe('what is wrong with an envelope is a fault, and nothing is looked up (rules 20.1 and 20.8)', () => {
  const good = requestOf()
  const envelope = (change: NonNullable<Parameters<typeof requestOf>[0]>['envelope']) =>
    requestOf(change && { envelope: change })
  const payload = { id: 'a', mimeType: 'text/xml', content: element('x') }
  const MESSAGE = ['soap:Client', '1000']
  const uri = (text: string) => [{ uri: text }]

  test.each<[string, string | Uint8Array, string[], Record<string, string>?]>([
    ['no action', good, MESSAGE, { soapaction: '' }],
    ['the action of an answer', good, MESSAGE, { soapaction: `"${RESPONSE_SERVICE}"` }],
    ['nothing', '', MESSAGE],
    ['bytes', Buffer.from([0xff, 0x00, 0xfe, 0x01, 0x02]), MESSAGE],
    ['cut short', good.slice(0, -20), MESSAGE],
    ['a document type', `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>${good}`, MESSAGE],
    ['too long', good.padEnd(LONGEST_ENVELOPE + 1), MESSAGE],
    [
      'SOAP 1.2',
      good.replace('http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope'),
      ['soap:VersionMismatch', '1000'],
    ],
    [
      'addressing of 2004',
      good.replace(ITK_WSA, 'http://schemas.xmlsoap.org/ws/2004/08/addressing'),
      MESSAGE,
    ],
    ['no message id', requestOf({ head: { messageId: 'one' } }), MESSAGE],
    ['another action', requestOf({ head: { action: RESPONSE_SERVICE } }), MESSAGE],
    [
      'no distribution envelope',
      good.replaceAll('DistributionEnvelope', 'Envelope'),
      ['soap:Client', 'DE0001'],
    ],
    ['another service', envelope({ service: 'urn:example' }), ['soap:Client', 'DE0002']],
    ['no audit identity', envelope({ auditIdentities: [] }), ['soap:Client', 'DE0004']],
    [
      'an audit identity of no organisation',
      envelope({ auditIdentities: uri('urn:nhs-uk:identity:sds:1') }),
      ['soap:Client', 'DE0004'],
    ],
    [
      'an audit identity of two',
      envelope({
        auditIdentities: ['X9Z01', 'X9Z02'].flatMap(code => uri(`urn:nhs-uk:identity:ods:${code}`)),
      }),
      ['soap:Client', 'DE0004'],
    ],
    ['no handling specification', envelope({ handling: [] }), ['soap:Client', 'DE0009']],
    [
      'another interaction',
      envelope({ handling: [{ key: INTERACTION_KEY, value: 'urn:nhs-itk:interaction:other' }] }),
      ['soap:Client', 'DE0010'],
    ],
    ['two payloads', envelope({ payloads: [payload, { ...payload, id: 'b' }] }), ['soap:Client', 'DE0011']],
  ])('%s', async (_name, request, expected, headers) => {
    const { stage, post } = openApi({ answer: HELD })
    const answered = await post(request, headers)
    expect(await faultOf(answered)).toEqual(expected)
    expect(answered.body).not.toContain('999000')
    expect(stage.queried).toEqual([])
    expect(stage.entries).toMatchObject([{ via: 'smsp', outcome: 'refused', reason: expect.any(String) }])
  })

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'] as const)('%s is not served', async method => {
    const { server, stage } = openApi()
    for (const url of ['/smsp/cpis', '/smsp/cpis/elsewhere']) {
      expect(await faultOf(await server.inject({ method, url }))).toEqual(MESSAGE)
    }
    expect(stage.entries.map(({ outcome }) => outcome)).toEqual(['refused', 'refused'])
  })
})

test('anybody may read what the API takes and says, as SOAP toolkits ask for it (rule 20.9)', async () => {
  const { server, stage } = openApi()
  const { statusCode, headers, body } = await server.inject({ method: 'GET', url: '/smsp/cpis?wsdl' })
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/xml'])
  expect(body).toContain('<soap:address location="https://cp-is.example/smsp/cpis"/>')
  expect(stage.entries).toMatchObject([{ via: 'smsp', action: 'read description', outcome: 'allowed' }])
})

describe('a question', () => {
  test.each([
    ['empty', requestOf().replaceAll(/<wsa:Address>.*?<\/wsa:Address>/g, '<wsa:Address/>')],
    ['missing', requestOf().replaceAll(/<wsa:(From|ReplyTo)>.*?<\/wsa:\1>/g, '')],
  ])('is answered on the connection where From and ReplyTo are %s (rule 11.5)', async (_name, request) => {
    expect(request).not.toContain('ward.example')
    const { post } = openApi({ answer: HELD })
    const answered = await post(request)
    const anonymous = 'http://www.w3.org/2005/08/addressing/anonymous'
    expect((await responseOf(answered, anonymous)).code).toBe('SMSP-0000')
  })

  test.each<[string, string, string]>([
    ['a year ago', '2025-03-10T09:30:01Z', 'SMSP-0001'],
    ['24 hours ago', '2026-03-09T09:30:01Z', 'SMSP-0000'],
    ['six minutes ahead', '2026-03-10T09:36:01Z', 'SMSP-0001'],
  ])('that was made %s is answered %s (rule 11.8)', async (_name, madeAt, code) => {
    const { post, stage } = openApi({ answer: HELD })
    const answered = await post(requestOf({ query: { effectiveTime: new Date(madeAt) } }))
    expect((await responseOf(answered)).code).toBe(code)
    expect(stage.entries).toMatchObject([
      code === 'SMSP-0000' ? { outcome: 'allowed' } : { reason: 'out-of-date' },
    ])
  })

  test('is known by its organisation, its id and what it asks, and refused under the id of another (rule 11.9)', async () => {
    const { post, stage } = openApi({ answer: HELD })
    await post(requestOf())
    await post(requestOf().replaceAll('><', '>\n <'))
    await post(requestOf({ query: { nhsNumber: '9990001014' } }))
    const [first, again, another] = stage.queried.map(({ message }) => message)
    expect(first).toMatchObject({ caller: 'urn:nhs-uk:identity:ods:X9Z01', id: MESSAGE_ID })
    expect(again).toEqual(first)
    expect(another?.digest).not.toBe(first?.digest)

    stage.entries.length = 0
    stage.messageRefused = { kind: 'id-of-another' }
    expect((await responseOf(await post(requestOf()))).code).toBe('SMSP-0001')
    expect(stage.entries).toMatchObject([{ outcome: 'refused', reason: 'id-of-another' }])
  })

  test('may be compressed with gzip, and in no other way (rule 11.7)', async () => {
    const { post, stage } = openApi({ answer: HELD })
    const compressed = gzipSync(requestOf())
    expect((await responseOf(await post(compressed, { 'content-encoding': 'gzip' }))).code).toBe('SMSP-0000')
    const brotli = await post(requestOf(), { 'content-encoding': 'br' })
    expect(brotli.statusCode).toBe(415)
    expect(brotli.body).toContain('Content-Encoding')
    const bomb = gzipSync(Buffer.alloc(LONGEST_ENVELOPE + 1, ' '))
    const answered = await post(bomb, { 'content-encoding': 'gzip' })
    expect(await faultOf(answered)).toEqual(['soap:Client', '1000'])
    expect(answered.body).toContain('longer than is read')
    expect(stage.queried).toHaveLength(1)
  })
})

test('whatever is said is text/xml without a parameter (rule 11.6)', async () => {
  const { post } = openApi({ answer: HELD })
  const failing = openApi({ storeError: new Error('no connection') })
  const said = [
    await post(requestOf()),
    await post(requestOf({ odsCode: 'X9Z99' })),
    await post('nonsense'),
    await post(requestOf(), { 'content-encoding': 'br' }),
    await failing.post(requestOf()),
  ]
  expect(said.map(({ statusCode }) => statusCode)).toEqual([200, 200, 500, 415, 200])
  expect(said.map(({ headers }) => headers['content-type'])).toEqual(said.map(() => 'text/xml'))
})

describe('that the service could not look is never "no match" (rules 4.3 and 20.5)', () => {
  const refused = new StorageUnavailable(new Error('connect ECONNREFUSED'))
  const disk = Object.assign(new Error('no space for 9990000018'), { code: '53100', severity: 'ERROR' })
  const bug = new TypeError('undefined is not a function')

  test.each([
    ['the store is not there', { storeError: refused }, 'SMSP-0004'],
    ['the register is not there', { registerError: refused }, 'SMSP-0004'],
    [
      'nothing is there, not even the audit log',
      { registerError: refused, auditError: refused },
      'SMSP-0004',
    ],
    ['the store answers with an error', { storeError: disk }, 'CPIS-9999'],
    ['something else breaks', { storeError: bug }, 'SMSP-9999'],
  ])('where %s', async (_name, broken, code) => {
    for (const answer of [HELD, { plans: [], accesses: [] }]) {
      const { stage, post } = openApi({ answer, ...broken })
      const answered = await post(requestOf())
      expect((await responseOf(answered)).code).toBe(code)
      expect(answered.body).not.toContain('9990000018')
      const entry = { outcome: 'failed', reason: code }
      expect(stage.entries).toMatchObject('auditError' in broken ? [] : [entry])
      expect(stage.failures).not.toEqual([])
    }
  })

  test('where the answer would not read back as it was written, it is not sent (rule 20.6)', async () => {
    const { given, family, ...rest } = PLAN.subject
    const answer = { plans: [PLAN, { ...PLAN, subject: { ...rest, given, family: ' ' } }], accesses: [] }
    const { stage, post } = openApi({ answer })
    const answered = await post(requestOf())
    expect(family).not.toBe('')
    expect((await responseOf(answered)).code).toBe('SMSP-0002')
    expect(stage.entries).toHaveLength(1)
    expect(stage.failures).toHaveLength(1)
  })

  test('where a refusal cannot be recorded (rule 8.1)', async () => {
    const { stage, post } = openApi({ auditError: refused })
    expect(await faultOf(await post('nonsense'))).toEqual(['soap:Server', '2100'])
    expect((await responseOf(await post(requestOf({ odsCode: 'X9Z99' })))).code).toBe('SMSP-0004')
    expect(stage.entries).toEqual([])
  })
})

test('however a request is damaged, it is answered in one of the published forms and leaves one audit entry (rule 8.1)', async () => {
  const { stage, post } = openApi({ answer: HELD })
  const good = new TextEncoder().encode(requestOf())
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
      const form = /<soap:Fault[ >]|<value code="(SMSP-000[015])"/.exec(answered.body)
      const code = form?.[1] ?? (form ? 'fault' : 'none')
      expect(answered.statusCode).toBe(code === 'fault' ? 500 : 200)
      expect(stage.entries).toHaveLength(1)
      expect(stage.entries[0]?.outcome).toBe(code === 'SMSP-0000' ? 'allowed' : 'refused')
      forms.add(code)
    }),
    { numRuns: 400 },
  )
  expect(forms).not.toContain('none')
  expect(stage.failures).toEqual([])
})
