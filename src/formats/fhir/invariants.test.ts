import { expect, test } from 'vitest'
import { invariantJudge } from './invariants.testing.ts'
import { writePlanBundle } from './search-bundle.ts'
import { ANSWER, ASKED_FOR, PLAN } from './testing.ts'

const judge = invariantJudge()
const search = { path: 'CareTeam' as const, nhsNumber: ASKED_FOR, includes: [] }
const bundle = writePlanBundle(ANSWER, { id: 'b1', baseUrl: 'https://cp-is.example', search })
const team = bundle.entry?.[0]?.resource ?? {}

test('the judge finds what its invariants and bindings are about, and nothing else', () => {
  expect(judge(bundle)).toEqual([])
  const broken: [string, object, string][] = [
    ['a period that ends before it begins', { period: { start: '2026-03-10', end: '2026-03-09' } }, 'per-1'],
    ['a phone number without a system', { telecom: [{ value: PLAN.authority.dutyPhone }] }, 'cpt-2'],
    ['a reference to something that is not contained', { subject: { reference: '#nobody' } }, 'ref-1'],
    [
      'a contained resource that nobody refers to',
      { contained: [{ resourceType: 'Basic', id: 'x', code: {} }] },
      'dom-3',
    ],
    ['a status that R4 does not have', { status: 'ended' }, 'CareTeam.status'],
    [
      'a use that R4 does not have',
      { telecom: [{ system: 'phone', value: '1', use: 'day' }] },
      'ContactPoint.use',
    ],
  ]
  for (const [what, change, problem] of broken) {
    const changed = { ...bundle, entry: [{ resource: { ...team, ...change } }] } as typeof bundle
    expect(judge(changed).join(), what).toContain(problem)
  }
  const [entry = {}] = bundle.entry ?? []
  expect(judge({ ...bundle, entry: [entry, entry] }).join()).toContain('bdl-7')
})
