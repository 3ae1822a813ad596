import { describe, expect, test } from 'vitest'
import { CPIS_FLAG, ROLE_INCLUDES } from './codes.ts'
import { readSearch, writeSelfLink } from './read-search.ts'
import type { ServedResource } from './served-resource.ts'
import { ASKED_FOR } from './testing.ts'

const ACCESSES: ServedResource = {
  type: 'AuditEvent',
  path: 'AuditEvent',
  documentation: 'Accesses',
  patientParameter: 'http://hl7.org/fhir/SearchParameter/AuditEvent-patient',
  includes: ROLE_INCLUDES,
}
const FLAGS: ServedResource = {
  type: 'Flag',
  path: 'PatientFlag',
  documentation: 'Flags',
  patientParameter: 'http://hl7.org/fhir/SearchParameter/clinical-patient',
  includes: [],
  code: CPIS_FLAG,
}
const SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number'
const BASE = 'https://cp-is.example/cpis/FHIR/R4'

const read = (query: string, handling?: 'strict' | 'lenient') =>
  readSearch(new URLSearchParams(query), ACCESSES, handling)

describe('the patient may be named in every form that consumers send', () => {
  test.each([
    ['the guides’ form', `patient:identifier=${SYSTEM}|9990000018`],
    ['with the bar percent-encoded', `patient:identifier=${SYSTEM}%7C9990000018`],
    ['percent-encoded throughout', `patient%3Aidentifier=${encodeURIComponent(`${SYSTEM}|9990000018`)}`],
    ['with the guides’ semicolon at the end', `patient:identifier=${SYSTEM}|9990000018;`],
    ['with that semicolon percent-encoded', `patient:identifier=${SYSTEM}|9990000018%3B`],
    ['the chained form', `patient.identifier=${SYSTEM}|9990000018`],
    ['the plain form', `patient=${SYSTEM}|9990000018`],
    ['a number alone', 'patient=9990000018'],
    ['an identifier without a system', 'patient:identifier=9990000018'],
    ['with a format', `patient=9990000018&_format=json`],
    ['with a parameter that is not known', `patient=9990000018&status=active`],
    ['a reference', 'patient=Patient/9990000018'],
    ['by subject', 'subject=9990000018'],
    ['the identifier of the subject', `subject:identifier=${SYSTEM}|9990000018`],
    ['the subject, chained', `subject.identifier=${SYSTEM}|9990000018`],
    ['with the type, chained', `patient:Patient.identifier=${SYSTEM}|9990000018`],
    ['with the type', 'subject:Patient=9990000018'],
    ['in groups', 'patient=999+000+0018'],
    ['in groups, with the system', `patient:identifier=${SYSTEM}|999 000 0018`],
    ['in groups with hyphens', 'patient=999-000-0018'],
    ['the same patient twice', 'patient=9990000018&patient=9990000018'],
    ['the same patient in two forms', `patient=Patient/9990000018&patient.identifier=${SYSTEM}|9990000018`],
  ])('%s', (_, query) => {
    expect(read(query)).toEqual({
      ok: true,
      value: { path: 'AuditEvent', nhsNumber: ASKED_FOR, includes: [] },
    })
  })
})

describe('a query names exactly one patient, by a number that can exist', () => {
  test.each([
    ['none', '', 'not-one-patient'],
    ['another parameter', 'encounter=9990000018', 'not-one-patient'],
    ['two', 'patient=9990000018&patient=9990000026', 'not-one-patient'],
    ['two in two forms', 'patient=9990000018&subject:identifier=9990000026', 'not-one-patient'],
    ['alternatives', 'patient=9990000018,9990000026', 'not-one-patient'],
    ['a modifier that is not served', 'patient:missing=false', 'not-one-patient'],
    ['another system', 'patient=https://example.org/hospital-number|9990000018', 'other-identifier-system'],
    ['no system by intent', 'patient=|9990000018', 'other-identifier-system'],
    ['no number', `patient=${SYSTEM}|`, 'invalid-nhs-number', 'not-ten-digits'],
    ['an empty value', 'patient=', 'invalid-nhs-number', 'not-ten-digits'],
    ['nine digits', 'patient=999000001', 'invalid-nhs-number', 'not-ten-digits'],
    [
      'the guides’ own example, which fails the check',
      'patient=9912003890',
      'invalid-nhs-number',
      'check-digit',
    ],
    ['all zeros', 'patient=0000000000', 'invalid-nhs-number', 'all-zero'],
    ['spaces elsewhere', 'patient=99+9000+0018', 'invalid-nhs-number', 'not-ten-digits'],
    ['two semicolons', 'patient=9990000018;;', 'invalid-nhs-number', 'not-ten-digits'],
    ['a reference to something else', 'patient=Group/9990000018', 'invalid-nhs-number', 'not-ten-digits'],
    [
      'a reference elsewhere',
      'patient=https://other.example/Patient/9990000018',
      'invalid-nhs-number',
      'not-ten-digits',
    ],
    ['a Scottish number (rule 1.4)', 'patient=0101011237', 'invalid-nhs-number', 'scotland'],
    ['broken encoding', 'patient=%E0%A4%A', 'invalid-nhs-number', 'not-ten-digits'],
  ])('%s', (_, query, kind, fault?: string) => {
    expect(read(query)).toEqual({ ok: false, fault: { kind, ...(fault && { fault }) } })
  })
})

