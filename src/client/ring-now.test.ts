import { describe, expect, test } from 'vitest'
import { expectHours } from '../domain/registration/hours.testing.ts'
import { CPIS_FLAG } from '../formats/fhir/codes.ts'
import { writeFlagBundle, writePlanBundle } from '../formats/fhir/search-bundle.ts'
import { ANSWER, ASKED_FOR, PLAN } from '../formats/fhir/testing.ts'
import { fhirClient, type HeldPlan, ringNow } from './index.ts'

const FRAME = {
  id: 'b',
  baseUrl: 'https://cp-is.example/r4',
  search: { path: 'CareTeam', nhsNumber: ASKED_FOR, includes: [] },
} as const

/** A plan as the client reads it, of an authority with these hours. */
async function planWith(
  hours: string | undefined,
  change: Partial<typeof PLAN.authority> = {},
  spoil: (bundle: object) => unknown = bundle => bundle,
): Promise<HeldPlan> {
  const { officePhone, ...contact } = PLAN.authority
  const authority = {
    ...contact,
    ...(officePhone !== undefined && { officePhone }),
    ...(hours !== undefined && { hours: { hours: expectHours(hours), holidays: [] } }),
    ...change,
  }
  const bundle = writePlanBundle({ ...ANSWER, plans: [{ ...PLAN, authority }] }, FRAME)
  const sent = spoil(JSON.parse(JSON.stringify(bundle)))
  const client = fhirClient({
    baseUrl: FRAME.baseUrl,
    token: () => 'x',
    fetch: async () => Response.json(sent),
  })
  const outcome = await client.careTeams(ASKED_FOR)
  if (outcome.kind !== 'held' || !outcome.plans[0]) throw new Error(`The plan is held: ${outcome.kind}`)
  return outcome.plans[0]
}

const SPEC = 'Mon-Thu 08:30-16:30; Fri 08:30-16:00'
const at = (text: string) => new Date(text)

describe('(rule 21.3) whom to ring, as a client reads it', () => {
  // The answer is of Tuesday 10 March 2026.
  test.each([
    ['2026-03-10T16:29:59Z', { kind: 'office', phone: '03069990001', until: at('2026-03-10T16:30:00Z') }],
    [
      '2026-03-13T16:30:00Z',
      { kind: 'duty', phone: '03069990002', officeClosed: true, officeOpens: at('2026-03-16T08:30:00Z') },
    ],
  ])('at %s', async (now, ring) => {
    expect(ringNow(await planWith(SPEC), at(now))).toEqual(ring)
  })

  test('a duty team that answers at all hours is not rung while the office is open', async () => {
    const plan = await planWith(`${SPEC}; duty at all hours`)
    expect(ringNow(plan, at('2026-03-10T12:00:00Z'))).toMatchObject({ kind: 'office' })
  })

  test('between the hours of both nobody is said to answer, and from when the duty team does', async () => {
    const plan = await planWith(`${SPEC}; duty Mon-Fri 17:00-24:00`)
    expect(ringNow(plan, at('2026-03-10T16:45:00Z'))).toEqual({
      kind: 'nobody',
      dutyFrom: at('2026-03-10T17:00:00Z'),
      officeOpens: at('2026-03-11T08:30:00Z'),
    })
  })

  test('an office without a number is not what to ring', async () => {
    const { officePhone: _, ...authority } = PLAN.authority
    const plan = await planWith(undefined)
    const hours = (await planWith(`${SPEC}; duty at all hours`)).authority.hours
    const none = (await planWith(SPEC)).authority.hours
    if (!hours || !none) throw new Error('The hours are read')
    const now = at('2026-03-10T12:00:00Z')
    expect(ringNow({ ...plan, authority: { ...authority, hours } }, now)).toEqual({
      kind: 'duty',
      phone: '03069990002',
      officeClosed: false,
    })
    expect(ringNow({ ...plan, authority: { ...authority, hours: none } }, now)).toEqual({ kind: 'not-known' })
  })

  test('an office that never closes is open without an end', async () => {
    const plan = await planWith('Mon-Sun all day; bank holidays all day')
    expect(ringNow(plan, at('2026-03-10T12:00:00Z'))).toEqual({ kind: 'office', phone: '03069990001' })
  })

  test.each([
    '2026-03-09T12:00:00Z',
    '2026-03-18T00:00:00Z',
  ])('an answer of another day knows nothing at %s', async now => {
    expect(ringNow(await planWith(SPEC), at(now))).toEqual({ kind: 'not-known' })
  })

  const spoiled = (change: (text: string) => string) => (bundle: object) =>
    JSON.parse(change(JSON.stringify(bundle)))
  test.each([
    ['says nothing of hours', undefined, spoiled(text => text)],
    [
      'is of another system, with hours that are written otherwise',
      SPEC,
      spoiled(text => text.replaceAll('urn:uuid:', 'urn:other:')),
    ],
    ['does not say until when it knows', SPEC, spoiled(text => text.replaceAll('known-until', 'known'))],
    [
      'has an opening that ends before it begins',
      SPEC,
      spoiled(text => text.replace('2026-03-10T16:30:00.000Z', '2026-03-10T01:30:00.000Z')),
    ],
    [
      'has an opening that cannot be read',
      SPEC,
      spoiled(text => text.replace('2026-03-10T16:30:00.000Z', 'evening')),
    ],
    [
      'has the hours of another organisation',
      SPEC,
      spoiled(text => text.replace(/("providedBy":\{[^}]*"value":)"ZZ901"/, '$1"ZZ902"')),
    ],
  ])('nothing is claimed where an answer %s', async (_what, hours, spoil) => {
    const plan = await planWith(hours, {}, spoil)
    expect(plan.authority).toMatchObject({ officePhone: '03069990001', dutyPhone: '03069990002' })
    expect(ringNow(plan, at('2026-03-10T12:00:00Z'))).toEqual({ kind: 'not-known' })
  })

  test('a search for flags has the hours too', () => {
    const authority = { ...PLAN.authority, hours: { hours: expectHours(SPEC), holidays: [] } }
    const frame = { ...FRAME, search: { ...FRAME.search, code: CPIS_FLAG.code } }
    const bundle = writeFlagBundle({ ...ANSWER, plans: [{ ...PLAN, authority }] }, frame)
    const modes = bundle.entry?.map(({ resource, search }) => `${resource?.resourceType} ${search?.mode}`)
    expect(modes).toEqual(['Flag match', 'CarePlan include', 'CareTeam include', 'HealthcareService include'])
    expect(bundle.total).toBe(1)
  })
})
