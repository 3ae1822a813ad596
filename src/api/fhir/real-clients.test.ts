import { createRequire } from 'node:module'
import { MedplumClient, OperationOutcomeError } from '@medplum/core'
import type { Bundle, CareTeam } from 'fhir/r4.js'
import { afterEach, describe, expect, test } from 'vitest'
import { NOTHING_HELD, nhsNumber, PLAN, r4Judges } from '../../formats/fhir/testing.ts'
import { type Backstage, openApi, PREFIX } from './testing.ts'

const PATIENT = 'patient:identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018'
const APPOINTMENT = {
  resourceType: 'Appointment' as const,
  identifier: [{ system: 'https://hospital.example/Id/appointment', value: 'A-1' }],
  status: 'noshow' as const,
  start: '2026-03-09T14:00:00Z',
  end: '2026-03-09T14:30:00Z',
  participant: [
    {
      actor: {
        type: 'Patient',
        identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018' },
      },
      status: 'accepted' as const,
    },
  ],
}
const judge = r4Judges()

const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close()
})

async function listening(change?: Partial<Backstage>) {
  const { server, stage } = openApi(change)
  opened.push(server)
  return { origin: await server.listen({ host: '127.0.0.1', port: 0 }), stage }
}

/** Required, not imported: its types bring those of browsers along, which are not those of Node. */
const FHIR = createRequire(import.meta.url)('fhirclient') as (
  request: object,
  response: object,
  storage: object,
) => { client(state: object): { request<T>(address: string, options?: object): Promise<T> } }

/** The client of the SMART project, as a server has it that holds a token. */
function smart(origin: string, token = 'both') {
  const storage = {
    get: async () => undefined,
    set: async (_: string, value: unknown) => value,
    unset: async () => true,
  }
  return FHIR({ headers: {}, url: '/' }, {}, storage).client({
    serverUrl: `${origin}${PREFIX}`,
    tokenResponse: { access_token: token },
  })
}

/** Medplum's client. */
function medplum(origin: string, token = 'both') {
  return new MedplumClient({
    baseUrl: origin,
    fhirUrlPath: PREFIX.slice(1),
    accessToken: token,
    cacheTime: 0,
    fetch: (url: string, options: RequestInit) => fetch(url, options),
  })
}

/** Every way in which asking fails, and the status that a client is told. */
const FAILURES: [string, number, string, Partial<Backstage>, string][] = [
  // Medplum's client has words of its own for this one.
  ['a token that opens nothing', 401, '?', {}, 'Unauthorized'],
  ['a role without the activity', 403, 'scheduled', {}, 'ACCESS_DENIED'],
  ['a patient whom PDS restricts', 403, 'both', { restricted: true }, 'RESTRICTED_PATIENT'],
  ['a store that is down', 503, 'both', { storeIsDown: true }, 'SERVICE_UNAVAILABLE'],
]

const TWO_PLANS = [PLAN, { ...PLAN, id: '0197a000-0000-7000-8000-000000000002' }]

describe('the SMART client', () => {
  test('reads a searchset, what it refers to, and that nothing is held', async () => {
    const { origin } = await listening()
    const found = await smart(origin).request<Bundle>(`Flag?${PATIENT}`)
    expect(found.total).toBe(1)
    const reference = 'CarePlan/0197a000-0000-7000-8000-000000000001'
    expect(JSON.stringify(found)).toContain(reference)
    expect(await smart(origin).request(reference)).toMatchObject({ resourceType: 'CarePlan' })
    const nothing = await listening({ answer: NOTHING_HELD })
    expect(await smart(nothing.origin).request(`CareTeam?${PATIENT}`)).toMatchObject({ total: 0 })
  })

  test('follows pages to the end (rule 4.11)', async () => {
    const { origin } = await listening({ answer: { ...NOTHING_HELD, plans: TWO_PLANS } })
    const options = { pageLimit: 0, flat: true }
    const teams = await smart(origin).request<CareTeam[]>(`CareTeam?${PATIENT}&_count=1`, options)
    expect(teams.map(({ id }) => id)).toEqual(TWO_PLANS.map(({ id }) => id))
  })

  test.each(FAILURES)('is told of %s (%i)', async (_, status, token, change) => {
    const { origin } = await listening(change)
    await expect(smart(origin, token).request(`CareTeam?${PATIENT}`)).rejects.toMatchObject({ status })
  })
})

