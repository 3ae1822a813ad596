import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pdsClient } from '../demographics/pds-client.ts'
import { pdsRequests } from '../demographics/pds-request.ts'
import { type PdsSearch, pdsSearch } from '../demographics/pds-search.ts'
import { addDays, type CalendarDate } from '../domain/english-time.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import { judgeByDemographics } from '../domain/person/demographics.ts'
import { checkRecord } from '../domain/upload/check-record.ts'
import { codeOf } from '../domain/upload/record-faults.ts'
import { sandboxAuthorities } from './authorities.ts'
import { numberAt } from './number-line.ts'
import { type PdsConduct, sandboxPds } from './pds-server.ts'
import { type Country, childIndex, memberIndex, personAt } from './people.ts'
import { makePopulation } from './population.ts'

const country: Country = { seed: 42, referenceDay: '2026-05-01' as CalendarDate }
const NOW = new Date('2026-05-01T12:00:00Z')

let app: FastifyInstance
let conduct: PdsConduct
beforeEach(async () => {
  conduct = { down: false, delayMs: 0 }
  app = Fastify({ forceCloseConnections: true })
  await app.register(sandboxPds, { prefix: '/FHIR/R4', country, conduct })
  await app.listen({ port: 0, host: '127.0.0.1' })
})
afterEach(() => app.close())

