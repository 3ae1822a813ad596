import { describe, expect, test } from 'vitest'
import { type Backstage, openApi, SPINE } from '../../api/soap/synchronous/testing.ts'
import type { MessageRefused } from '../../flows/query/answer-once.ts'
import { ACCESS, ANSWER, NOTHING_HELD, nhsNumber, PLAN } from '../../formats/fhir/testing.ts'
import { element } from '../../formats/xml/xml-writer.ts'
import { type SoapClientSettings, soapClient } from './soap-client.ts'
import { ADA, ASID, CHILD, facingInterface, now, replacing, replied, scripted } from './testing.ts'

const SETTINGS: SoapClientSettings = {
  url: 'https://cp-is.example/sync-service',
  asid: ASID,
  spineAsid: SPINE,
  author: ADA,
}

/** The client before the real interface, whose replies may be changed on their way. */
function connect(stage: Partial<Backstage> = { answer: ANSWER }, change?: (text: string) => string) {
  const api = openApi({ now, ...stage })
  const { poster, sent } = facingInterface(api.server, change)
  return { ...api, sent, client: soapClient({ ...SETTINGS, poster }) }
}

const facing = (...script: Parameters<typeof scripted>) =>
  soapClient({ ...SETTINGS, poster: scripted(...script).poster })

describe('asking', () => {
  test('what is held comes in the words of the FHIR client, with who has looked', async () => {
    const { client } = connect()
    expect(await client.query(CHILD)).toEqual({
      kind: 'held',
      plans: [
        {
          type: 'CPP',
          description: 'Subject to child protection plan',
          start: '2025-09-26',
          end: '2026-03-09',
          state: 'ended',
          subjectName: 'Sam SAMPLE',
          authority: {
            odsCode: 'ZZ901',
            name: 'Made-up Borough Council',
            dutyPhone: '03069990002',
            officePhone: '03069990001',
          },
        },
      ],
      accesses: [
        {
          id: ACCESS.id,
          at: ACCESS.at,
          viewer: 'Nurse Ada EXAMPLE',
          role: 'Nurse Access Role',
          organisation: 'MADE-UP HOSPITAL (ZZ1)',
        },
      ],
    })
  })

  test('only a service that has looked says that nothing is held', async () => {
    expect(await connect({ answer: NOTHING_HELD }).client.query(CHILD)).toEqual({ kind: 'nothing-held' })
  })

  test('rule 5.1: unscheduled unless told otherwise, and by whoever asks', async () => {
    const { client, stage } = connect()
    await client.query(CHILD)
    await client.query(CHILD, { unscheduled: false })
    expect(stage.queried).toMatchObject([
      { access: 'unscheduled', nhsNumber: CHILD, requester: { author: ADA } },
    ])
    expect(stage.entries.at(-1)).toMatchObject({ outcome: 'refused', reason: 'missing B0170' })
  })

  test('an answer is read whatever it says of its type, and whomever it is addressed to (rules 11.5 and 11.6)', async () => {
    const api = openApi({ now, answer: ANSWER })
    const types = ['text/xml', 'text/xml; charset=utf-8', 'text/xml;charset="UTF-8"', undefined]
    for (const contentType of types) {
      const { poster } = facingInterface(api.server, text =>
        text.replace(/<wsa:To>.*?<\/wsa:To>/, '<wsa:To/>').replaceAll(/<wsa:Address>.*?<\/wsa:Address>/g, ''),
      )
      const typed = {
        ...poster,
        post: async (...posted: Parameters<typeof poster.post>) => ({
          ...(await poster.post(...posted)),
          contentType,
        }),
      }
      const client = soapClient({ ...SETTINGS, poster: typed, replyTo: '' })
      expect((await client.query(CHILD)).kind).toBe('held')
    }
  })

  test('each question has an id of its own', async () => {
    const { client, sent } = connect()
    await client.query(CHILD)
    await client.query(CHILD)
    const ids = sent.map(({ text }) => /MessageID>uuid:([^<]+)/.exec(text)?.[1])
    expect(new Set(ids).size).toBe(2)
  })

  test('rule 4.4: a plan under a number that was not asked for is shown, and the number with it', async () => {
    const plan = { ...PLAN, nhsNumber: nhsNumber('9990000026') }
    const { client } = connect({ answer: { plans: [plan], accesses: [] } })
    expect(await client.query(CHILD)).toMatchObject({
      kind: 'held',
      plans: [{ heldUnder: '9990000026' }],
      accesses: [],
    })
  })
})

