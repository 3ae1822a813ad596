import { expect, test } from 'vitest'
import type { OdsCode, Organisation } from '../organisation.ts'
import { authorKey, displayName, mayQuery, type PersonAuthor, type SystemAuthor } from './requester.ts'

const hospital: Organisation = { odsCode: 'X9Z01' as OdsCode, name: 'SANDBOX GENERAL HOSPITAL' }
const clinic: Organisation = { odsCode: 'X9Z02' as OdsCode, name: 'SANDBOX CLINIC' }
const system: SystemAuthor = { kind: 'system', asid: '999000000011', organisation: hospital, responsible: [] }
const person: PersonAuthor = {
  kind: 'person',
  userId: '999000000011',
  name: { given: ['Tansy'], family: 'Testcase' },
  jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
  organisation: hospital,
}

test('rule 5.6: a system is the same author by its ASID and its organisation together', () => {
  expect(authorKey({ ...system })).toBe(authorKey(system))
  expect(authorKey({ ...system, organisation: clinic })).not.toBe(authorKey(system))
  expect(authorKey({ ...system, asid: '999000000012' })).not.toBe(authorKey(system))
})

test('rule 5.6: a person is the same author by user id alone, whatever the role and organisation', () => {
  const elsewhere = { ...person, roleProfileId: '2', organisation: clinic }
  expect(authorKey(elsewhere)).toBe(authorKey(person))
  expect(authorKey({ ...person, userId: '999000000012' })).not.toBe(authorKey(person))
})

test('rule 5.6: a person and a system with the same digits are two authors', () => {
  expect(authorKey(person)).not.toBe(authorKey(system))
})

test.each([
  ['unscheduled', 'B0107', 'B0170'],
  ['scheduled', 'B0170', 'B0107'],
] as const)('rule 5.3: an access that is %s needs %s, and %s does not do', (access, needed, other) => {
  const may = (...activities: string[]) =>
    mayQuery({ author: person, activities: new Set(activities) }, access)
  expect(may(needed)).toEqual({ ok: true, value: true })
  expect(may(other)).toEqual({ ok: false, fault: { kind: 'missing-activity', access, activity: needed } })
})

test('a name is shown with the family name in capitals, and without gaps for what it lacks', () => {
  const name = { prefix: 'Nurse', given: ['Ada', 'Mae'], family: 'Example', suffix: 'MBE' }
  expect(displayName(name)).toBe('Nurse Ada Mae EXAMPLE MBE')
  expect(displayName({ given: ['Ada'], family: 'Example' })).toBe('Ada EXAMPLE')
})
