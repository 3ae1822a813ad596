// One file: every test asks the same API before the same made-up flows.
import type { InjectOptions } from 'fastify'
import type { Bundle } from 'fhir/r4.js'
import { Client } from 'fhir-kit-client'
import { afterEach, describe, expect, test } from 'vitest'
import { NOTHING_HELD, nhsNumber, PLAN, r4Judges } from '../../formats/fhir/testing.ts'
import { type Backstage, openApi, PREFIX } from './testing.ts'

const SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number'
const PLANS = `${PREFIX}/CareTeam?patient:identifier=${SYSTEM}|9990000018`
const ACCESSES = `${PREFIX}/AuditEvent?patient:identifier=${SYSTEM}|9990000018`
const NAMED = `patient:identifier=${encodeURIComponent(`${SYSTEM}|9990000018`)}`
const FORM = 'application/x-www-form-urlencoded'
const SIGNED_IN = { authorization: 'Bearer both' }
const judge = r4Judges()

const opened: ReturnType<typeof openApi>[] = []
afterEach(async () => {
  for (const via of opened.splice(0)) await via.server.close()
})

function via(change?: Partial<Backstage>) {
  const made = openApi(change)
  opened.push(made)
  return made
}

async function ask(request: InjectOptions, change?: Partial<Backstage>) {
  const { server, stage, logged } = via(change)
  const response = await server.inject({ method: 'GET', url: PLANS, headers: SIGNED_IN, ...request })
  const body = response.body === '' ? undefined : response.json()
  return { response, body, stage, logged, headers: response.headers }
}

