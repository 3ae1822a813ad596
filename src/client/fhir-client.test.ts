// One file: every test asks through the same client and the same server.
import { afterEach, describe, expect, test } from 'vitest'
import { type Backstage, openApi, PREFIX } from '../api/fhir/testing.ts'
import { ANSWER, NOTHING_HELD, PLAN } from '../formats/fhir/testing.ts'
import { fhirClient } from './index.ts'
import { writeMissedAppointment } from './missed-appointment.ts'

const CHILD = '9990000018'

const opened: ReturnType<typeof openApi>[] = []
afterEach(async () => {
  for (const api of opened.splice(0)) await api.server.close()
})

/** The client before the real interface, on a real connection. */
async function connect(change?: Partial<Backstage>, token = 'both') {
  const api = openApi(change)
  opened.push(api)
  await api.server.listen({ port: 0, host: '127.0.0.1' })
  const { port } = api.server.server.address() as { port: number }
  const addresses: string[] = []
  const client = fhirClient({
    baseUrl: `http://127.0.0.1:${port}${PREFIX}/`,
    token: async () => token,
    fetch: (input, init) => {
      addresses.push(String(input))
      return fetch(input, init)
    },
  })
  return { client, addresses, ...api }
}

/** The client before a server that answers as told. */
function facing(answer: (url: string, init?: RequestInit) => Response | Promise<Response>) {
  return fhirClient({
    baseUrl: 'https://cp-is.example/r4',
    token: () => 'x',
    fetch: async (input, init) => answer(String(input), init),
    timeoutMilliseconds: 50,
  })
}

const json = (body: unknown, status = 200, headers = {}) => Response.json(body, { status, headers })

/** What the API answers, to be tampered with. */
async function answered(type: 'CareTeam' | 'AuditEvent') {
  const { server } = await connect()
  const url = `${PREFIX}/${type}?patient=${CHILD}`
  return (await server.inject({ url, headers: { authorization: 'Bearer both' } })).json()
}

describe('asking', () => {
  test('what is held comes as plain values', async () => {
    const { client } = await connect()
    expect(await client.careTeams(CHILD)).toEqual({
      kind: 'held',
      plans: [
        {
          id: PLAN.id,
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
          lastUploadedAt: new Date('2026-03-09T02:00:00Z'),
        },
      ],
    })
  })

  test('the access list says when, who, in which role and where', async () => {
    const { client } = await connect()
    expect(await client.accessHistory(CHILD)).toEqual({
      kind: 'listed',
      accesses: [
        {
          id: '0197a000-0000-7000-8000-0000000000a1',
          at: new Date('2026-03-10T09:30:00Z'),
          viewer: 'Nurse Ada EXAMPLE',
          role: 'Nurse Access Role',
          organisation: 'MADE-UP HOSPITAL (ZZ1)',
        },
      ],
    })
  })

  test('nothing held, and a plan without a listed access, are told apart from failures', async () => {
    const unchecked = await connect({ answer: { ...NOTHING_HELD, checked: false } })
    expect(await unchecked.client.careTeams(CHILD)).toEqual({ kind: 'unchecked' })
    expect(await unchecked.client.accessHistory(CHILD)).toEqual({ kind: 'unchecked' })
    expect(await (await connect({ answer: NOTHING_HELD })).client.careTeams(CHILD)).toEqual({
      kind: 'nothing-held',
    })
    const unlisted = await connect({ answer: { ...ANSWER, accesses: [] } })
    expect(await unlisted.client.accessHistory(CHILD)).toEqual({ kind: 'none-listed' })
  })

  test('rule 5.1: unscheduled unless told otherwise; the reference goes along', async () => {
    const { client, stage } = await connect()
    await client.careTeams(CHILD)
    await client.careTeams(CHILD, { unscheduled: false, traceId: 'ward 7' })
    expect(stage.queried).toMatchObject([
      { access: 'unscheduled' },
      { access: 'scheduled', traceId: 'ward 7' },
    ])
  })

  test('rule 8.2: the number is in no address', async () => {
    const { client, addresses } = await connect()
    await client.careTeams(CHILD)
    await client.accessHistory(CHILD)
    expect(addresses).toHaveLength(2)
    expect(addresses.join()).not.toContain(CHILD)
  })

  test('the metadata', async () => {
    const { client } = await connect()
    expect(await client.metadata()).toEqual({
      kind: 'described',
      fhirVersion: '4.0.1',
      softwareVersion: '1.2.3',
      resources: [
        'CareTeam',
        'AuditEvent',
        'Flag',
        'Appointment',
        'CarePlan',
        'PractitionerRole',
        'CodeSystem',
      ],
    })
  })
})