function baseUrl() {
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/FHIR/R4`
}

function client(options: { retries?: number; timeoutMs?: number } = {}) {
  return pdsClient({
    baseUrl: baseUrl(),
    newRequestId: randomUUID,
    now: () => NOW,
    sleep: async () => {},
    ...options,
  })
}

function read(number: string, headers: Record<string, string> = { 'X-Request-ID': randomUUID() }) {
  return app.inject({ url: `/FHIR/R4/Patient/${number}`, headers })
}

describe("the service's own PDS client is answered", () => {
  const round = 17

  test('a child and a mother: found, with names and date of birth', async () => {
    for (const index of [childIndex(round, 0), memberIndex('mother', round)]) {
      const person = personAt(country, index)
      expect(await client().find(person.nhsNumber)).toEqual({
        kind: 'found',
        person: {
          birthDate: person.birthDate,
          familyNames: [person.family, ...(person.formerFamily ? [person.formerFamily] : [])],
          givenNames: person.formerFamily ? [person.given, person.given] : [person.given],
          sex: person.gender,
        },
      })
    }
  })

  test('a former family name, after the current one', async () => {
    const renamed = Array.from({ length: 500 }, (_, at) => personAt(country, at)).find(p => p.formerFamily)
    if (!renamed) throw new Error('Nobody was renamed')
    expect(await client().find(renamed.nhsNumber)).toMatchObject({
      kind: 'found',
      person: { familyNames: [renamed.family, renamed.formerFamily] },
    })
  })

  test('everybody else as PDS would say it', async () => {
    const find = (group: Parameters<typeof memberIndex>[0]) =>
      client().find(numberAt(memberIndex(group, round)))
    expect(await find('sensitive')).toEqual({ kind: 'restricted' })
    expect(await find('superseded')).toEqual({ kind: 'superseded', by: numberAt(childIndex(round, 0)) })
    expect(await find('invalidated')).toEqual({ kind: 'invalidated' })
    expect(await find('unknown')).toEqual({ kind: 'unknown' })
    expect(await client().find('9434765919' as NhsNumber)).toEqual({ kind: 'unknown' })
  })

  test('unavailable while it is down or too slow, and again as before when that is over', async () => {
    const number = numberAt(childIndex(round, 0))
    conduct.down = true
    expect(await client({ retries: 1 }).find(number)).toEqual({
      kind: 'unavailable',
      why: 'PDS answered 503',
    })
    conduct.down = false
    conduct.delayMs = 200
    expect((await client({ retries: 0, timeoutMs: 50 }).find(number)).kind).toBe('unavailable')
    conduct.delayMs = 0
    expect((await client().find(number)).kind).toBe('found')
  })

  test('so that the records of a population come out as they should', async () => {
    const { uploads } = makePopulation({
      seed: country.seed,
      authorities: sandboxAuthorities(1),
      children: 200,
      today: country.referenceDay,
    })
    const pds = client()
    const codes: string[] = []
    for (const record of uploads[0]?.records ?? []) {
      const checked = checkRecord(record, NOW)
      if (!checked.ok) {
        codes.push(codeOf(checked.fault))
        continue
      }
      const demographics = await pds.find(checked.value.nhsNumber)
      if (demographics.kind === 'unavailable') throw new Error(demographics.why)
      const fault = judgeByDemographics(checked.value, demographics)
      if (fault) codes.push(codeOf(fault))
    }
    expect(codes).toEqual(['CPR05', 'CPR02', 'CPR03', 'CPR04', 'CPR01', 'CPR07', 'CPR03', 'CPR01'])
  })
})

describe('on the wire', () => {
  test('a patient has an ETag and the request id that was sent', async () => {
    const requestId = randomUUID()
    const reply = await read('9990000018', { 'X-Request-ID': requestId })
    expect(reply.statusCode).toBe(200)
    expect(reply.headers).toMatchObject({
      etag: 'W/"1"',
      'x-request-id': requestId,
      'content-type': expect.stringMatching(/^application\/fhir\+json/),
    })
    expect(reply.json()).toMatchObject({
      resourceType: 'Patient',
      id: '9990000018',
      meta: { security: [{ code: 'U' }] },
      identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018' }],
    })
  })

  test.each([
    ['9990000019', 400, 'INVALID_RESOURCE_ID'],
    ['123', 400, 'INVALID_RESOURCE_ID'],
    [numberAt(memberIndex('unknown', 0)), 404, 'RESOURCE_NOT_FOUND'],
    [numberAt(memberIndex('invalidated', 0)), 404, 'INVALIDATED_RESOURCE'],
  ])('%s: %i %s', async (number, status, code) => {
    const reply = await read(number)
    expect(reply.statusCode).toBe(status)
    expect(reply.json()).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', details: { coding: [{ version: '1', code }] } }],
    })
  })

  test('a request without a request id, or with one that is no UUID, is refused', async () => {
    for (const [headers, code] of [
      [{}, 'MISSING_VALUE'],
      [{ 'X-Request-ID': 'seventeen' }, 'INVALID_VALUE'],
    ] as [Record<string, string>, string][]) {
      const reply = await read('9990000018', headers)
      expect(reply.statusCode).toBe(400)
      expect(reply.json().issue[0].details.coding[0].code).toBe(code)
    }
  })

  test('down: 503 with the time to wait, and the ping says so', async () => {
    expect((await app.inject('/FHIR/R4/_ping')).json()).toEqual({ status: 'pass' })
    conduct.down = true
    const reply = await read('9990000018')
    expect(reply.statusCode).toBe(503)
    expect(reply.headers['retry-after']).toBe('5')
    expect((await app.inject('/FHIR/R4/_ping')).json()).toEqual({ status: 'fail' })
  })
})

describe('the search', () => {
  const child = personAt(country, childIndex(17, 0))
  const search = async (change: Partial<Parameters<PdsSearch>[0]> = {}) => {
    const options = { baseUrl: baseUrl(), newRequestId: randomUUID, now: () => NOW, sleep: async () => {} }
    const { family, birthDate, gender, given } = child
    return pdsSearch(
      options,
      pdsRequests(options),
    )({ family, given: given[0] ?? '', birthDate, gender, ...change })
  }
  const get = (query: string) =>
    app.inject({ url: `/FHIR/R4/Patient?${query}`, headers: { 'X-Request-ID': randomUUID() } })

  test('finds one person by name, date of birth and gender, and says who it is', async () => {
    const found = { kind: 'found', people: [{ nhsNumber: child.nhsNumber, restricted: false, score: 1 }] }
    expect(await search()).toMatchObject(found)
    expect(await search({ family: child.family.toUpperCase() })).toMatchObject(found)
  })

  test('finds nobody under another name, and is unavailable while it is down', async () => {
    expect(await search({ family: 'Nobodyofthisname' })).toEqual({ kind: 'none' })
    conduct.down = true
    expect(await search()).toMatchObject({ kind: 'unavailable' })
  })

  test('finds by former names only in the history, and by nearly equal ones only where it may, at a lower score', async () => {
    const renamed = Array.from({ length: 500 }, (_, at) => personAt(country, at)).find(p => p.formerFamily)
    if (!renamed?.formerFamily) throw new Error('Nobody was renamed')
    const { birthDate, gender, given, nhsNumber } = renamed
    const former = { family: renamed.formerFamily, given: given[0] ?? '', birthDate, gender }
    expect(await search(former)).toEqual({ kind: 'none' })
    expect(await search({ ...former, history: true })).toMatchObject({ people: [{ nhsNumber, score: 1 }] })
    const doubled = { given: `${child.given[0]}e` }
    expect(await search(doubled)).toEqual({ kind: 'none' })
    const near = await search({ ...doubled, fuzzy: true })
    expect(near).toMatchObject({ people: [{ nhsNumber: child.nhsNumber }] })
    expect(near.kind === 'found' && near.people[0]?.score).toBeLessThan(1)
  })

  test('finds by postcode without a name, and between two days', async () => {
    const { postcode, birthDate, family, nhsNumber } = child
    const alone = { given: '', postcode }
    expect(await search(alone)).toMatchObject({ people: [{ nhsNumber }] })
    expect(await search({ ...alone, postcode: 'ZZ99 9ZZ' })).toEqual({ kind: 'none' })
    const around = { from: addDays(birthDate, -100), to: addDays(birthDate, 1) }
    expect(await search({ family, postcode, birthDate: around })).toMatchObject({ people: [{ nhsNumber }] })
    const before = { from: addDays(birthDate, -100), to: addDays(birthDate, -1) }
    expect(await search({ family, postcode, birthDate: before })).toEqual({ kind: 'none' })
  })

  test('more people than it shows are said to be too many, and none is shown (rule 10.6)', async () => {
    const day = `birthdate=eq${child.birthDate}`
    const names = new Set<string>()
    for (let round = 0; names.size < 200 && round < 200; round++) {
      names.add(personAt(country, childIndex(round, 0)).family)
    }
    const found = await Promise.all([...names].map(name => get(`family=${encodeURIComponent(name)}&${day}`)))
    const crowd = [...names][found.findIndex(reply => reply.json().resourceType === 'OperationOutcome')]
    if (!crowd) throw new Error('Nobody shares a name and a birthday in this country')
    const reply = await get(`family=${encodeURIComponent(crowd)}&${day}&_max-results=50`)
    expect(reply.json()).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ code: 'multiple-matches', details: { coding: [{ code: 'TOO_MANY_MATCHES' }] } }],
    })
  })

  test.each([
    'family=Test',
    'birthdate=eq2019-05-01',
    'family=Test&birthdate=eq2019-02-30',
    'family=Test&birthdate=ge2019-05-01',
    'family=Test&birthdate=ge2019-05-01&birthdate=le2019-04-01',
    'family=Test&birthdate=ge2009-05-01&birthdate=le2019-04-01',
  ])('%s is no search', async query => {
    expect((await get(query)).statusCode).toBe(400)
  })

  test('whoever asks too often is told to wait', async () => {
    conduct.requestsPerSecond = 2
    const replies = await Promise.all([1, 2, 3].map(() => read('9990000018')))
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429])
  })
})
