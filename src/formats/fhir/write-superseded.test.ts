import { expect, test } from 'vitest'
import { writePlanBundle } from './search-bundle.ts'
import { ANSWER, ASKED_FOR, nhsNumber, PLAN, r4Judges } from './testing.ts'

const FRAME = {
  id: '0197a000-0000-7000-8000-00000000000b',
  baseUrl: 'https://cp-is.example/cpis/FHIR/R4',
  search: { path: 'CareTeam', nhsNumber: ASKED_FOR, includes: [] },
} as const

test.each([
  ['plans', [PLAN]],
  ['nothing', []],
])('rule 4.9: a superseded number comes with the current one beside %s, in valid R4', (_, held) => {
  const current = nhsNumber('9990000026')
  const bundle = writePlanBundle({ ...ANSWER, plans: held, accesses: [], supersededBy: current }, FRAME)
  expect(bundle.total).toBe(held.length)
  const system = 'https://fhir.nhs.uk/Id/nhs-number'
  const besides = bundle.entry?.filter(({ search }) => search?.mode === 'include')
  expect(besides?.map(({ resource }) => resource)).toEqual([
    {
      resourceType: 'Patient',
      id: FRAME.id,
      identifier: [{ system, value: ASKED_FOR }],
      link: [{ other: { type: 'Patient', identifier: { system, value: current } }, type: 'replaced-by' }],
    },
  ])
  expect(r4Judges()(bundle)).toEqual([])
})
