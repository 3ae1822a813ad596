import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { NhsNumber } from '../domain/nhs-number.ts'
import { type PdsClientOptions, pdsClient } from './pds-client.ts'

const ASKED = '9990000018' as NhsNumber
const OTHER = '9990000026'

const PATIENT = {
  resourceType: 'Patient',
  id: ASKED,
  meta: { versionId: '2', security: [{ code: 'U', display: 'unrestricted' }] },
  name: [
    { id: '2', use: 'old', period: { start: '2010-01-01' }, given: ['Saffron'], family: 'Formerly' },
    { id: '3', use: 'nickname', given: ['Saff'], family: 'Testcase' },
    {
      id: '1',
      use: 'usual',
      period: { start: '2019-01-01' },
      given: ['Saffron', 'Juniper'],
      family: 'Testcase',
    },
    { id: '4', use: 'usual', period: { end: '2018-12-31' }, given: ['Saffron'], family: 'Ended' },
  ],
  gender: 'female',
  birthDate: '2014-02-28',
}

function outcome(code: string, issueCode = 'not_found') {
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'error',
        code: issueCode,
        details: {
          coding: [
            {
              system: 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode',
              version: '1',
              code,
              display: code,
            },
          ],
        },
      },
    ],
  }
}

type Step = (request: IncomingMessage, response: ServerResponse) => void

