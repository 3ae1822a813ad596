import { describe, expect, test } from 'vitest'
import { writeAccessBundle, writePlanBundle } from '../formats/fhir/search-bundle.ts'
import { ANSWER, ASKED_FOR, nhsNumber, PLAN } from '../formats/fhir/testing.ts'
import { fhirClient } from './index.ts'

const FRAME = {
  id: 'b',
  baseUrl: 'https://cp-is.example/r4',
  search: { path: 'CareTeam', nhsNumber: ASKED_FOR, includes: [] },
} as const

const { period, ...TEAM } = resourceOf(writePlanBundle({ ...ANSWER, plans: [PLAN] }, FRAME))

/** The client before a server that answers with one bundle, as JSON: what is undefined is not sent. */
const facing = (bundle: object) =>
  fhirClient({ baseUrl: FRAME.baseUrl, token: () => 'x', fetch: async () => Response.json(bundle) })

/** A searchset of so many teams. */
const searchset = (teams: readonly object[], change: object = {}) => ({
  ...writePlanBundle(ANSWER, FRAME),
  total: teams.length,
  entry: teams.map(resource => ({ resource, search: { mode: 'match' } })),
  ...change,
})

/** The states of the plans that the client reads, or the kind of its outcome where nothing is held. */
async function statesOf(teams: readonly object[], change: object = {}) {
  const outcome = await facing(searchset(teams, change)).careTeams(ASKED_FOR)
  return outcome.kind === 'held' ? outcome.plans.map(({ state }) => state) : outcome.kind
}

function resourceOf(bundle: ReturnType<typeof writePlanBundle>) {
  const [{ resource } = {}] = bundle.entry ?? []
  if (resource?.resourceType !== 'CareTeam') throw new Error('The answer holds no plan')
  return resource
}

describe('(rule 2.9) the state of a plan', () => {
  test.each([
    undefined,
    'active',
    'inactive',
    'proposed',
  ])('has nothing to do with its status: %s', async status => {
    expect(await statesOf([{ ...TEAM, status, period }])).toEqual(['ended'])
    expect(await statesOf([{ ...TEAM, status, period: { ...period, end: undefined } }])).toEqual(['current'])
    expect(await statesOf([{ ...TEAM, status, period: { start: '2999-01' } }])).toEqual(['not-started'])
    expect(await statesOf([{ ...TEAM, status }])).toEqual(['current'])
  })

  test('is that of the day of the answer, or of today where the answer says none', async () => {
    const team = { ...TEAM, period: { start: '2025-09-26', end: '2026-03-09' } }
    expect(await statesOf([team], { timestamp: '2026-03-09T23:59:00Z' })).toEqual(['current'])
    expect(await statesOf([team], { timestamp: '2026-03-10T00:00:00Z' })).toEqual(['ended'])
    const long = { ...TEAM, period: { end: '2999-03-09' } }
    expect(await statesOf([long, team], { timestamp: undefined })).toEqual(['current', 'ended'])
  })

  test.each([
    { end: 'soon' },
    { start: 20250926 },
    { end: '2026-02-30' },
  ])('is never guessed from a day that cannot be read: %j', async change => {
    expect(await statesOf([{ ...TEAM, period: { ...period, ...change } }])).toBe('could-not-look')
  })
})

describe('(rule 4.9) a superseded number', () => {
  const current = nhsNumber('9990000026')
  const superseded = { ...ANSWER, supersededBy: current }

  test.each([
    ['held', superseded],
    ['nothing-held', { ...superseded, plans: [] }],
    ['unchecked', { ...superseded, plans: [], checked: false }],
  ])('comes with the current one where the answer is %s', async (kind, answer) => {
    const outcome = await facing(writePlanBundle(answer, FRAME)).careTeams(ASKED_FOR)
    expect(outcome).toMatchObject({ kind, supersededBy: current })
    const { supersededBy: _, ...inUse } = answer
    const same = await facing(writePlanBundle(inUse, FRAME)).careTeams(ASKED_FOR)
    expect(same).not.toHaveProperty('supersededBy')
  })

  test('is not taken from another patient or another kind of link', async () => {
    const read = async (change: (text: string) => string) => {
      const bundle = change(JSON.stringify(writePlanBundle({ ...superseded, plans: [] }, FRAME)))
      return facing(JSON.parse(bundle)).careTeams(ASKED_FOR)
    }
    expect(await read(text => text)).toHaveProperty('supersededBy')
    expect(await read(text => text.replace('replaced-by', 'seealso'))).not.toHaveProperty('supersededBy')
    const another = (text: string) => text.replace(`"value":"${ASKED_FOR}"`, '"value":"9990000034"')
    expect(await read(another)).not.toHaveProperty('supersededBy')
  })
})

