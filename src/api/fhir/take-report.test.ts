import type { InjectOptions } from 'fastify'
import { Client } from 'fhir-kit-client'
import { afterEach, describe, expect, test } from 'vitest'
import { NURSE, PLAN, r4Judges } from '../../formats/fhir/testing.ts'
import { type Backstage, openApi, PREFIX, reportOf } from './testing.ts'

const ADDRESS = `${PREFIX}/Appointment`
const FHIR = 'application/fhir+json'
const APPOINTMENT = {
  resourceType: 'Appointment',
  identifier: [{ system: 'https://hospital.example/Id/appointment', value: 'A-1' }],
  status: 'noshow',
  start: '2026-03-09T14:00:00Z',
  end: '2026-03-09T14:30:00Z',
  serviceType: [{ text: 'Community paediatrics' }],
  participant: [
    {
      actor: {
        type: 'Patient',
        identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018' },
      },
      status: 'accepted',
    },
  ],
}
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

async function report(
  body: object | string = APPOINTMENT,
  { headers = {}, role = 'both', ...request }: InjectOptions & { role?: string } = {},
  change?: Partial<Backstage>,
) {
  const { server, stage, logged } = via(change)
  const response = await server.inject({
    method: 'POST',
    url: ADDRESS,
    headers: { authorization: `Bearer ${role}`, 'content-type': FHIR, ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
    ...request,
  })
  return { response, body: response.json(), stage, logged }
}

describe('a report on the condition that there is none (rule 15.9)', () => {
  test.each([
    ['by its identifier', 'identifier=https://hospital.example/Id/appointment|A-1', true],
    ['by another of its identifiers', 'identifier=B-2', true],
    ['without one', undefined, false],
  ])('%s', async (_, condition, onlyIfNoneExists) => {
    const identifier = [...APPOINTMENT.identifier, { value: 'B-2' }]
    const headers = condition === undefined ? {} : { 'if-none-exist': condition }
    const { response, body, stage } = await report({ ...APPOINTMENT, identifier }, { headers })
    expect(response.statusCode).toBe(201)
    expect(stage.reported).toMatchObject([{ onlyIfNoneExists }])
    expect(body.identifier).toEqual(identifier)
  })

  test.each([
    'identifier=https://hospital.example/Id/appointment|A-2',
    'identifier=A-1',
    'status=noshow',
  ])('%s, which does not name the appointment, is refused', async condition => {
    const { response, body, stage } = await report(APPOINTMENT, { headers: { 'if-none-exist': condition } })
    expect(response.statusCode).toBe(400)
    expect(body.issue[0].diagnostics).toContain('If-None-Exist')
    expect(stage.reported).toEqual([])
  })
})

describe('what the reporter is told', () => {
  test('the authorities that are told, with their phones, as valid R4', async () => {
    const { response, body, stage } = await report()
    expect(response.statusCode).toBe(201)
    expect(judge(body)).toEqual([])
    expect(body).toMatchObject({
      ...APPOINTMENT,
      start: '2026-03-09T14:00:00.000Z',
      end: '2026-03-09T14:30:00.000Z',
      participant: [{}, { required: 'information-only', actor: { reference: '#ZZ901' } }],
      contained: [{ resourceType: 'HealthcareService', name: PLAN.authority.name }],
    })
    expect(response.headers['location']).toBe(`https://cp-is.example${ADDRESS}/${body.id}/_history/1`)
    expect(response.headers['etag']).toBe('W/"1"')
    expect(body.meta.versionId).toBe('1')
    expect(response.headers['cache-control']).toBe('no-store')
    expect(response.headers['content-type']).toBe(`${FHIR}; charset=utf-8`)
    expect(stage.reported).toMatchObject([
      {
        requester: { author: NURSE },
        appointment: { nhsNumber: '9990000018', service: 'Community paediatrics' },
        via: 'fhir',
      },
    ])
    expect(stage.entries).toMatchObject([{ action: 'report missed appointment', outcome: 'allowed' }])
  })

  test('a report made again has the same answer, as 200', async () => {
    const first = await report()
    const [made] = first.stage.reported
    if (!made) throw new Error('The report reached the flow')
    const value = { report: reportOf(made.appointment), repeated: true }
    const again = await report(APPOINTMENT, {}, { reportOutcome: { ok: true, value } })
    expect(again.response.statusCode).toBe(200)
    expect(again.body).toEqual(first.body)
  })

  test('a real client reports through a real connection', async () => {
    const { server } = via()
    await server.listen({ port: 0, host: '127.0.0.1' })
    const { port } = server.server.address() as { port: number }
    const client = new Client({ baseUrl: `http://127.0.0.1:${port}${PREFIX}`, bearerToken: 'scheduled' })
    const made = (await client.create({
      resourceType: 'Appointment',
      body: APPOINTMENT as unknown as Parameters<Client['create']>[0]['body'],
    })) as unknown as { id: string; status: string }
    expect(made).toMatchObject({ resourceType: 'Appointment', status: 'noshow' })
    expect(made.id).toBeTruthy()
  })

  test.each([
    'both',
    'unscheduled',
    'scheduled',
  ])('a role with %s activities may report, whatever the access header says', async role => {
    for (const isunscheduledaccessevent of ['true', 'false', 'maybe']) {
      const { response } = await report(APPOINTMENT, { role, headers: { isunscheduledaccessevent } })
      expect(response.statusCode).toBe(201)
    }
  })
})

describe('what does not become a report', () => {
  type Reports = Parameters<typeof report>
  const fails = (kind: 'not-past' | 'too-long-ago' | 'nothing-held' | 'identifier-in-use') => ({
    reportOutcome: { ok: false as const, fault: { kind } },
  })
  const as = (headers: Record<string, string>) => ({ headers })
  const cases: [string, Reports, number, string, string?][] = [
    ['nothing held', [APPOINTMENT, {}, fails('nothing-held')], 422, 'NO_INFORMATION_HELD'],
    [
      'an identifier of another report',
      [APPOINTMENT, {}, fails('identifier-in-use')],
      409,
      'IDENTIFIER_IN_USE',
      'Appointment.identifier',
    ],
    ['one to come', [APPOINTMENT, {}, fails('not-past')], 400, 'INVALID_RESOURCE', 'Appointment.start'],
    ['an old one', [APPOINTMENT, {}, fails('too-long-ago')], 400, 'INVALID_RESOURCE', 'Appointment.start'],
    [
      'one that was kept',
      [{ ...APPOINTMENT, status: 'fulfilled' }],
      400,
      'INVALID_RESOURCE',
      'Appointment.status',
    ],
    ['no JSON', ['{'], 400, 'INVALID_REQUEST'],
    ['an empty body', [''], 400, 'INVALID_REQUEST'],
    [
      'a form',
      ['patient=1', as({ 'content-type': 'application/x-www-form-urlencoded' })],
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'XML',
      ['<Appointment/>', as({ 'content-type': 'application/fhir+xml' })],
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['an answer as XML', [APPOINTMENT, as({ accept: 'application/fhir+xml' })], 406, 'NOT_ACCEPTABLE'],
    ['_format=xml', [APPOINTMENT, { url: `${ADDRESS}?_format=xml` }], 406, 'NOT_ACCEPTABLE'],
    ['a long body', [{ ...APPOINTMENT, comment: 'x'.repeat(100_000) }], 413, 'PAYLOAD_TOO_LARGE'],
    ['a long reference', [APPOINTMENT, as({ traceid: 'x'.repeat(129) })], 400, 'PRECONDITION_FAILED'],
    ['no activity', [APPOINTMENT, { role: 'neither' }], 403, 'ACCESS_DENIED'],
    ['an unknown token', [APPOINTMENT, { role: 'nobody' }], 401, 'ACCESS_DENIED_UNAUTHORISED'],
    [
      'a system alone',
      [APPOINTMENT, {}, { tokenFault: { kind: 'no-person' } }],
      401,
      'ACCESS_DENIED_UNAUTHORISED',
    ],
    ['the store down', [APPOINTMENT, {}, { storeIsDown: true }], 503, 'SERVICE_UNAVAILABLE'],
  ]
  test.each(cases)('%s', async (_, request, status, code, expression) => {
    const { response, body, stage, logged } = await report(...request)
    expect(response.statusCode).toBe(status)
    expect(judge(body)).toEqual([])
    expect(body.issue[0].details.coding[0].code).toBe(code)
    expect(body.issue[0].expression).toEqual(expression && [expression])
    expect(response.headers['cache-control']).toBe('no-store')
    expect(response.headers).not.toHaveProperty('location')
    expect(stage.entries).toHaveLength(1)
    expect(response.body + logged.join('')).not.toContain('9990000018')
  })

  test('rule 4.2: that nothing is held is no assurance', async () => {
    const { body } = await report(APPOINTMENT, {}, fails('nothing-held'))
    expect(body.issue[0].diagnostics).toContain('not an assurance of safety')
  })

  test('rule 5.4: who may not report learns nothing of the report', async () => {
    for (const [role, status] of [
      ['neither', 403],
      ['nobody', 401],
    ] as const) {
      const { response, stage } = await report('{', { role, headers: { traceid: 'x'.repeat(200) } })
      expect(response.statusCode).toBe(status)
      expect(stage.entries[0]).not.toHaveProperty('nhsNumber')
    }
  })

  test('bytes that are no text are not guessed at', async () => {
    const payload = Buffer.from(JSON.stringify({ ...APPOINTMENT, description: 'caf\u00e9' }), 'latin1')
    const { response, stage } = await report(APPOINTMENT, { payload })
    expect(response.statusCode).toBe(400)
    expect(stage.reported).toEqual([])
  })

  test('reports cannot be read, listed or changed', async () => {
    const { server } = via()
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const response = await server.inject({
        method,
        url: ADDRESS,
        headers: { authorization: 'Bearer both' },
      })
      expect([response.statusCode, response.headers.allow]).toEqual([405, 'POST'])
    }
    const one = await server.inject({ url: `${ADDRESS}/1`, headers: { authorization: 'Bearer both' } })
    expect(one.statusCode).toBe(404)
  })

  test('what is posted to a search is still a form (and JSON is not)', async () => {
    const { response } = await report(APPOINTMENT, { url: `${PREFIX}/CareTeam/_search` })
    expect(response.statusCode).toBe(415)
  })
})