describe('what a clinician is answered', () => {
  test('the plans, valid R4, under headers that keep the answer out of every cache', async () => {
    const { response, body, headers, stage } = await ask({})
    expect(response.statusCode).toBe(200)
    expect(judge(body)).toEqual([])
    expect(body).toMatchObject({
      type: 'searchset',
      total: 1,
      link: [{ relation: 'self', url: `https://cp-is.example${PREFIX}/CareTeam?${NAMED}` }],
      entry: [{ resource: { resourceType: 'CareTeam' }, search: { mode: 'match' } }],
    })
    expect(headers['content-type']).toBe('application/fhir+json; charset=utf-8')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers.date).toBeDefined()
    expect(stage.queried).toMatchObject([
      { nhsNumber: '9990000018', access: 'unscheduled', via: 'fhir', action: 'query plans' },
    ])
  })

  test('the access list with its viewers, whether or not they were asked for', async () => {
    const include = 'AuditEvent:entity-type=http://terminology.hl7.org/CodeSystem/v3-RoleClass|ASSIGNED'
    for (const [url, link] of [
      [ACCESSES, NAMED],
      [`${ACCESSES}&_include=${include}`, `${NAMED}&_include=${encodeURIComponent(include)}`],
    ] as const) {
      const { body, stage } = await ask({ url })
      expect(judge(body)).toEqual([])
      expect(body.total).toBe(1)
      expect(body.link[0].url).toBe(`https://cp-is.example${PREFIX}/AuditEvent?${link}`)
      expect(body.entry.map((entry: { search: { mode: string } }) => entry.search.mode)).toEqual([
        'match',
        'include',
      ])
      expect(stage.queried[0]?.action).toBe('query accesses')
    }
  })

  test.each([
    'PatientFlag',
    'Flag',
  ])('%s?patient: the flags with their plans and teams, an access like any other', async path => {
    const code = 'code=child-protection-information-system-flag'
    const { response, body, stage } = await ask({ url: `${PREFIX}/${path}?patient=9990000018&${code}` })
    expect(response.statusCode).toBe(200)
    expect(judge(body)).toEqual([])
    expect(body.total).toBe(1)
    expect(body.link[0].url).toBe(`https://cp-is.example${PREFIX}/${path}?${NAMED}&${code}`)
    expect(body.entry.map((entry: { fullUrl: string }) => entry.fullUrl)).toEqual(
      ['Flag', 'CarePlan', 'CareTeam'].map(type => `https://cp-is.example${PREFIX}/${type}/${PLAN.id}`),
    )
    expect(stage.queried).toMatchObject([
      { nhsNumber: '9990000018', access: 'unscheduled', via: 'fhir', action: 'query flags' },
    ])
  })

  test('rule 4.11: a page whose place is not there any more is gone, never empty', async () => {
    const { response, body } = await ask({ url: `${PLANS}&_count=1&_after=gone` })
    expect(response.statusCode).toBe(410)
    expect(body.issue[0].diagnostics).toContain('begin again')
    expect((await ask({ url: `${PLANS}&_count=1&_after=${PLAN.id}` })).body.total).toBe(1)
  })

  test('rule 4.2: nothing held is an empty searchset, not an error', async () => {
    const { response, body } = await ask({}, { answer: NOTHING_HELD })
    expect(response.statusCode).toBe(200)
    expect(body).toMatchObject({ resourceType: 'Bundle', total: 0 })
    expect(body).not.toHaveProperty('entry')
  })

  test.each([
    'CareTeam',
    'AuditEvent',
    'Flag',
  ])('rule 4.8: nothing held for %s of a number that could not be checked comes with a warning; a count of it is 503', async type => {
    const stage = { answer: { ...NOTHING_HELD, checked: false } }
    const url = `${PREFIX}/${type}?patient=9990000018`
    const { response, body } = await ask({ url }, stage)
    expect(response.statusCode).toBe(200)
    expect(body).toMatchObject({ total: 0, entry: [{ search: { mode: 'outcome' } }] })
    expect(body.entry[0].resource).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'warning', details: { coding: [{ code: 'NUMBER_NOT_CHECKED' }] } }],
    })
    for (const count of ['_summary=count', '_count=0']) {
      const counted = await ask({ url: `${url}&${count}` }, stage)
      expect(counted.response.statusCode).toBe(503)
      expect(counted.response.headers['retry-after']).toBe('5')
      const plain = await ask({ url: `${url}&${count}` }, { answer: NOTHING_HELD })
      expect(plain.body).toMatchObject({ resourceType: 'Bundle', total: 0 })
      expect(plain.body).not.toHaveProperty('entry')
      const held = await ask({ url: `${PREFIX}/CareTeam?patient=9990000018&${count}` })
      expect(held.body.total).toBe(1)
      expect(held.body).not.toHaveProperty('entry')
    }
  })

  test('rule 10.1: of a restricted person is said that nothing can be answered, which is no "nothing held"', async () => {
    const { response, body } = await ask({}, { restricted: true })
    expect(response.statusCode).toBe(403)
    expect(body).toMatchObject({
      issue: [{ code: 'suppressed', details: { coding: [{ code: 'RESTRICTED_PATIENT' }] } }],
    })
  })

  test.each([
    'CareTeam',
    'AuditEvent',
    'Flag',
    'PatientFlag',
  ])('a posted search for %s keeps the number out of the address', async type => {
    const { response, body } = await ask({
      method: 'POST',
      url: `${PREFIX}/${type}/_search`,
      headers: { ...SIGNED_IN, 'content-type': `${FORM}; charset=utf-8` },
      payload: `patient%3Aidentifier=${encodeURIComponent(`${SYSTEM}|9990000018`)}`,
    })
    expect(response.statusCode).toBe(200)
    expect(body.link[0].url).toContain(`/${type}?${NAMED}`)
  })

  test('HEAD is no access: nobody is asked about, and it is on record (rule 5.10)', async () => {
    const { response, stage } = await ask({ method: 'HEAD' })
    expect([response.statusCode, response.headers.allow, response.body]).toEqual([405, 'GET', ''])
    expect(stage.queried).toEqual([])
    expect(stage.entries).toMatchObject([{ outcome: 'refused', reason: 'method-not-allowed' }])
  })

  test.each([
    'Flag',
    'PatientFlag',
  ])('rule 4.12: %s without a code are the flags alone, and their details are found by the code', async path => {
    const typesOf = async (query: string) =>
      (await ask({ url: `${PREFIX}/${path}?${query}` })).body.entry.map(
        ({ resource }: { resource: { resourceType: string } }) => resource.resourceType,
      )
    expect(await typesOf('patient=9990000018')).toEqual(['Flag'])
    const code = 'code=child-protection-information-system-flag'
    expect(await typesOf(`patient=9990000018&${code}`)).toEqual(['Flag', 'CarePlan', 'CareTeam'])
  })

  test.each([
    ['all in the address', 'patient=9990000018', undefined],
    ['the same patient in both', `patient:identifier=${SYSTEM}|9990000018`, 'patient=Patient/9990000018'],
    ['all in the body', undefined, 'subject:identifier=9990000018'],
  ])('rule 4.5: a posted search with %s', async (_, query, payload) => {
    const { response, stage } = await ask({
      method: 'POST',
      url: `${PREFIX}/CareTeam/_search${query ? `?${query}` : ''}`,
      headers: { ...SIGNED_IN, ...(payload && { 'content-type': FORM }) },
      ...(payload && { payload }),
    })
    expect(response.statusCode).toBe(200)
    expect(stage.queried).toMatchObject([{ nhsNumber: '9990000018' }])
  })

  test('rule 5.1: unscheduled unless the header says otherwise, in any case', async () => {
    const kinds = async (value: string) => {
      const { stage } = await ask({ headers: { ...SIGNED_IN, isunscheduledaccessevent: value } })
      return stage.queried[0]?.access
    }
    expect([await kinds('false'), await kinds('FALSE')]).toEqual(['scheduled', 'scheduled'])
    expect([await kinds('true'), await kinds('True')]).toEqual(['unscheduled', 'unscheduled'])
  })

  test('rule 5.1: the header is heard by either of its names, and two that disagree are refused', async () => {
    const kind = async (headers: Record<string, string>) => {
      const { response, stage } = await ask({ headers: { ...SIGNED_IN, ...headers } })
      return stage.queried[0]?.access ?? response.statusCode
    }
    expect(await kind({ isunscheduledevent: 'false' })).toBe('scheduled')
    expect(await kind({ isunscheduledevent: 'True' })).toBe('unscheduled')
    expect(await kind({ isunscheduledevent: 'false', isunscheduledaccessevent: 'false' })).toBe('scheduled')
    expect(await kind({ isunscheduledevent: 'false', isunscheduledaccessevent: 'true' })).toBe(400)
    expect(await kind({ isunscheduledevent: 'maybe', isunscheduledaccessevent: 'maybe' })).toBe(400)
    expect(await kind({ isunscheduledevent: '' })).toBe(400)
  })

  test('the capability statement needs no sign-in and lists what is served', async () => {
    const { response, body, stage } = await ask({ url: `${PREFIX}/metadata`, headers: {} })
    expect(response.statusCode).toBe(200)
    expect(judge(body)).toEqual([])
    expect(body.rest[0].resource[2].documentation).toContain('PatientFlag')
    expect(stage.entries).toMatchObject([{ action: 'read capabilities', outcome: 'allowed' }])
  })
})

