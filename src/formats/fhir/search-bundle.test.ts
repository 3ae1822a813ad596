import fc from 'fast-check'
import type { AuditEvent, CareTeam, PractitionerRole } from 'fhir/r4.js'
import { describe, expect, test } from 'vitest'
import type { PlanTime } from '../../domain/english-time.ts'
import type { Answer } from '../../domain/query/answer.ts'
import type { Author } from '../../domain/query/requester.ts'
import { writeAccessBundle, writePlanBundle } from './search-bundle.ts'
import {
  ACCESS,
  ANSWER,
  ASKED_FOR,
  anyAnswer,
  HOSPITAL,
  NOTHING_HELD,
  NURSE,
  nhsNumber,
  PLAN,
  r4Judges,
} from './testing.ts'

const BASE = 'https://cp-is.example/cpis/FHIR/R4'
const BUNDLE_ID = '0197a000-0000-7000-8000-00000000000b'

function frame(answer: Answer, path: 'CareTeam' | 'AuditEvent') {
  return { id: BUNDLE_ID, baseUrl: BASE, search: { path, nhsNumber: answer.nhsNumber, includes: [] } }
}
const plans = (answer: Answer) => writePlanBundle(answer, frame(answer, 'CareTeam'))
const accesses = (answer: Answer) => writeAccessBundle(answer, frame(answer, 'AuditEvent'))

function careTeam(plan: Partial<typeof PLAN>): CareTeam {
  const [entry] = plans({ ...ANSWER, plans: [{ ...PLAN, ...plan }] }).entry ?? []
  return entry?.resource as CareTeam
}

function viewer(author: Author): PractitionerRole {
  const entry = accesses({ ...ANSWER, accesses: [{ ...ACCESS, author }] }).entry ?? []
  return entry.at(-1)?.resource as PractitionerRole
}

test('a plan as the guide’s CareTeam, in a searchset', () => {
  expect(plans(ANSWER)).toEqual({
    resourceType: 'Bundle',
    id: BUNDLE_ID,
    type: 'searchset',
    timestamp: '2026-03-10T09:30:00.000Z',
    total: 1,
    link: [
      {
        relation: 'self',
        url: `${BASE}/CareTeam?patient:identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C9990000018`,
      },
    ],
    entry: [
      {
        fullUrl: `${BASE}/CareTeam/${PLAN.id}`,
        resource: {
          resourceType: 'CareTeam',
          id: PLAN.id,
          meta: { lastUpdated: '2026-03-09T02:00:00.000Z' },
          status: 'inactive',
          category: [
            {
              coding: [
                {
                  system: 'http://snomed.info/sct',
                  code: '342191000000101',
                  display: 'Subject to child protection plan',
                },
              ],
            },
          ],
          name: 'Made-up Borough Council',
          subject: {
            identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018' },
            display: 'Sam SAMPLE',
          },
          period: { start: '2025-09-26', end: '2026-03-09' },
          managingOrganization: [
            {
              identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'ZZ901' },
              display: 'Made-up Borough Council',
            },
          ],
          telecom: [
            { system: 'phone', value: '03069990001', use: 'work' },
            { system: 'phone', value: '03069990002', use: 'mobile' },
          ],
        },
        search: { mode: 'match' },
      },
    ],
  })
})

test.each([
  ['CPP', '342191000000101'],
  ['LAC', '764841000000100'],
  ['UCPP', '818901000000100'],
] as const)('a %s has its own SNOMED CT code', (type, code) => {
  expect(careTeam({ type }).category?.[0]?.coding?.[0]?.code).toBe(code)
})