describe('Medplum’s client', () => {
  test('reads a searchset, what it refers to, and that nothing is held', async () => {
    const { origin } = await listening()
    const client = medplum(origin)
    const found = await client.search('AuditEvent', PATIENT)
    expect(found.total).toBe(1)
    expect(judge(found as Bundle)).toEqual([])
    const event = found.entry?.[0]?.resource
    const viewer = await client.readReference({ reference: event?.agent[1]?.who?.reference ?? '' } as never)
    expect(viewer).toMatchObject({ resourceType: 'PractitionerRole' })
    expect(await client.readResource('AuditEvent', event?.id ?? '')).toMatchObject({ id: event?.id })
    const nothing = await listening({ answer: NOTHING_HELD })
    expect((await medplum(nothing.origin).search('CareTeam', PATIENT)).total).toBe(0)
  })

  test('follows pages to the end (rule 4.11)', async () => {
    const { origin } = await listening({ answer: { ...NOTHING_HELD, plans: TWO_PLANS } })
    const seen: unknown[] = []
    for await (const page of medplum(origin).searchResourcePages('CareTeam', `${PATIENT}&_count=1`)) {
      seen.push(page.map(({ id }) => id))
    }
    expect(seen).toEqual(TWO_PLANS.map(({ id }) => [id]))
  })

  test('reports a missed appointment, also on the condition that there is none', async () => {
    const { origin, stage } = await listening()
    const client = medplum(origin)
    expect(await client.createResource(APPOINTMENT as never)).toMatchObject({ meta: { versionId: '1' } })
    await client.createResourceIfNoneExist(
      APPOINTMENT as never,
      'identifier=https://hospital.example/Id/appointment|A-1',
    )
    expect(stage.reported.map(({ onlyIfNoneExists }) => onlyIfNoneExists)).toEqual([false, true])
  })

  test.each(FAILURES)('is told of %s (%i)', async (_, _status, token, change, code) => {
    const { origin } = await listening(change)
    const failed = await medplum(origin, token)
      .search('CareTeam', PATIENT, { maxRetries: 0 })
      .catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(OperationOutcomeError)
    expect(JSON.stringify((failed as OperationOutcomeError).outcome)).toContain(code)
  })

  test('is told that an appointment was reported to nobody (422), or to others (409)', async () => {
    for (const [kind, code] of [
      ['nothing-held', 'NO_INFORMATION_HELD'],
      ['identifier-in-use', 'IDENTIFIER_IN_USE'],
    ] as const) {
      const { origin } = await listening({ reportOutcome: { ok: false, fault: { kind } } })
      const failed = await medplum(origin)
        .createResource(APPOINTMENT as never)
        .catch((error: unknown) => error)
      expect(JSON.stringify((failed as OperationOutcomeError).outcome)).toContain(code)
    }
  })
})

test('neither takes a number that could not be checked for nothing held (rule 4.8)', async () => {
  const answer = { ...NOTHING_HELD, checked: false, supersededBy: nhsNumber('9990000026') }
  const { origin } = await listening({ answer })
  for (const found of [
    await smart(origin).request<Bundle>(`CareTeam?${PATIENT}`),
    (await medplum(origin).search('CareTeam', PATIENT)) as Bundle,
  ]) {
    expect(found.entry?.map(({ resource }) => resource?.resourceType)).toEqual([
      'Patient',
      'OperationOutcome',
    ])
  }
})