describe('a refusal is the caller’s to put right', () => {
  test('it carries the status and the service’s words', async () => {
    const wrongRole = await connect({}, 'scheduled')
    expect(await wrongRole.client.careTeams(CHILD)).toMatchObject({
      kind: 'refused',
      status: 403,
      message: expect.stringContaining('B0107'),
    })
    const signedOut = await connect({}, 'nobody')
    expect(await signedOut.client.accessHistory(CHILD)).toMatchObject({ kind: 'refused', status: 401 })
    expect(await (await connect()).client.careTeams('3200000015')).toMatchObject({
      kind: 'refused',
      status: 400,
      // Rule 1.4.
      message: 'The number is a Northern Irish H&C number, which this service does not cover',
    })
    expect(await signedOut.client.careTeams('123')).toMatchObject({ kind: 'refused' })
  })

  test('without an OperationOutcome it carries the status alone', async () => {
    const client = facing(() => new Response('<html>', { status: 404 }))
    expect(await client.careTeams(CHILD)).toEqual({
      kind: 'refused',
      status: 404,
      message: 'HTTP status 404',
    })
  })
})

describe('rule 4.3: whatever is not an answer is "could not look", never "nothing held"', () => {
  test('the store behind the API is down', async () => {
    const { client } = await connect({ storeIsDown: true })
    expect(await client.careTeams(CHILD)).toMatchObject({ kind: 'could-not-look', retryAfterSeconds: 5 })
    expect(await client.accessHistory(CHILD)).toMatchObject({ kind: 'could-not-look' })
  })

  const broken: [string, () => Response | Promise<Response>][] = [
    ['no connection', () => Promise.reject(new TypeError('fetch failed'))],
    ['too many requests', () => json({}, 429)],
    ['a gateway’s failure', () => new Response('<html>', { status: 502 })],
    ['an empty answer', () => new Response('', { status: 200 })],
    ['no content', () => new Response(null, { status: 204 })],
    ['a sign-in page', () => new Response('<html>sign in</html>', { status: 200 })],
    ['null', () => json(null)],
    ['an empty object', () => json({})],
    ['an OperationOutcome under 200', () => json({ resourceType: 'OperationOutcome', issue: [] })],
    ['another kind of bundle', () => json({ resourceType: 'Bundle', type: 'collection', total: 0 })],
    ['a bundle without a total', () => json({ resourceType: 'Bundle', type: 'searchset' })],
    ['a bundle that leaves out', () => json({ resourceType: 'Bundle', type: 'searchset', total: 2 })],
  ]
  test.each(broken)('%s', async (_, answer) => {
    for (const outcome of [
      await facing(answer).careTeams(CHILD),
      await facing(answer).accessHistory(CHILD),
      await facing(answer).metadata(),
    ]) {
      expect(outcome.kind).toBe('could-not-look')
    }
  })

  test('no answer in time', async () => {
    const never = facing(
      (_, init) =>
        new Promise((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
        }),
    )
    expect(await never.careTeams(CHILD)).toEqual({
      kind: 'could-not-look',
      message: 'No answer came in time',
    })
  })

  test('a redirection is not followed with the token', async () => {
    const redirect: unknown[] = []
    await facing((_, init) => {
      redirect.push(init?.redirect)
      return json({})
    }).careTeams(CHILD)
    expect(redirect).toEqual(['error'])
  })

  test('no token to be had', async () => {
    const client = fhirClient({
      baseUrl: 'https://cp-is.example',
      token: () => Promise.reject(new Error('signed out')),
      fetch: () => Promise.reject(new Error('must not be called')),
    })
    expect(await client.careTeams(CHILD)).toEqual({
      kind: 'could-not-look',
      message: 'No access token could be had',
    })
  })

  test('an answer about somebody else, or not understood in full, is none', async () => {
    const plans = await answered('CareTeam')
    const accesses = await answered('AuditEvent')
    const edit = (bundle: object, change: (text: string) => string) => () =>
      json(JSON.parse(change(JSON.stringify(bundle))))
    const somebodyElse = (text: string) => text.replaceAll(CHILD, '9990000026')
    expect(await facing(edit(plans, text => text)).careTeams(CHILD)).toMatchObject({ kind: 'held' })
    expect(await facing(edit(accesses, text => text)).accessHistory(CHILD)).toMatchObject({ kind: 'listed' })
    for (const change of [
      somebodyElse,
      (text: string) => text.replace('"name"', '"title"'),
      (text: string) => text.replace('"total":1', '"total":2'),
      (text: string) => text.replace('"CareTeam"', '"CarePlan"'),
    ]) {
      expect((await facing(edit(plans, change)).careTeams(CHILD)).kind).toBe('could-not-look')
    }
    for (const change of [
      somebodyElse,
      (text: string) => text.replace('"recorded":"', '"recorded":"on '),
      (text: string) => text.replaceAll('PractitionerRole/', 'PractitionerRole/x'),
    ]) {
      expect((await facing(edit(accesses, change)).accessHistory(CHILD)).kind).toBe('could-not-look')
    }
  })
})

