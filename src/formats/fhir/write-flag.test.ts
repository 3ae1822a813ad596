import fc from 'fast-check'
import type { Bundle, CarePlan, CareTeam, Flag, Provenance } from 'fhir/r4.js'
import { describe, expect, test } from 'vitest'
import type { PlanTime } from '../../domain/english-time.ts'
import type { Answer } from '../../domain/query/answer.ts'
import { CPIS_FLAG } from './codes.ts'
import { writeFlagBundle, writePlanBundle } from './search-bundle.ts'
import { ANSWER, anyAnswer, NOTHING_HELD, nhsNumber, PLAN, r4Judges } from './testing.ts'

const BASE = 'https://cp-is.example/cpis/FHIR/R4'

function flags(answer: Answer): Bundle {
  const { code } = CPIS_FLAG
  const search = { path: 'PatientFlag' as const, nhsNumber: answer.nhsNumber, includes: [], code }
  return writeFlagBundle(answer, { id: 'b', baseUrl: BASE, search })
}
function of<T>(bundle: Bundle, type: string): T[] {
  return (bundle.entry ?? [])
    .filter(({ resource }) => resource?.resourceType === type)
    .map(({ resource }) => resource as T)
}

test('a plan as the guide’s flag, with its plan and its team', () => {
  const subject = {
    identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018' },
    display: 'Sam SAMPLE',
  }
  const period = { start: '2025-09-26', end: '2026-03-09' }
  const category = {
    system: 'http://snomed.info/sct',
    code: '342191000000101',
    display: 'Subject to child protection plan',
  }
  const bundle = flags(ANSWER)
  expect(bundle.total).toBe(1)
  expect(bundle.entry?.map(({ search }) => search?.mode)).toEqual(['match', 'include', 'include'])
  expect(of(bundle, 'Flag')).toEqual([
    {
      resourceType: 'Flag',
      id: PLAN.id,
      meta: { lastUpdated: '2026-03-09T02:00:00.000Z' },
      contained: [
        {
          resourceType: 'Provenance',
          id: 'provenance',
          target: [{ reference: '#' }],
          recorded: '2026-03-09T02:00:00.000Z',
          agent: [
            {
              type: {
                coding: [
                  {
                    system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
                    code: 'author',
                    display: 'Author',
                  },
                ],
              },
              who: {
                identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'ZZ901' },
                display: 'Made-up Borough Council',
              },
            },
          ],
        },
      ],
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/flag-detail',
          valueReference: {
            reference: `CarePlan/${PLAN.id}`,
            display: 'Subject to child protection plan',
          },
        },
      ],
      status: 'inactive',
      code: {
        coding: [
          {
            system: 'https://fhir.nhs.uk/England/CodeSystem/England-FlagCategoryPatient',
            code: 'child-protection-information-system-flag',
            display: 'Child Protection Information System Flag',
          },
        ],
      },
      subject,
      period,
    },
  ])
  expect(of(bundle, 'CarePlan')).toEqual([
    {
      resourceType: 'CarePlan',
      id: PLAN.id,
      meta: { lastUpdated: '2026-03-09T02:00:00.000Z' },
      status: 'completed',
      intent: 'plan',
      category: [{ coding: [category] }],
      subject,
      period,
      careTeam: [{ reference: `CareTeam/${PLAN.id}`, display: 'Made-up Borough Council' }],
    },
  ])
})

test.each([
  ['no end', undefined, 'active', 'active'],
  ['an end later today', '202603102359', 'active', 'active'],
  ['an end yesterday', '202603092359', 'inactive', 'completed'],
  ['a start tomorrow', undefined, 'active', 'draft', '202603110000'],
] as const)('(rules 2.9 and 4.7) with %s, flag and plan say so', (_, end, flag, plan, start: string = PLAN.start) => {
  const { end: _end, ...open } = { ...PLAN, start: start as PlanTime }
  const bundle = flags({ ...ANSWER, plans: [end ? { ...open, end: end as PlanTime } : open] })
  expect(of<Flag>(bundle, 'Flag')[0]?.status).toBe(flag)
  expect(of<CarePlan>(bundle, 'CarePlan')[0]?.status).toBe(plan)
})

test('rule 4.4: a flag held under a replaced number is answered under the one that was asked for', () => {
  const held = nhsNumber('9990000026')
  expect(JSON.stringify(flags({ ...ANSWER, plans: [{ ...PLAN, nhsNumber: held }] }))).not.toContain(held)
})

test('rule 4.2: nothing held is a searchset of none, without an entry', () => {
  expect(flags(NOTHING_HELD).total).toBe(0)
  expect(flags(NOTHING_HELD)).not.toHaveProperty('entry')
})

describe('any answer', () => {
  test('is valid R4 to every judge', () => {
    const problems = r4Judges()
    fc.assert(
      fc.property(anyAnswer, answer => {
        expect(problems(flags(answer))).toEqual([])
      }),
      { numRuns: 20 },
    )
  })

  test('has a flag for each plan, which leads to its plan, its team and its source', () => {
    fc.assert(
      fc.property(anyAnswer, answer => {
        const bundle = flags(answer)
        expect(bundle.total).toBe(answer.plans.length)
        expect(bundle.entry?.length ?? 0).toBe(3 * answer.plans.length + (answer.checked ? 0 : 1))
        const at = new Map((bundle.entry ?? []).map(({ fullUrl, resource }) => [fullUrl, resource]))
        const teams = of<Flag>(bundle, 'Flag').map(flag => {
          const provenance = flag.contained?.[0] as Provenance
          expect(provenance.target[0]?.reference).toBe('#')
          const plan = at.get(`${BASE}/${flag.extension?.[0]?.valueReference?.reference}`) as CarePlan
          return at.get(`${BASE}/${plan.careTeam?.[0]?.reference}`) as CareTeam
        })
        expect(teams).toEqual(of(planBundle(answer), 'CareTeam'))
      }),
    )
  })
})

/** The same answer asked for as care teams: the two must say the same. */
function planBundle(answer: Answer): Bundle {
  const search = { path: 'CareTeam' as const, nhsNumber: answer.nhsNumber, includes: [] }
  return writePlanBundle(answer, { id: 'b', baseUrl: BASE, search })
}