test.each([
  ['no end', undefined, 'active'],
  ['an end later today', '202603102359', 'active'],
  ['an end earlier today, a day that is still in its period', '202603100001', 'active'],
  ['an end yesterday', '202603092359', 'inactive'],
  ['a start today and no end', undefined, 'active', '202603102359'],
  ['a start tomorrow and no end', undefined, 'proposed', '202603110000'],
] as const)('(rules 2.9 and 4.5) a plan with %s has the status of its state', (_, end, status, start: string = PLAN.start) => {
  const { end: _end, ...open } = { ...PLAN, start: start as PlanTime }
  const [entry] = plans({ ...ANSWER, plans: [end ? { ...open, end: end as PlanTime } : open] }).entry ?? []
  expect(entry?.resource).toMatchObject({ status })
  expect((entry?.resource as CareTeam).period?.end).toBe(
    end && `${end.slice(0, 4)}-${end.slice(4, 6)}-${end.slice(6, 8)}`,
  )
})

test('an authority without an office number is shown with its duty number alone', () => {
  const { officePhone: _, ...authority } = PLAN.authority
  expect(careTeam({ authority }).telecom).toEqual([{ system: 'phone', value: '03069990002', use: 'mobile' }])
})

test('rule 4.4: a plan held under a replaced number is answered under the one that was asked for', () => {
  const held = nhsNumber('9990000026')
  expect(careTeam({ nhsNumber: held }).subject?.identifier?.value).toBe(ASKED_FOR)
  expect(JSON.stringify(plans({ ...ANSWER, plans: [{ ...PLAN, nhsNumber: held }] }))).not.toContain(held)
})

test('rule 4.2: nothing held is a searchset of none, without an entry', () => {
  for (const bundle of [plans(NOTHING_HELD), accesses(NOTHING_HELD)]) {
    expect(bundle.total).toBe(0)
    expect(bundle).not.toHaveProperty('entry')
  }
})

test('rule 4.8: nothing held of a number that was not checked holds a warning, in valid R4', () => {
  const isWrong = r4Judges()
  for (const write of [plans, accesses]) {
    const bundle = write({ ...NOTHING_HELD, checked: false })
    expect(bundle.total).toBe(0)
    expect(bundle.entry?.map(({ resource, search }) => [resource?.resourceType, search?.mode])).toEqual([
      ['OperationOutcome', 'outcome'],
    ])
    expect(isWrong(bundle)).toEqual([])
  }
})

describe('the access list', () => {
  test('an access is the guide’s AuditEvent, with the viewer’s role included', () => {
    const entry = accesses(ANSWER).entry ?? []
    const role = entry[1]?.resource?.id
    expect(entry).toEqual([
      {
        fullUrl: `${BASE}/AuditEvent/${ACCESS.id}`,
        resource: {
          resourceType: 'AuditEvent',
          id: ACCESS.id,
          type: {
            system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle',
            code: 'access',
            display: 'Access/View Record Lifecycle Event',
          },
          action: 'R',
          recorded: '2026-03-10T09:30:00.000Z',
          outcome: '0',
          agent: [
            {
              type: {
                coding: [
                  {
                    system: 'http://terminology.hl7.org/CodeSystem/v3-RoleClass',
                    code: 'PAT',
                    display: 'patient',
                  },
                ],
              },
              who: { identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018' } },
              requestor: false,
            },
            {
              type: {
                coding: [
                  {
                    system: 'http://terminology.hl7.org/CodeSystem/v3-RoleClass',
                    code: 'ASSIGNED',
                    display: 'assigned entity',
                  },
                ],
              },
              who: { reference: `PractitionerRole/${role}` },
              requestor: true,
            },
          ],
          source: { observer: { reference: `PractitionerRole/${role}` } },
        },
        search: { mode: 'match' },
      },
      {
        fullUrl: `${BASE}/PractitionerRole/${role}`,
        resource: {
          resourceType: 'PractitionerRole',
          id: role,
          identifier: [{ system: 'https://fhir.nhs.uk/Id/sds-role-profile-id', value: '999000000025' }],
          practitioner: { display: 'Nurse Ada EXAMPLE' },
          organization: {
            identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'ZZ1' },
            display: 'MADE-UP HOSPITAL (ZZ1)',
          },
          code: [
            {
              coding: [
                {
                  system: 'https://fhir.nhs.uk/CodeSystem/England-SDS-JobRoleCode',
                  code: 'R8001',
                  display: 'Nurse Access Role',
                },
              ],
              text: 'Nurse Access Role',
            },
          ],
        },
        search: { mode: 'include' },
      },
    ])
  })

  test('a system is shown as one, with the roles of the people who answer for it', () => {
    const role = viewer({
      kind: 'system',
      asid: '999200000001',
      organisation: HOSPITAL,
      responsible: [
        {
          name: { prefix: 'Mrs', given: ['Bea'], family: 'Sample' },
          jobRole: { code: 'R0670', display: 'Sister' },
        },
      ],
    })
    expect(role.practitioner?.display).toBe('System 999200000001, responsible: Mrs Bea SAMPLE')
    expect(role.identifier).toEqual([
      { system: 'https://fhir.nhs.uk/Id/nhsSpineASID', value: '999200000001' },
    ])
    expect(role.code?.[0]?.coding?.[0]).toMatchObject({ code: 'R0670', display: 'Sister' })
  })

  test('who looked several times is included once; total counts accesses alone', () => {
    const other = { ...ACCESS, id: '0197a000-0000-7000-8000-0000000000a2' }
    const bundle = accesses({ ...ANSWER, accesses: [ACCESS, other] })
    expect(bundle.total).toBe(2)
    expect(bundle.entry?.map(entry => entry.search?.mode)).toEqual(['match', 'match', 'include'])
  })

  test('a viewer is named by the oldest of their accesses, another role by its own, and the user id is nowhere', () => {
    const older = { ...ACCESS, id: '0197a000-0000-7000-8000-0000000000a0' }
    const other = { ...older, id: '0197a000-0000-7000-8000-00000000009f' }
    const inAnotherRole = { ...other, author: { ...NURSE, roleProfileId: '999000000033' } as Author }
    const { entry = [] } = accesses({ ...ANSWER, accesses: [ACCESS, older, inAnotherRole] })
    expect(
      entry.filter(({ search }) => search?.mode === 'include').map(({ resource }) => resource?.id),
    ).toEqual([older.id, other.id])
    expect(JSON.stringify(entry)).not.toContain('999000000017')
  })
})