const replies =
  (status: number, body: unknown, headers: Record<string, string> = {}): Step =>
  (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/fhir+json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
const hangs: Step = () => {}
const resets: Step = request => {
  request.socket.resetAndDestroy()
}

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** A PDS that does as the steps say, one a request and the last one for ever, and a client of it whose waits pass at once. */
async function pds(steps: Step[], options: Partial<PdsClientOptions> = {}) {
  const requests: IncomingMessage[] = []
  const waits: number[] = []
  const server = createServer((request, response) => {
    const step = steps[Math.min(requests.length, steps.length - 1)]
    requests.push(request)
    step?.(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  open.push(() => {
    server.closeAllConnections()
    server.close()
  })
  let ids = 0
  const client = pdsClient({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/FHIR/R4/`,
    timeoutMs: 2000,
    newRequestId: () => `request-${++ids}`,
    now: () => new Date('2026-03-01T12:00:00Z'),
    sleep: async ms => {
      waits.push(ms)
    },
    random: () => 1,
    ...options,
  })
  return { client, requests, waits, server }
}

describe('what PDS answers', () => {
  test('a person: date of birth, names in use before nicknames before former ones (rule 3.7)', async () => {
    const { client } = await pds([replies(200, PATIENT)])
    expect(await client.find(ASKED)).toEqual({
      kind: 'found',
      person: {
        birthDate: '2014-02-28',
        familyNames: ['Testcase', 'Testcase', 'Formerly', 'Ended'],
        givenNames: [['Saffron', 'Juniper'], ['Saff'], ['Saffron'], ['Saffron']],
        sex: 'female',
      },
    })
  })

  test.each<[object, string | undefined]>([
    [{ deceasedDateTime: '2026-03-01T23:30:00+00:00' }, '2026-03-01'],
    [{ deceasedDateTime: '2026-03-01' }, '2026-03-01'],
    [{ deceasedDateTime: '2026' }, 'unknown'],
    [{ deceasedBoolean: true }, 'unknown'],
    [{ deceasedBoolean: false }, undefined],
  ])('a death is read as far as PDS holds it: %o (rule 14.9)', async (death, died) => {
    const { client } = await pds([replies(200, { resourceType: 'Patient', id: ASKED, ...death })])
    const answer = await client.find(ASKED)
    expect(answer.kind === 'found' && answer.person.died).toBe(died)
  })

  test('a minimal record: without a full date of birth or a name there is nothing to be equal to (rule 10.5)', async () => {
    const { client } = await pds([replies(200, { resourceType: 'Patient', id: ASKED, birthDate: '2014-02' })])
    expect(await client.find(ASKED)).toEqual({ kind: 'found', person: { familyNames: [], givenNames: [] } })
  })

  test.each(['R', 'V', 'REDACTED', 'later-code'])('security code %s: sensitive (rule 3.9)', async code => {
    const { client } = await pds([replies(200, { ...PATIENT, meta: { security: [{ code }] } })])
    expect(await client.find(ASKED)).toEqual({ kind: 'restricted' })
  })

  test('another id than asked for: superseded by it (rule 10.2)', async () => {
    const { client } = await pds([replies(200, { ...PATIENT, id: OTHER })])
    expect(await client.find(ASKED)).toEqual({ kind: 'superseded', by: OTHER })
    const sensitive = { ...PATIENT, id: OTHER, meta: { security: [{ code: 'R' }] } }
    const { client: again } = await pds([replies(200, sensitive)])
    expect(await again.find(ASKED)).toEqual({ kind: 'superseded', by: OTHER })
  })

  test.each([
    [404, 'RESOURCE_NOT_FOUND', 'unknown'],
    [404, 'INVALIDATED_RESOURCE', 'invalidated'],
    [400, 'INVALID_RESOURCE_ID', 'invalidated'],
  ])('%i %s: %s, at the first request (rule 10.3)', async (status, code, kind) => {
    const { client, requests } = await pds([replies(status, outcome(code))])
    expect(await client.find(ASKED)).toEqual({ kind })
    expect(requests).toHaveLength(1)
  })
})

describe('how PDS is asked', () => {
  test('by its FHIR read, with a request id and the token of the moment', async () => {
    let issued = 0
    const { client, requests } = await pds([replies(401, outcome('ACCESS_DENIED')), replies(200, PATIENT)], {
      token: async () => `token-${++issued}`,
    })
    expect((await client.find(ASKED)).kind).toBe('found')
    expect(requests.map(request => `${request.method} ${request.url}`)).toEqual([
      'GET /FHIR/R4/Patient/9990000018',
      'GET /FHIR/R4/Patient/9990000018',
    ])
    expect(requests[0]?.headers.accept).toBe('application/fhir+json')
    expect(requests.map(request => request.headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ])
  })

  test('a retry carries the request id of the first try, another number another one', async () => {
    const { client, requests } = await pds([replies(503, ''), replies(200, PATIENT)])
    await client.find(ASKED)
    await client.find(ASKED)
    expect(requests.map(request => request.headers['x-request-id'])).toEqual([
      'request-1',
      'request-1',
      'request-2',
    ])
  })
})

describe('PDS that does not answer is never an unknown number (rule 3.12)', () => {
  const broken: [string, Step, RegExp][] = [
    ['a page of something in between', replies(404, '<html>Not here</html>'), /404/],
    ['a 404 of FHIR that is not about the number', replies(404, outcome('UNSUPPORTED_SERVICE')), /404/],
    ['an error of the server with words about a number', replies(500, outcome('RESOURCE_NOT_FOUND')), /500/],
    ['a service out of order', replies(503, outcome('SERVICE_UNAVAILABLE')), /503/],
    ['no JSON', replies(200, '{"resourceType":"Patient","id":'), /no readable patient/],
    ['another resource', replies(200, { resourceType: 'Bundle', id: ASKED }), /no readable patient/],
    ['a patient whose id is no NHS number', replies(200, { ...PATIENT, id: '9990000019' }), /readable/],
    ['a connection that breaks', resets, /no connection to PDS/],
  ]
  test.each(broken)('%s', async (_, step, why) => {
    const { client, requests } = await pds([step], { retries: 2 })
    const answer = await client.find(ASKED)
    expect(answer).toEqual({ kind: 'unavailable', why: expect.stringMatching(why) })
    expect(JSON.stringify(answer)).not.toContain(ASKED)
    expect(requests).toHaveLength(3)
  })

  test('silence, until the time is up', async () => {
    const { client } = await pds([hangs], { timeoutMs: 50, retries: 1 })
    expect(await client.find(ASKED)).toEqual({
      kind: 'unavailable',
      why: 'PDS did not answer within 50 ms',
    })
  })

  test('an answer that starts and never ends', async () => {
    const stalls: Step = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/fhir+json' })
      response.write('{"resourceType":"Patient",')
    }
    const { client } = await pds([stalls], { timeoutMs: 50, retries: 0 })
    expect((await client.find(ASKED)).kind).toBe('unavailable')
  })

  test('nobody listening', async () => {
    const { client, server } = await pds([hangs], { retries: 0 })
    await new Promise(resolve => server.close(resolve))
    expect(await client.find(ASKED)).toEqual({
      kind: 'unavailable',
      why: 'no connection to PDS: the connection was refused',
    })
  })

  test('no access token', async () => {
    const { client, requests } = await pds([replies(200, PATIENT)], {
      token: async () => {
        throw new Error('the issuer is down')
      },
      retries: 1,
    })
    expect(await client.find(ASKED)).toEqual({
      kind: 'unavailable',
      why: 'no access token for PDS could be had',
    })
    expect(requests).toHaveLength(0)
  })

  test('a refusal and a redirection are not repeated, and the redirection is not followed', async () => {
    const elsewhere = replies(302, '', { Location: '/FHIR/R4/elsewhere' })
    for (const step of [replies(403, outcome('ACCESS_DENIED')), elsewhere]) {
      const { client, requests } = await pds([step])
      expect((await client.find(ASKED)).kind).toBe('unavailable')
      expect(requests).toHaveLength(1)
    }
  })
})

describe('waiting', () => {
  test('a flapping PDS is asked again, after longer and longer', async () => {
    const { client, waits } = await pds(
      [replies(500, ''), resets, replies(200, 'oops'), replies(200, PATIENT)],
      {
        firstRetryMs: 100,
      },
    )
    expect((await client.find(ASKED)).kind).toBe('found')
    expect(waits).toEqual([100, 200, 400])
  })

  test('"too many requests" waits as long as PDS asks', async () => {
    const busy = replies(429, outcome('TOO_MANY_REQUESTS', 'throttled'), { 'Retry-After': '3' })
    const { client, waits } = await pds([busy, replies(200, PATIENT)])
    expect((await client.find(ASKED)).kind).toBe('found')
    expect(waits).toEqual([3000])
  })

  test('but not for longer than allowed', async () => {
    const busy = replies(429, '', { 'Retry-After': '3600' })
    const { client, waits, requests } = await pds([busy])
    expect(await client.find(ASKED)).toEqual({ kind: 'unavailable', why: 'PDS answered 429' })
    expect(waits).toEqual([])
    expect(requests).toHaveLength(1)
  })
})

describe('a PDS that is down is left alone', () => {
  const breaker = { failures: 3, coolDownMs: 10_000 }

  test('after so many failures nothing is asked until the cool-down is over; then it is found again', async () => {
    const clock = { ms: Date.parse('2026-03-01T12:00:00Z') }
    const now = () => new Date(clock.ms)
    const down = replies(503, '')
    const { client, requests } = await pds([down, down, down, replies(200, PATIENT)], {
      breaker,
      retries: 9,
      now,
    })
    expect((await client.find(ASKED)).kind).toBe('unavailable')
    expect(requests).toHaveLength(3)
    expect((await client.find(ASKED)).kind).toBe('unavailable')
    expect(requests).toHaveLength(3)
    clock.ms += 10_000
    expect((await client.find(ASKED)).kind).toBe('found')
  })

  test('"too many requests" is a sign of life', async () => {
    const { client, requests } = await pds([replies(429, '')], { breaker, retries: 5 })
    await client.find(ASKED)
    expect(requests).toHaveLength(6)
  })
})
