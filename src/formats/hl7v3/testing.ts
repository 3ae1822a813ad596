import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { inPieces } from '../../../test/support/bytes.ts'
import { localDay, planTimeOf } from '../../domain/english-time.ts'
import { type NhsNumber, nhsCheckDigit } from '../../domain/nhs-number.ts'
import type { OdsCode, Organisation } from '../../domain/organisation.ts'
import { PLAN_TYPES } from '../../domain/plan/plan.ts'
import type { Author, JobRole, PersonName } from '../../domain/query/requester.ts'
import type { PlanAsSent, RecordAsSent, SubjectAsSent } from '../../domain/upload/upload.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import { readXml } from '../xml/xml-reader.ts'
import type { QueryResponseContent } from './query-response.ts'
import type { HeaderAsWritten } from './upload-head.ts'

/** Made-up values of every shape for the tests of the messages. */

export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
}

/** Text that reading leaves as it is: no white space around it and none but single spaces in it. */
export const anyText = fc
  .array(
    fc.constantFrom(
      ...'abcXYZ09-.&<>"\'/;:',
      'é',
      'Š',
      'ø',
      '😀',
      '𝕏',
      ']]>',
      '&amp;',
      ' ',
      ' ',
      '日',
      '\u0301',
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map(parts => parts.join('').replace(/\s+/g, ' ').trim() || 'a')

/** To the second, as messages carry it. */
export const anyInstant = fc
  .integer({ min: Date.UTC(1950, 0, 1) / 1000, max: Date.UTC(2099, 11, 31) / 1000 })
  .map(seconds => new Date(seconds * 1000))

export const anyOdsCode = fc.stringMatching(/^[A-Z0-9]{3,6}$/).map(code => code as OdsCode)
const anyPhone = fc.stringMatching(/^\+?[0-9]{3,12}$/)
export const anySequence = fc.oneof(fc.nat(1000), fc.maxSafeNat())

export const anyNhsNumber = fc.integer({ min: 0, max: 999_999 }).map(start => {
  for (let next = start; ; next++) {
    const nine = `999${String(next % 1_000_000).padStart(6, '0')}`
    const check = nhsCheckDigit(nine)
    if (check !== undefined) return `${nine}${check}` as NhsNumber
  }
})

export const anyOrganisation: fc.Arbitrary<Organisation> = fc.record({ odsCode: anyOdsCode, name: anyText })

/** An authority whose numbers stand in either order. */
export const anyContact = fc
  .record(
    {
      odsCode: anyOdsCode,
      name: anyText,
      dutyPhone: anyPhone,
      office: fc.record(
        { officePhone: anyPhone, dutyPhoneFirst: fc.constant(true as const) },
        { requiredKeys: ['officePhone'] },
      ),
    },
    { requiredKeys: ['odsCode', 'name', 'dutyPhone'] },
  )
  .map(({ office, ...contact }) => ({ ...contact, ...office }))

export const anyHeader: fc.Arbitrary<HeaderAsWritten> = fc.record({
  createdAt: anyInstant,
  sequence: anySequence,
  recordCount: fc.nat(100_000),
  authority: anyContact,
})

export const anyPlanTime = anyInstant.map(planTimeOf)
export const anyBirthDate = anyInstant.map(localDay)

/** A date as somebody may send it, right or wrong. */
const anyDate = fc.oneof(fc.constantFrom('202601050900', '20260105', 'yesterday'), anyText)

const anyPlan: fc.Arbitrary<PlanAsSent> = fc.record(
  { type: fc.constantFrom(...PLAN_TYPES), start: anyDate, end: anyDate, delete: anyDate },
  { requiredKeys: ['type'] },
)

const anySubject: fc.Arbitrary<SubjectAsSent> = fc
  .record(
    {
      kind: fc.constantFrom('child' as const, 'mother' as const),
      nhsNumber: fc.oneof(anyNhsNumber, anyText),
      local: fc.record({ localId: anyText, localIdAuthority: anyText }, { requiredKeys: ['localId'] }),
      birthTime: anyDate,
      given: anyText.filter(name => name !== '-'),
      family: anyText,
    },
    { requiredKeys: ['kind'] },
  )
  .map(({ local, ...subject }) => ({ ...subject, ...local }))

export const anyRecords: fc.Arbitrary<readonly RecordAsSent[]> = fc
  .array(
    fc.record({
      plans: fc.array(anyPlan, { maxLength: 4 }),
      subjects: fc.array(anySubject, { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map(records => records.map((record, index) => ({ position: index + 1, ...record })))

/** A plan and a person as an authority should send them. */
const anyGoodPlan: fc.Arbitrary<PlanAsSent> = fc
  .record(
    { type: fc.constantFrom(...PLAN_TYPES), start: anyPlanTime, end: anyPlanTime, delete: anyPlanTime },
    { requiredKeys: ['type', 'start'] },
  )
  .map(plan => (plan.type === 'UCPP' ? { end: plan.start, ...plan } : plan))

const anyGoodSubject: fc.Arbitrary<SubjectAsSent> = fc
  .record(
    {
      kind: fc.constantFrom('child' as const, 'mother' as const),
      nhsNumber: anyNhsNumber,
      local: fc.record({ localId: anyText, localIdAuthority: anyText }, { requiredKeys: ['localId'] }),
      birthTime: anyBirthDate.map(date => date.replaceAll('-', '')),
      given: anyText.filter(name => name !== '-'),
      family: anyText,
    },
    { requiredKeys: ['kind', 'nhsNumber', 'birthTime', 'given', 'family'] },
  )
  .map(({ local, ...subject }) => ({ ...subject, ...local }))

export const anyGoodRecords: fc.Arbitrary<readonly RecordAsSent[]> = fc
  .array(
    fc.record({
      plans: fc.array(anyGoodPlan, { minLength: 1, maxLength: 3 }),
      subjects: fc.array(anyGoodSubject, { minLength: 1, maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map(records => records.map((record, index) => ({ position: index + 1, ...record })))

const anyName: fc.Arbitrary<PersonName> = fc.record(
  { prefix: anyText, given: fc.array(anyText, { maxLength: 3 }), family: anyText, suffix: anyText },
  { requiredKeys: ['given', 'family'] },
)
/** A code of HL7, which has no white space (type `cs`). */
export const anyCode = anyText.map(text => text.replace(/\s/g, ''))
export const anyOid = fc
  .array(fc.nat(99_999), { minLength: 3, maxLength: 8 })
  .map(parts => `2.${parts.map(String).join('.')}`)
export const anyVersionCode = fc.constantFrom('V3NPfIT3.0', 'V3NPfIT3.1', 'v3INF_DMSv5.7:FIN')

const anyJobRole: fc.Arbitrary<JobRole> = fc.record({ code: anyCode, display: anyText })
export const anyAsid = fc.stringMatching(/^[0-9]{12}$/)

export const anyAuthor: fc.Arbitrary<Author> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('person' as const),
      userId: anyAsid,
      roleProfileId: anyAsid,
      name: anyName,
      jobRole: anyJobRole,
      organisation: anyOrganisation,
    },
    { requiredKeys: ['kind', 'userId', 'name', 'jobRole', 'organisation'] },
  ),
  fc.record({
    kind: fc.constant('system' as const),
    asid: anyAsid,
    organisation: anyOrganisation,
    responsible: fc.array(fc.record({ name: anyName, jobRole: anyJobRole }), { maxLength: 2 }),
  }),
)

/** The root element of a document. */
export async function rootOf(document: string): Promise<XmlElement> {
  for await (const item of readXml(inPieces(document))) {
    if (item.kind === 'fault') throw new Error(JSON.stringify(item.fault))
    return item.element
  }
  throw new Error('Nothing to read')
}

/** What a document says, without the white space and the lines it says it on. */
export async function treeOf(document: string): Promise<unknown> {
  return bare(await rootOf(document))
}

function bare({ name, namespace, attributes, children, text }: XmlElement): unknown {
  const inner = children.length > 0 ? children.map(bare) : text
  return { name, namespace, attributes: Object.fromEntries(attributes), inner }
}

/** A document with each of its elements in turn cut out, or doubled. */
export function* damaged(root: XmlElement): Generator<XmlElement> {
  for (const [index, child] of root.children.entries()) {
    yield { ...root, children: root.children.toSpliced(index, 1) }
    yield { ...root, children: root.children.toSpliced(index, 0, child) }
    for (const inner of damaged(child)) yield { ...root, children: root.children.with(index, inner) }
  }
}

/** A document whose elements stand in another order, those of one name as they stood among themselves. */
export function reordered(root: XmlElement, order: (name: string) => number): XmlElement {
  const children = root.children.map(child => reordered(child, order))
  return { ...root, children: children.toSorted((a, b) => order(a.name) - order(b.name)) }
}

/** An order of names, each at a place that chance decides. */
export const anyOrder: fc.Arbitrary<(name: string) => number> = fc.nat().map(seed => name => {
  let place = seed
  for (const character of name) place = (Math.imul(place, 31) + character.charCodeAt(0)) | 0
  return place
})

export const anyUuid = fc.uuid().map(id => id.toUpperCase())

const anyPlanSubject = fc
  .record(
    {
      given: anyText.filter(name => name !== '-'),
      family: anyText,
      birthDate: anyBirthDate,
      local: fc.record({ localId: anyText, localIdAuthority: anyText }, { requiredKeys: ['localId'] }),
    },
    { requiredKeys: ['given', 'family', 'birthDate'] },
  )
  .map(({ local, ...subject }) => ({ ...subject, ...local }))
const anyResponsePlans = fc
  .record({
    numbers: fc.array(anyNhsNumber, { minLength: 1, maxLength: 2 }),
    subjects: fc.array(anyPlanSubject, { minLength: 1, maxLength: 2 }),
    authorities: fc.array(anyContact, { minLength: 1, maxLength: 3 }),
  })
  .chain(({ numbers, subjects, authorities }) =>
    fc.array(
      fc
        .record(
          {
            type: fc.constantFrom('CPP' as const, 'LAC' as const, 'UCPP' as const),
            start: anyPlanTime,
            end: anyPlanTime,
            nhsNumber: fc.constantFrom(...numbers),
            subject: fc.constantFrom(...subjects),
            authority: fc.constantFrom(...authorities),
          },
          { requiredKeys: ['type', 'start', 'nhsNumber', 'subject', 'authority'] },
        )
        .map(plan => (plan.type === 'UCPP' ? { end: plan.start, ...plan } : plan)),
      { minLength: 1, maxLength: 8 },
    ),
  )

/** What a response may say, with plans that share people and authorities. */
export const anyResponseContent: fc.Arbitrary<QueryResponseContent> = fc.record({
  plans: anyResponsePlans,
  accesses: fc.array(fc.record({ id: anyUuid, at: anyInstant, nhsNumber: anyNhsNumber, author: anyAuthor }), {
    maxLength: 3,
  }),
})