describe('a refusal is the caller’s to put right', () => {
  test('an unknown system is told that access is denied', async () => {
    const { poster } = facingInterface(openApi({ now, answer: ANSWER }).server)
    const stranger = soapClient({ ...SETTINGS, asid: '999000000099', poster })
    expect(await stranger.query(CHILD)).toEqual({
      kind: 'refused',
      status: 200,
      message: 'Access denied',
      codes: ['1'],
    })
  })

  test.each<[MessageRefused['kind'], string, RegExp]>([
    ['id-of-another', '202', /^Duplicate HL7 id/],
    ['out-of-date', 'ErrorBase1732.INVALID_CREATION_TIME', /24 hours/],
  ])('a message that is %s (rules 11.8 and 11.9)', async (kind, code, words) => {
    const { client } = connect({ answer: ANSWER, messageRefused: { kind } })
    expect(await client.query(CHILD)).toMatchObject({
      kind: 'refused',
      codes: [code],
      message: expect.stringMatching(words),
    })
  })

  test('what is no NHS number is named', async () => {
    expect(await connect().client.query('9990000019')).toMatchObject({
      kind: 'refused',
      codes: ['ErrorBase1712.MANDATORY_DATA_MISSING'],
      message: expect.stringMatching(/^NHS Number: .*no NHS number/),
    })
  })

  test.each([
    ['0101011237', 'That is a Scottish CHI number, which this service does not cover.'],
    ['3200000015', 'That is a Northern Irish H&C number, which this service does not cover.'],
  ])('(rule 1.4) %s is said to be of another nation', async (number, words) => {
    expect(await connect().client.query(number)).toMatchObject({
      kind: 'refused',
      codes: ['ErrorBase1712.MANDATORY_DATA_MISSING'],
      message: `NHS Number: ${words.slice(0, -1)}`,
    })
  })

  test('a fault of the request carries Spine’s code', async () => {
    const { poster } = facingInterface(openApi({ now, answer: ANSWER }).server)
    const lost = soapClient({ ...SETTINGS, spineAsid: '999000000098', poster })
    expect(await lost.query(CHILD)).toMatchObject({
      kind: 'refused',
      status: 500,
      codes: ['201'],
      message: expect.stringContaining('SOAP_COMM_FUNC_RCV_ERROR'),
    })
  })

  test('without a fault it carries the status alone', async () => {
    const client = facing(() => replied(403, '<html>'))
    expect(await client.query(CHILD)).toEqual({ kind: 'refused', status: 403, message: 'HTTP status 403' })
  })
})