test('(rule 4.11) strict handling refuses by name what lenient handling leaves out', () => {
  for (const [name, query] of [
    ['status', 'patient=9990000018&status=active'],
    ['_include', 'patient=9990000018&_include=AuditEvent:entity'],
    [undefined, 'patient=9990000018&nhs9990000018=1'],
  ] as const) {
    expect(read(query, 'strict')).toEqual({ ok: false, fault: { kind: 'unsupported-parameter', name } })
    expect(read(query).ok).toBe(true)
    expect(read(query, 'lenient').ok).toBe(true)
  }
  expect(read('patient=9990000018&_include=AuditEvent:agent&_format=json', 'strict').ok).toBe(true)
})

test('the self link is the query as understood, without what was ignored, and reads back as itself', () => {
  const query = `patient.identifier=9990000018&status=active&_include=${ROLE_INCLUDES[0]};`
  const search = read(query)
  if (!search.ok) throw new Error(search.fault.kind)
  const link = writeSelfLink(BASE, search.value)
  expect(link).toBe(
    `${BASE}/AuditEvent?patient:identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C9990000018` +
      '&_include=AuditEvent%3Aentity-type%3Dhttp%3A%2F%2Fterminology.hl7.org%2FCodeSystem%2Fv3-RoleClass%7CASSIGNED',
  )
  expect(read(new URL(link).search.slice(1), 'strict')).toEqual(search)
})

describe('rule 4.6: the code of a flag', () => {
  const readFlags = (query: string) =>
    readSearch(new URLSearchParams(`patient=9990000018&${query}`), FLAGS, 'strict')
  const FULL =
    'https://fhir.nhs.uk/England/CodeSystem/England-FlagCategoryPatient|child-protection-information-system-flag'

  test.each([
    ['left out', '', undefined],
    ['alone', 'code=child-protection-information-system-flag', 'child-protection-information-system-flag'],
    ['with its system', `code=${encodeURIComponent(FULL)}`, FULL],
    ['twice, which is the same as once', `code=${FULL}&code=${FULL}`, FULL],
  ])('%s, and in the self link as it was sent', (_, query, code) => {
    const search = readFlags(query)
    expect(search).toEqual({
      ok: true,
      value: { path: 'PatientFlag', nhsNumber: ASKED_FOR, includes: [], ...(code && { code }) },
    })
    if (!search.ok) return
    const link = writeSelfLink(BASE, search.value)
    expect(link).toBe(
      `${BASE}/PatientFlag?patient:identifier=${encodeURIComponent(`${SYSTEM}|9990000018`)}${code ? `&code=${encodeURIComponent(code)}` : ''}`,
    )
    expect(readSearch(new URL(link).searchParams, FLAGS, 'strict')).toEqual(search)
  })

  test.each([
    ['of another flag', 'code=reasonable-adjustment-flag'],
    ['of another system', 'code=http://snomed.info/sct|child-protection-information-system-flag'],
    ['of no system by intent', 'code=|child-protection-information-system-flag'],
    ['nothing', 'code='],
    ['in another case', 'code=Child-Protection-Information-System-Flag'],
    ['one of two', 'code=child-protection-information-system-flag,reasonable-adjustment-flag'],
    ['two at once', 'code=child-protection-information-system-flag&code=reasonable-adjustment-flag'],
    ['by exclusion', 'code:not=reasonable-adjustment-flag'],
  ])('%s is refused, never answered with none', (_, query) => {
    expect(readFlags(query)).toEqual({ ok: false, fault: { kind: 'other-code' } })
  })

  test('is a parameter like any unknown one where no code is served', () => {
    expect(read('patient=9990000018&code=x').ok).toBe(true)
    expect(read('patient=9990000018&code=x', 'strict')).toEqual({
      ok: false,
      fault: { kind: 'unsupported-parameter', name: 'code' },
    })
  })
})

describe('rule 4.11: how much is wanted', () => {
  test.each([
    ['_count=2', { count: 2 }],
    ['_count=0', { countOnly: true }],
    ['_summary=count', { countOnly: true }],
    ['_summary=false', {}],
    ['_summary=true', { part: { kind: 'summary', of: 'true' } }],
    ['_summary=text', { part: { kind: 'summary', of: 'text' } }],
    ['_summary=data', { part: { kind: 'summary', of: 'data' } }],
    ['_elements=id,recorded', { part: { kind: 'elements', names: ['id', 'recorded'] } }],
    [
      '_count=2&_after=0197a000-0000-7000-8000-0000000000a1',
      { count: 2, after: '0197a000-0000-7000-8000-0000000000a1' },
    ],
    ['_count=2&_count=2', { count: 2 }],
  ])('%s is understood, and stands in the self link', (query, wanted) => {
    const search = read(`patient=9990000018&${query}`, 'strict')
    expect(search).toEqual({
      ok: true,
      value: { path: 'AuditEvent', nhsNumber: ASKED_FOR, includes: [], ...wanted },
    })
    if (!search.ok) return
    expect(read(new URL(writeSelfLink(BASE, search.value)).search.slice(1), 'strict')).toEqual(search)
  })

  test.each([
    ['_count=-1', '_count'],
    ['_count=a', '_count'],
    ['_count=1&_count=2', '_count'],
    ['_summary=short', '_summary'],
    ['_elements=id,viewer', '_elements'],
    ['_elements=', '_elements'],
    ['_after=1', '_after'],
    ['_count=1&_after=%2F', '_after'],
  ])('%s is refused by name, or ignored where that was asked for', (query, name) => {
    expect(read(`patient=9990000018&${query}`)).toMatchObject({
      ok: false,
      fault: { kind: 'invalid-parameter', name },
    })
    expect(read(`patient=9990000018&${query}`, 'lenient').ok).toBe(true)
  })
})