/** What can be done at each route, in the words of a capability statement. */
const INTERACTIONS: readonly [RegExp, string][] = [
  [/^GET [A-Z]\w+$/, 'search-type'],
  [/^POST [A-Z]\w+\/_search$/, 'search-type'],
  [/^POST [A-Z]\w+$/, 'create'],
  [/^GET [A-Z]\w+\/[^/]+$/, 'read'],
  [/^GET [A-Z]\w+\/[^/]+\/_history\/[^/]+$/, 'vread'],
]

test('the capability statement says what the routes do, and no more (rule 4.13)', async () => {
  const { server } = via()
  const routes: string[] = []
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push(`${one} ${url.slice(PREFIX.length + 1)}`)
  })
  const { rest } = (await server.inject({ url: `${PREFIX}/metadata` })).json()
  const said = rest[0].resource.flatMap(
    ({ type, interaction }: { type: string; interaction: { code: string }[] }) =>
      interaction.map(({ code }) => `${type} ${code}`),
  )
  const done = routes
    // The same as Flag, under a name that R4 does not know.
    .filter(route => !route.includes('PatientFlag'))
    .flatMap(route => {
      const [, code] = INTERACTIONS.find(([form]) => form.test(route)) ?? []
      return code ? [`${/[A-Z]\w+$/.exec(route.split('/')[0] ?? '')?.[0]} ${code}`] : []
    })
  expect(said.sort()).toEqual([...new Set(done)].sort())
  expect(said.length).toBeGreaterThan(10)
  expect(said).toEqual([...new Set(said)])
})