test('a kind of plan that is not known is shown by its description, never left out', async () => {
  const bundle = await answered('CareTeam')
  bundle.entry[0].resource.category[0].coding[0] = { code: '1', display: 'Something new' }
  expect(await facing(() => json(bundle)).careTeams(CHILD)).toMatchObject({
    kind: 'held',
    plans: [{ type: 'other', description: 'Something new' }],
  })
})

describe('reporting a missed appointment', () => {
  const APPOINTMENT = {
    identifier: { system: 'https://hospital.example/Id/appointment', value: 'A-1' },
    nhsNumber: CHILD,
    start: new Date('2026-03-09T14:00:00Z'),
    service: 'Community paediatrics',
    description: 'Review',
  }
  const TOLD = {
    kind: 'told',
    id: '0197a000-0000-7000-8000-0000000000d1',
    repeated: false,
    authorities: [PLAN.authority],
  }
  const failing = (kind: 'nothing-held' | 'identifier-in-use') => ({
    reportOutcome: { ok: false as const, fault: { kind } },
  })

  test('the authorities that are told come with their phones', async () => {
    const { client, stage, addresses } = await connect()
    expect(await client.reportMissedAppointment(APPOINTMENT, { traceId: 'T-7' })).toEqual(TOLD)
    expect(stage.reported).toMatchObject([{ appointment: APPOINTMENT, traceId: 'T-7' }])
    expect(addresses.join()).not.toContain(CHILD)
  })

  test('an end is told where one is known', async () => {
    const { client, stage } = await connect()
    const end = new Date('2026-03-09T14:30:00Z')
    await client.reportMissedAppointment({ ...APPOINTMENT, end })
    expect(stage.reported[0]?.appointment.end).toEqual(end)
  })

  test('that nobody was told is an outcome of its own, and no assurance', async () => {
    const { client } = await connect(failing('nothing-held'))
    expect(await client.reportMissedAppointment(APPOINTMENT)).toEqual({
      kind: 'nobody-told',
      message: expect.stringContaining('not an assurance of safety'),
    })
  })

  test('what is refused is not to be sent again as it is', async () => {
    const { client } = await connect(failing('identifier-in-use'))
    expect(await client.reportMissedAppointment(APPOINTMENT)).toMatchObject({ kind: 'refused', status: 409 })
    const { client: stranger } = await connect({}, 'neither')
    expect(await stranger.reportMissedAppointment(APPOINTMENT)).toMatchObject({
      kind: 'refused',
      status: 403,
    })
  })

  test('a report made again says so', async () => {
    const { server } = await connect()
    const sent = await server.inject({
      method: 'POST',
      url: `${PREFIX}/Appointment`,
      headers: { authorization: 'Bearer both', 'content-type': 'application/fhir+json' },
      payload: JSON.stringify(writeMissedAppointment(APPOINTMENT)),
    })
    const again = facing(() => json(sent.json(), 200))
    expect(await again.reportMissedAppointment(APPOINTMENT)).toEqual({ ...TOLD, repeated: true })
    for (const change of [
      { resourceType: 'OperationOutcome' },
      { status: 'booked' },
      { id: undefined },
      { identifier: [{ ...APPOINTMENT.identifier, value: 'A-2' }] },
      { participant: [] },
      { contained: [] },
      { contained: undefined },
    ]) {
      const tampered = facing(() => json({ ...sent.json<object>(), ...change }, 201))
      expect(await tampered.reportMissedAppointment(APPOINTMENT)).toMatchObject({ kind: 'not-known' })
    }
    expect(await again.reportMissedAppointment({ ...APPOINTMENT, nhsNumber: '9990000026' })).toMatchObject({
      kind: 'not-known',
    })
  })

  test.each<[string, () => Response | Promise<Response>]>([
    ['the service down', () => Promise.reject(new Error('refused'))],
    ['a 503', () => json({}, 503)],
    ['a 429', () => json({}, 429)],
    ['a page', () => new Response('<html>', { status: 201 })],
    ['an empty 201', () => json({}, 201)],
    ['a 202', () => json({}, 202)],
    ['a 422 without words', () => json({}, 422)],
  ])('%s leaves it unknown whether anybody was told', async (_, answer) => {
    expect(await facing(answer).reportMissedAppointment(APPOINTMENT)).toMatchObject({ kind: 'not-known' })
  })

  test('any other 422 is a refusal, and never "nobody needed telling"', async () => {
    const client = facing(() => json({ issue: [{ diagnostics: 'Not now' }] }, 422))
    expect(await client.reportMissedAppointment(APPOINTMENT)).toEqual({
      kind: 'refused',
      status: 422,
      message: 'Not now',
    })
  })
})