describe('(rule 12.12) what may not be ignored', () => {
  test('a plan entered in error is not held', async () => {
    const wrong = { ...TEAM, status: 'entered-in-error' }
    expect(await statesOf([wrong])).toBe('nothing-held')
    expect(await statesOf([wrong, { ...TEAM, period }])).toEqual(['ended'])
  })

  test.each([
    [
      'of the resource',
      { modifierExtension: [{ url: 'https://cp-is.example/not', valueBoolean: true }] },
      {},
    ],
    ['of a part of it', { participant: [{ modifierExtension: [{ url: 'https://cp-is.example/not' }] }] }, {}],
    ['rules of the resource', { implicitRules: 'https://cp-is.example/rules' }, {}],
    ['rules of the bundle', {}, { implicitRules: 'https://cp-is.example/rules' }],
  ])('nothing that may change the meaning: %s', async (_, team, bundle) => {
    expect(await statesOf([{ ...TEAM, ...team }], bundle)).toBe('could-not-look')
  })

  test('nothing that may change the meaning of "nothing held"', async () => {
    expect(await statesOf([])).toBe('nothing-held')
    expect(await statesOf([], { implicitRules: 'https://cp-is.example/rules' })).toBe('could-not-look')
  })

  test.each([['outcome'], [undefined]])('an error among the entries, plans or not (mode %s)', async mode => {
    const resource = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', diagnostics: 'Down' }] }
    const entry = [{ resource, search: { mode } }]
    const nothing = facing(searchset([], { entry }))
    expect(await nothing.careTeams(ASKED_FOR)).toEqual({ kind: 'could-not-look', message: 'Down' })
    expect((await nothing.accessHistory(ASKED_FOR)).kind).toBe('could-not-look')
    const { entry: matches, ...half } = searchset([TEAM])
    expect((await facing({ ...half, entry: [...matches, ...entry] }).careTeams(ASKED_FOR)).kind).toBe(
      'could-not-look',
    )
  })

  test('the time of accesses, in whatever order they come', async () => {
    const bundle = writeAccessBundle(ANSWER, FRAME)
    const [event, ...others] = bundle.entry ?? []
    const at = (recorded: string) => ({ ...event, resource: { ...event?.resource, id: recorded, recorded } })
    const [first, second, third] = ['2026-03-01T00:00:00Z', '2026-03-05T00:00:00Z', '2026-03-09T00:00:00Z']
    const entry = [at(first), at(third), at(second), ...others]
    expect(await facing({ ...bundle, total: 3, entry }).accessHistory(ASKED_FOR)).toMatchObject({
      kind: 'listed',
      accesses: [{ id: third }, { id: second }, { id: first }],
    })
  })

  test('a part of an answer: a page, a count, or resources that were cut down', async () => {
    const page = searchset([TEAM], { link: [{ relation: 'next', url: 'https://cp-is.example/r4?page=2' }] })
    expect((await facing(page).careTeams(ASKED_FOR)).kind).toBe('could-not-look')
    expect(await statesOf([TEAM], { total: 2 })).toBe('could-not-look')
    expect(await statesOf([], { total: 1, entry: undefined })).toBe('could-not-look')
    const meta = { tag: [{ code: 'SUBSETTED' }] }
    expect(await statesOf([{ ...TEAM, meta }])).toBe('could-not-look')
  })
})

describe('(rule 12.12) a client leans on nothing that only one server sends', () => {
  test('the total, the mode of an entry, and the status of a plan', async () => {
    const entry = [{ resource: { ...TEAM, status: undefined, period } }]
    expect(await statesOf([], { total: undefined, entry })).toEqual(['ended'])
    expect(await statesOf([], { total: undefined, entry: undefined })).toBe('could-not-look')
  })

  test('how an access says who asked, and refers to the viewer', async () => {
    const bundle = JSON.stringify(writeAccessBundle(ANSWER, FRAME))
    const written: [string, string, string][] = [
      ['requestor as text, as in the guide', '"requestor":true', '"requestor":"true"'],
      [
        'an absolute reference',
        '"reference":"PractitionerRole',
        '"reference":"https://cp-is.example/r4/PractitionerRole',
      ],
    ]
    for (const [what, one, other] of written) {
      const changed = JSON.parse(
        bundle.replaceAll(one, other).replaceAll('"requestor":false', '"requestor":"false"'),
      )
      expect(await facing(changed).accessHistory(ASKED_FOR), what).toMatchObject({
        kind: 'listed',
        accesses: [{ viewer: 'Nurse Ada EXAMPLE' }],
      })
    }
  })
})