describe('rules 4.3, 12.8 and 12.9: whatever is not an answer to the question is "could not look"', () => {
  test('the store behind the API is down, and its register', async () => {
    for (const stage of [{ storeIsDown: true }, { registerIsDown: true }]) {
      expect(await connect(stage).client.query(CHILD)).toMatchObject({
        kind: 'could-not-look',
        codes: ['200'],
      })
    }
  })

  const held = { answer: ANSWER }
  const nothing = { answer: NOTHING_HELD }
  test.each<[string, Partial<Backstage>, (text: string) => string]>([
    ['an answer that relates to nothing', held, replacing(/<wsa:RelatesTo>.*<\/wsa:RelatesTo>/, '')],
    ['one that relates to two', held, replacing(/<wsa:RelatesTo>.*<\/wsa:RelatesTo>/, '$&$&')],
    ['one that relates to another question', nothing, replacing(/(RelatesTo>uuid:)......../, '$1AAAAAAAA')],
    [
      'one whose message is of another question',
      nothing,
      replacing(/(<messageRef><id root=")......../, '$1AAAAAAAA'),
    ],
    [
      'one for another system',
      nothing,
      replacing(/(<soap:Body>.*?typeCode="RCV".*?extension=")\d{12}/s, '$1999000000012'),
    ],
    ['nothing held, without the code that says so', nothing, replacing(/NHSNCC002/, 'NHSNCC003')],
    [
      'nothing held, by a code that may mean anything',
      nothing,
      replacing(/<reason typeCode="RSON">(?:(?!<\/reason>).)*NHSNCC002.*?<\/reason>/, ''),
    ],
    ['nothing held, and something else', nothing, replacing(/code="1"/, 'code="7"')],
    [
      'a plan that cannot be read',
      held,
      replacing(/<cPPStartDate><value value="\d{12}"/, '<cPPStartDate><value value="soon"'),
    ],
    ['no record', held, replacing(/<pertinentInformation14>.*<\/pertinentInformation14>/, '')],
    [
      'an access that cannot be read',
      held,
      replacing(/<pertinentCP-ISNHSQuery><effectiveTime[^>]*>/, '<pertinentCP-ISNHSQuery>'),
    ],
    ['another message', held, text => text.replaceAll('REPC_IN000007GB01', 'REPC_IN000004GB01')],
    ['two messages', held, replacing(/<REPC.*<\/REPC_IN000007GB01>/s, '$&$&')],
    ['an answer cut short', held, text => text.slice(0, -20)],
    ['nothing at all', held, () => ''],
    ['a sign-in page', held, () => '<html>sign in</html>'],
  ])('%s', async (_name, stage, change) => {
    const outcome = await connect(stage, change).client.query(CHILD)
    expect(outcome.kind).toBe('could-not-look')
  })

  const fault = (faultcode: string, code?: string) =>
    element(
      'soap:Envelope',
      { 'xmlns:soap': 'http://schemas.xmlsoap.org/soap/envelope/' },
      element(
        'soap:Body',
        {},
        element(
          'soap:Fault',
          {},
          element('faultcode', {}, faultcode),
          element('faultstring', {}, 'Application Error'),
          code === undefined
            ? undefined
            : element(
                'detail',
                {},
                element(
                  'n:errorList',
                  { 'xmlns:n': 'http://national.carerecords.nhs.uk/schema/' },
                  element('n:error', {}, element('n:errorCode', {}, code)),
                ),
              ),
        ),
      ),
    )
  test.each<[string, string, string | undefined, string]>([
    ['a system failure', 'soap:Client', '200', 'could-not-look'],
    ['one that was not delivered', 'soap:Client', '206', 'could-not-look'],
    ['one that was not stored', 'soap:Client', '208', 'could-not-look'],
    ['a fault of the server without a code', 'soap:Server', undefined, 'could-not-look'],
    ['a fault of nobody', '', undefined, 'could-not-look'],
    ['a fault of the client without a code', 'soap:Client', undefined, 'refused'],
    ['a service that is not offered', 'soap:Client', '101', 'refused'],
  ])('of faults: %s', async (_name, faultcode, code, kind) => {
    const outcome = await facing(() => replied(500, fault(faultcode, code))).query(CHILD)
    expect(outcome).toMatchObject({ kind, ...(code && { codes: [code] }) })
  })

  test.each([202, 204, 302, 408, 429, 500, 502, 503])('status %d without a fault', async status => {
    expect((await facing(() => replied(status, '<html>')).query(CHILD)).kind).toBe('could-not-look')
  })

  test('an answer under another status than 200', async () => {
    const { server } = openApi({ now, answer: NOTHING_HELD })
    const { poster } = facingInterface(server)
    const client = soapClient({
      ...SETTINGS,
      poster: { ...poster, post: async (...sent) => ({ ...(await poster.post(...sent)), status: 206 }) },
    })
    expect((await client.query(CHILD)).kind).toBe('could-not-look')
  })

  test('nobody there, and nobody who answers in time, over a real connection', async () => {
    const client = soapClient({ ...SETTINGS, url: 'http://127.0.0.1:1/sync-service' })
    expect(await client.query(CHILD)).toEqual({
      kind: 'could-not-look',
      message: 'The service could not be reached: the connection was refused',
      problem: 'refused',
    })
    const api = openApi({ now, answer: ANSWER })
    api.server.addHook('onRequest', () => new Promise(() => undefined))
    const url = `${await api.server.listen({ port: 0, host: '127.0.0.1' })}/sync-service`
    const waiting = soapClient({ ...SETTINGS, url, timeoutMilliseconds: 100 })
    expect(await waiting.query(CHILD)).toEqual({ kind: 'could-not-look', message: 'No answer came in time' })
    const given = soapClient({ ...SETTINGS, url })
    const outcome = await given.query(CHILD, { signal: AbortSignal.timeout(50) })
    expect(outcome).toEqual({ kind: 'could-not-look', message: 'The question was given up' })
    await Promise.all([client.close(), waiting.close(), given.close()])
    api.server.server.closeAllConnections()
    await api.server.close()
  })
})

test('no outcome that is no answer quotes the number', async () => {
  for (const stage of [{ storeIsDown: true }, { registerIsDown: true }, { answer: ANSWER }]) {
    const outcome = await connect(stage).client.query('9990000019')
    expect(JSON.stringify(outcome)).not.toContain('9990000019')
  }
})