describe('what an answer names can be read (rule 4.13)', () => {
  const BASE = `https://cp-is.example${PREFIX}`
  const code = 'code=child-protection-information-system-flag'
  const searches = [PLANS, ACCESSES, `${PREFIX}/Flag?patient=9990000018&${code}`]

  /** Every address within a resource: those that it has itself, and those that it refers to. */
  const addressesIn = (bundle: Bundle) => {
    const references = [...JSON.stringify(bundle).matchAll(/"reference":"([A-Z][^"#]+)"/g)]
    return [
      ...(bundle.entry ?? []).map(({ fullUrl = '' }) => fullUrl),
      ...references.map(([, reference]) => `${BASE}/${reference}`),
    ]
  }

  test.each(searches)('%s: every fullUrl and every reference', async url => {
    const { body } = await ask({ url })
    const addresses = addressesIn(body)
    expect(addresses.length).toBeGreaterThan(0)
    for (const address of addresses) {
      const path = address.replace('https://cp-is.example', '')
      const { response, body: resource, stage } = await ask({ url: path })
      expect([response.statusCode, `${BASE}/${resource.resourceType}/${resource.id}`]).toEqual([200, address])
      expect(judge(resource)).toEqual([])
      expect(stage.read).toMatchObject([{ access: 'unscheduled', id: resource.id }])
      const inBundle = body.entry.find(({ fullUrl }: { fullUrl: string }) => fullUrl === address)
      if (inBundle) expect(resource).toEqual(inBundle.resource)
    }
  })

  test('a report by the Location that it was given, with its version', async () => {
    const url = `${PREFIX}/Appointment/0197a000-0000-7000-8000-0000000000d1/_history/1`
    const { response, body, headers } = await ask({ url })
    expect([response.statusCode, body.resourceType, headers.etag]).toEqual([200, 'Appointment', 'W/"1"'])
    expect(judge(body)).toEqual([])
    expect((await ask({ url: url.replace(/1$/, '2') })).response.statusCode).toBe(404)
  })

  const plan = `${PREFIX}/CareTeam/${PLAN.id}`
  test.each([
    ['an id that leads nowhere', plan.replace(/.$/, '9'), {}, 404],
    ['an id of something else', plan.replace('CareTeam', 'AuditEvent'), {}, 404],
    ['nobody signed in', plan, { authorization: 'Bearer ?' }, 401],
    ['without the activity', plan, { authorization: 'Bearer scheduled' }, 403],
    ['in another form', plan, { accept: 'text/xml' }, 406],
  ])('%s', async (_, url, headers, status) => {
    const { response, stage } = await ask({ url, headers: { ...SIGNED_IN, ...headers } })
    expect(response.statusCode).toBe(status)
    expect(stage.entries).toMatchObject([{ outcome: 'refused' }])
  })

  test('an unreachable store is "could not look" (rule 4.3)', async () => {
    const { response } = await ask({ url: plan }, { storeIsDown: true })
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5'])
  })

  test('what cannot be read has no address: the current number of somebody, and a warning', async () => {
    const answer = { ...NOTHING_HELD, checked: false, supersededBy: nhsNumber('9990000026') }
    const { body } = await ask({}, { answer })
    expect(body.entry.map(({ fullUrl }: { fullUrl?: string }) => fullUrl)).toEqual([
      `urn:uuid:${body.id}`,
      undefined,
    ])
    expect(judge(body)).toEqual([])
  })
})

describe('references', () => {
  test('the caller’s TraceID and the platform’s ids come back, and the TraceID is audited', async () => {
    const ids = { traceid: 'ward 7/42', 'x-request-id': 'r-1', 'x-correlation-id': 'c-1' }
    const { headers, stage } = await ask({ headers: { ...SIGNED_IN, ...ids } })
    expect(headers).toMatchObject(ids)
    expect(stage.entries[0]?.traceId).toBe('ward 7/42')
  })

  test('a TraceID is made up when none is sent; a platform id that is no plain token is dropped', async () => {
    const { headers, stage } = await ask({ headers: { ...SIGNED_IN, 'x-request-id': 'a b' } })
    expect(headers['traceid']).toMatch(/^[0-9a-f-]{36}$/)
    expect(stage.entries[0]?.traceId).toBe(headers['traceid'])
    expect(headers).not.toHaveProperty('x-request-id')
  })
})

describe('what can be asked of the format', () => {
  const accept = (value: string) => ({ headers: { ...SIGNED_IN, accept: value } })
  test.each([
    ['Accept: application/fhir+json', accept('application/fhir+json')],
    ['with a version', accept('application/fhir+json; fhirVersion=4.0')],
    ['Accept: application/json', accept('application/json;q=0.9')],
    ['Accept: anything', accept('text/html, */*;q=0.1')],
    ['_format=json', { url: `${PLANS}&_format=json` }],
    ['_format with a plus', { url: `${PLANS}&_format=application/fhir+json` }],
    ['_format over Accept', { url: `${PLANS}&_format=json`, ...accept('application/xml') }],
  ])('%s is served', async (_, request) => {
    expect((await ask(request)).response.statusCode).toBe(200)
  })
  test.each([
    ['Accept: XML', accept('application/fhir+xml')],
    ['JSON refused by quality', accept('application/fhir+json;q=0')],
    ['another FHIR version', accept('application/fhir+json; fhirVersion=3.0')],
    ['_format=xml', { url: `${PLANS}&_format=xml` }],
    ['_format=xml over Accept', { url: `${PLANS}&_format=xml`, ...accept('application/json') }],
    ['metadata as XML', { url: `${PREFIX}/metadata?_format=xml` }],
  ])('%s is not', async (_, request) => {
    const { response, stage } = await ask(request)
    expect(response.statusCode).toBe(406)
    expect(stage.queried).toEqual([])
  })
})

describe('every row of the error table, at the API', () => {
  const header = (name: string, value: string, role = 'both') => ({
    headers: { authorization: `Bearer ${role}`, [name]: value },
  })
  const posted = (type: string, payload: string): InjectOptions => ({
    method: 'POST',
    url: `${PREFIX}/CareTeam/_search`,
    headers: { ...SIGNED_IN, 'content-type': type },
    payload,
  })
  const cases: [string, InjectOptions, Partial<Backstage>, number, string, string][] = [
    ['no token', { headers: {} }, {}, 401, 'ACCESS_DENIED_UNAUTHORISED', 'no-token'],
    ['bad token', header('authorization', 'Bearer ?'), {}, 401, 'ACCESS_DENIED_UNAUTHORISED', 'not-a-token'],
    ['expired token', {}, { tokenFault: { kind: 'expired' } }, 401, 'ACCESS_DENIED_UNAUTHORISED', 'expired'],
    [
      'an application alone',
      {},
      { tokenFault: { kind: 'no-person' } },
      401,
      'ACCESS_DENIED_UNAUTHORISED',
      'no-person',
    ],
    [
      'a claim that is missing (rule 9.8)',
      {},
      { tokenFault: { kind: 'claim-refused', claim: 'family_name', problem: 'missing' } },
      401,
      'ACCESS_DENIED_UNAUTHORISED',
      'claim-refused family_name',
    ],
    [
      'issuer down',
      {},
      { tokenFault: { kind: 'issuer-unavailable' } },
      503,
      'SERVICE_UNAVAILABLE',
      'issuer-unavailable',
    ],
    ['neither activity', header('x', '1', 'neither'), {}, 403, 'ACCESS_DENIED', 'missing B0107'],
    [
      'scheduled role, header absent',
      header('x', '1', 'scheduled'),
      {},
      403,
      'ACCESS_DENIED',
      'missing B0107',
    ],
    [
      'unscheduled role, header false',
      header('isunscheduledaccessevent', 'false', 'unscheduled'),
      {},
      403,
      'ACCESS_DENIED',
      'missing B0170',
    ],
    [
      'unreadable header and neither activity',
      header('isunscheduledaccessevent', 'maybe', 'neither'),
      {},
      403,
      'ACCESS_DENIED',
      'no-activity',
    ],
    [
      'unreadable header',
      header('isunscheduledaccessevent', 'maybe', 'scheduled'),
      {},
      400,
      'PRECONDITION_FAILED',
      'invalid-header',
    ],
    [
      'empty header',
      header('isunscheduledaccessevent', ''),
      {},
      400,
      'PRECONDITION_FAILED',
      'invalid-header',
    ],
    [
      'two answers in the header',
      header('isunscheduledaccessevent', 'true, false'),
      {},
      400,
      'PRECONDITION_FAILED',
      'invalid-header',
    ],
    ['long TraceID', header('traceid', 'x'.repeat(129)), {}, 400, 'PRECONDITION_FAILED', 'invalid-header'],
    ['unprintable TraceID', header('traceid', 'caf\u00e9'), {}, 400, 'PRECONDITION_FAILED', 'invalid-header'],
    [
      'invalid number',
      { url: `${PREFIX}/CareTeam?patient=9990000019` },
      {},
      400,
      'INVALID_SEARCH_DATA',
      'invalid-nhs-number',
    ],
    [
      'a flag of another kind',
      { url: `${PREFIX}/PatientFlag?patient=9990000018&code=reasonable-adjustment-flag` },
      {},
      400,
      'INVALID_SEARCH_DATA',
      'other-code',
    ],
    ['no patient', { url: `${PREFIX}/CareTeam` }, {}, 400, 'INVALID_SEARCH_DATA', 'not-one-patient'],
    [
      'an unknown parameter, strictly',
      {
        url: `${PLANS}&status=active`,
        headers: { ...SIGNED_IN, prefer: 'return=minimal, handling=strict' },
      },
      {},
      400,
      'INVALID_SEARCH_DATA',
      'unsupported-parameter',
    ],
    [
      'a parameter that cannot be read (rule 4.11)',
      { url: `${PLANS}&_count=few` },
      {},
      400,
      'INVALID_SEARCH_DATA',
      'invalid-parameter',
    ],
    [
      'a second patient in the body',
      { ...posted(FORM, 'patient=9990000026'), url: `${PREFIX}/CareTeam/_search?patient=9990000018` },
      {},
      400,
      'INVALID_SEARCH_DATA',
      'not-one-patient',
    ],
    ['no such resource', { url: `${PREFIX}/Patient/9990000018` }, {}, 404, 'RESOURCE_NOT_FOUND', 'not-found'],
    ['a plan by its id', { url: `${PREFIX}/CareTeam/1` }, {}, 404, 'RESOURCE_NOT_FOUND', 'not-found'],
    ['the base itself', { url: PREFIX, headers: {} }, {}, 404, 'RESOURCE_NOT_FOUND', 'not-found'],
    [
      'a body for no such resource',
      { ...posted('application/json', '{"broken'), url: `${PREFIX}/Appointments` },
      {},
      404,
      'RESOURCE_NOT_FOUND',
      'not-found',
    ],
    ['a method not served', { method: 'DELETE' }, {}, 405, 'METHOD_NOT_ALLOWED', 'method-not-allowed'],
    [
      'a search posted as JSON',
      posted('application/json', '{}'),
      {},
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'unsupported-media-type',
    ],
    [
      'a long body',
      posted(FORM, `patient=9990000018&x=${'y'.repeat(5_000)}`),
      {},
      413,
      'PAYLOAD_TOO_LARGE',
      'too-long',
    ],
    ['a long address', { url: `${PLANS}&x=${'y'.repeat(2_000)}` }, {}, 414, 'URI_TOO_LONG', 'too-long'],
    ['the store down', {}, { storeIsDown: true }, 503, 'SERVICE_UNAVAILABLE', 'unavailable'],
  ]
  test.each(cases)('%s', async (_, request, change, status, code, reason) => {
    const { response, body, headers, stage, logged } = await ask(request, change)
    expect(response.statusCode).toBe(status)
    expect(judge(body)).toEqual([])
    expect(body.issue[0].details.coding[0].code).toBe(code)
    expect(headers['content-type']).toBe('application/fhir+json; charset=utf-8')
    expect(headers['cache-control']).toBe('no-store')
    // rule 8.1: one entry each, and it says why; rule 8.2: nobody's number in an error or a log line
    expect(stage.entries).toHaveLength(1)
    expect(stage.entries[0]).toMatchObject({ outcome: status < 500 ? 'refused' : 'failed', reason })
    expect(response.body + logged.join('')).not.toContain('9990000018')
    if (status < 500) expect(stage.queried).toEqual([])
  })

  test('401 challenges as RFC 6750 says, with an error only where a token was sent', async () => {
    expect((await ask({ headers: {} })).headers['www-authenticate']).toBe('Bearer realm="cp-is"')
    expect((await ask({}, { tokenFault: { kind: 'expired' } })).headers['www-authenticate']).toBe(
      'Bearer realm="cp-is", error="invalid_token", error_description="The access token has expired"',
    )
  })

  test('405 says what is allowed', async () => {
    for (const method of ['DELETE', 'PATCH', 'PUT', 'POST', 'OPTIONS', 'TRACE'] as const) {
      const { response } = await ask({ method: method as 'DELETE' })
      expect([response.statusCode, response.headers.allow], method).toEqual([405, 'GET'])
    }
    expect((await ask({ url: `${PREFIX}/CareTeam/_search?patient=1` })).headers.allow).toBe('POST')
  })

  test('503 says when to ask again', async () => {
    expect((await ask({}, { storeIsDown: true })).headers['retry-after']).toBe('5')
  })

  test('a refusal elsewhere on the server is in FHIR’s form too', async () => {
    const { server, stage } = via()
    server.addHook('onRequest', async (_, reply) => {
      reply.header('retry-after', '30')
      throw Object.assign(new Error('slow down'), { statusCode: 429 })
    })
    const response = await server.inject({ url: PLANS })
    expect(response.statusCode).toBe(429)
    expect(response.json().issue[0].code).toBe('throttled')
    expect(response.headers['retry-after']).toBe('30')
    expect(stage.entries).toMatchObject([{ outcome: 'refused', reason: 'too-many-requests' }])
  })
})

describe('rule 5.4: who may ask is decided before anything else is read', () => {
  test.each([
    '',
    'Bearer neither',
  ])('%j learns nothing of a wrong number, header or body', async authorization => {
    const headers = {
      authorization,
      'content-type': 'application/json',
      traceid: 'x'.repeat(200),
      accept: 'text/xml',
    }
    const status = authorization === '' ? 401 : 403
    const get = await ask({ headers, url: `${PREFIX}/CareTeam?patient=1` })
    const post = await ask({
      headers,
      method: 'POST',
      url: `${PREFIX}/CareTeam/_search`,
      payload: 'z'.repeat(9_000),
    })
    expect([get.response.statusCode, post.response.statusCode]).toEqual([status, status])
    expect(get.stage.entries[0]).not.toHaveProperty('nhsNumber')
  })

  test('two Authorization headers are as good as none', async () => {
    const { server } = via()
    await server.listen({ port: 0, host: '127.0.0.1' })
    const { port } = server.server.address() as { port: number }
    const { request } = await import('node:http')
    const status = await new Promise(resolve => {
      const headers = [
        'Host',
        'cp-is.example',
        'Authorization',
        'Bearer both',
        'Authorization',
        'Bearer other',
      ]
      request({ port, path: PLANS, headers }, response => resolve(response.statusCode)).end()
    })
    expect(status).toBe(401)
  })
})

describe('rule 8.1: no answer without its audit entry', () => {
  test('an answered query leaves the one entry of the flow', async () => {
    const { stage } = await ask({})
    expect(stage.entries).toMatchObject([
      { action: 'query plans', outcome: 'allowed', nhsNumber: '9990000018' },
    ])
  })

  test.each([
    ['the capability statement', { url: `${PREFIX}/metadata` }],
    ['a refusal', { url: `${PREFIX}/CareTeam?patient=1` }],
    ['an unknown address', { url: `${PREFIX}/x` }],
    ['a HEAD', { method: 'HEAD' as const, url: `${PREFIX}/metadata` }],
  ])('%s becomes a 503 when its entry cannot be left', async (_, request) => {
    const { response, body, stage } = await ask(request, { auditIsDown: true })
    expect(response.statusCode).toBe(503)
    expect(response.headers['retry-after']).toBe('5')
    if (body) expect(body.issue[0].code).toBe('transient')
    expect(stage.failures).toHaveLength(1)
  })

  test('who was recognised is in the entry of a refusal', async () => {
    const { stage } = await ask({ headers: { authorization: 'Bearer scheduled' } })
    expect(stage.entries).toMatchObject([{ action: 'query plans', author: { userId: '999000000017' } }])
  })
})

describe('rule 4.3: a failure is never an answer', () => {
  test('the store down is an error without details, reported to the operator', async () => {
    const { response, stage } = await ask({}, { storeIsDown: true })
    expect(response.body).not.toContain('connection')
    expect(String(stage.failures[0])).toContain('no connection')
    expect(stage.entries).toMatchObject([{ outcome: 'failed', nhsNumber: '9990000018' }])
  })

  test('a bug of ours is a 500 without details', async () => {
    const { server, stage } = via()
    server.addHook('onRequest', async () => {
      throw new Error('secret detail')
    })
    const response = await server.inject({ url: PLANS, headers: SIGNED_IN })
    expect(response.statusCode).toBe(500)
    expect(response.json().issue[0].code).toBe('exception')
    expect(response.body).not.toContain('secret')
    expect(stage.failures).toHaveLength(1)
    expect(stage.entries).toMatchObject([{ outcome: 'failed', reason: 'internal-error' }])
  })
})

test('an independent FHIR client finds plans and accesses over the network', async () => {
  const { server } = via()
  await server.listen({ port: 0, host: '127.0.0.1' })
  const { port } = server.server.address() as { port: number }
  const client = new Client({ baseUrl: `http://127.0.0.1:${port}${PREFIX}`, bearerToken: 'both' })
  const searchParams = { 'patient:identifier': `${SYSTEM}|9990000018` }
  expect(await client.capabilityStatement()).toMatchObject({ fhirVersion: '4.0.1' })
  const plans = await client.search({ resourceType: 'CareTeam', searchParams })
  expect(plans).toMatchObject({ type: 'searchset', total: 1 })
  const posted = await client.search({
    resourceType: 'AuditEvent',
    searchParams,
    options: { postSearch: true },
  })
  expect(posted).toMatchObject({ type: 'searchset', total: 1 })
  const { link } = plans as unknown as Bundle
  const again = await fetch(link?.[0]?.url ?? '', { headers: SIGNED_IN })
  expect(await again.json()).toMatchObject({ total: 1, link })
})

test('the code system of our own errors is read by anybody (rule 8.5)', async () => {
  const { server, stage } = openApi()
  const url = `${PREFIX}/CodeSystem/cpis-error-code`
  const codes = (await server.inject({ url })).json()
  const refused = (await server.inject({ url: PLANS })).json()
  const [coding] = refused.issue[0].details.coding
  expect(coding.system).toBe(codes.url)
  expect(codes.concept).toContainEqual(
    expect.objectContaining({ code: coding.code, display: coding.display }),
  )
  expect(judge(codes)).toEqual([])
  expect(stage.entries[0]).toMatchObject({ action: 'read error codes', outcome: 'allowed' })
  await server.close()
})

describe('pages of other origins (rule 9.10)', () => {
  const origin = 'https://records.example'
  const preflight = (headers: object = {}) => ({
    method: 'OPTIONS' as const,
    headers: {
      origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization,isunscheduledaccessevent',
      ...headers,
    },
  })

  test('may ask where their origin is named, are told so beforehand, and never by cookies', async () => {
    const { response, headers, stage } = await ask(preflight(), { origins: [origin] })
    expect(response.statusCode).toBe(204)
    expect(headers['access-control-allow-origin']).toBe(origin)
    expect(headers['access-control-allow-headers']).toContain('Authorization')
    expect(headers['access-control-allow-headers']).toContain('IsUnscheduledAccessEvent')
    expect(headers['access-control-allow-methods']).toBe('GET, POST')
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
    expect(headers.vary).toBe('Origin')
    expect(stage.entries).toMatchObject([{ action: 'preflight', outcome: 'allowed' }])
    expect(stage.queried).toEqual([])
  })

  test('read answers and refusals alike', async () => {
    for (const [authorization, status] of [
      ['Bearer both', 200],
      ['Bearer ?', 401],
      ['Bearer scheduled', 403],
    ] as const) {
      const { response, headers } = await ask({ headers: { origin, authorization } }, { origins: [origin] })
      expect([response.statusCode, headers['access-control-allow-origin']]).toEqual([status, origin])
      expect(headers['access-control-expose-headers']).toContain('Retry-After')
    }
  })

  test.each([
    ['of another origin', { origin: 'https://other.example' }, [origin]],
    ['of none', { origin: 'null' }, [origin]],
    ['where none is named', { origin }, undefined],
  ])('%s are told nothing', async (_, headers, origins) => {
    const named = origins ? { origins } : {}
    const asked = await ask(preflight(headers), named)
    expect([asked.response.statusCode, asked.headers['access-control-allow-origin']]).toEqual([
      405,
      undefined,
    ])
    const answered = await ask({ headers: { ...SIGNED_IN, ...headers } }, named)
    expect(answered.headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('an OPTIONS that is no preflight is refused as ever', async () => {
    const { response } = await ask({ method: 'OPTIONS', headers: { origin } }, { origins: [origin] })
    expect(response.statusCode).toBe(405)
  })
})