test('any answer is valid R4 to every judge, and every reference leads to an entry', () => {
  const problems = r4Judges()
  fc.assert(
    fc.property(anyAnswer, answer => {
      const accessBundle = accesses(answer)
      expect(problems(plans(answer))).toEqual([])
      expect(problems(accessBundle)).toEqual([])
      const urls = new Set((accessBundle.entry ?? []).map(entry => entry.fullUrl))
      expect(urls.size).toBe(accessBundle.entry?.length ?? 0)
      for (const { resource } of accessBundle.entry ?? []) {
        if (resource?.resourceType !== 'AuditEvent') continue
        for (const reference of referencesOf(resource)) expect(urls).toContain(`${BASE}/${reference}`)
      }
    }),
    { numRuns: 20 },
  )
})

test('the validators would notice', () => {
  const problems = r4Judges()
  const bundle = accesses(ANSWER)
  const [entry] = bundle.entry ?? []
  const event = entry?.resource as AuditEvent
  const [patient, viewed] = event.agent
  const broken: [string, object][] = [
    ['an unknown outcome', { ...event, outcome: '99' }],
    ['a boolean as text', { ...event, agent: [{ ...patient, requestor: 'false' }, viewed] }],
    ['no observer', { ...event, source: {} }],
    ['an element that does not exist', { ...event, viewer: 'somebody' }],
    ['a code that is not of a required binding', { ...event, action: 'X' }],
    ['an invariant of a data type', { ...event, period: { start: '2026-03-10', end: '2026-03-09' } }],
    [
      'an invariant of every resource',
      { ...event, contained: [{ resourceType: 'Basic', id: 'x', code: {} }] },
    ],
  ]
  for (const [what, resource] of broken) {
    const searchset = { ...bundle, entry: [{ ...entry, resource }] } as typeof bundle
    expect(problems(searchset), what).not.toEqual([])
  }
})

function referencesOf(event: AuditEvent): string[] {
  return [event.agent[1]?.who?.reference, event.source.observer.reference].filter(ref => ref !== undefined)
}
