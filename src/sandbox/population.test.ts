import { describe, expect, test } from 'vitest'
import type { CalendarDate } from '../domain/english-time.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import { judgeByDemographics, type KnownDemographics } from '../domain/person/demographics.ts'
import { visibleUntil } from '../domain/plan/plan.ts'
import { checkRecord } from '../domain/upload/check-record.ts'
import { codeOf, type RecordCode } from '../domain/upload/record-faults.ts'
import type { CheckedRecord, RecordAsSent } from '../domain/upload/upload.ts'
import { AUTHORITY_COUNT, sandboxAuthorities } from './authorities.ts'
import { examplePeople } from './example-people.ts'
import { type Country, registrationOf } from './people.ts'
import { LARGEST_POPULATION, makePopulation, type Population } from './population.ts'
import { firstOf } from './situations.ts'

/** A leap day, the days the clocks change, an ordinary day and the last of a year. */
const DAYS = ['2028-02-29', '2026-03-29', '2026-10-25', '2027-06-15', '2026-12-31'] as CalendarDate[]

function population(today: CalendarDate, children = 3000, authorities = 3): Population {
  return makePopulation({ seed: 42, authorities: sandboxAuthorities(authorities), children, today })
}

function pdsAnswer(country: Country, number: NhsNumber): KnownDemographics {
  const registration = registrationOf(country, number)
  switch (registration.kind) {
    case 'person': {
      const { given, family, formerFamily, birthDate } = registration.person
      if (registration.sensitive) return { kind: 'restricted' }
      const familyNames = formerFamily ? [family, formerFamily] : [family]
      return { kind: 'found', person: { birthDate, familyNames, givenNames: [given] } }
    }
    case 'superseded':
      return { kind: 'superseded', by: registration.by.nhsNumber }
    default:
      return { kind: registration.kind }
  }
}

function noonOf(day: CalendarDate): Date {
  return new Date(`${day}T12:00:00Z`)
}

function judge(country: Country, record: RecordAsSent): { code: RecordCode; checked?: CheckedRecord } {
  const checked = checkRecord(record, noonOf(country.referenceDay))
  if (!checked.ok) return { code: codeOf(checked.fault) }
  const fault = judgeByDemographics(checked.value, pdsAnswer(country, checked.value.nhsNumber))
  return fault ? { code: codeOf(fault) } : { code: 'CPR06', checked: checked.value }
}

function count(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

describe.each(DAYS)('a population made on %s', today => {
  const made = population(today)

  test('at least 95 % of every file is loaded, and every record code occurs (rule 3.9)', () => {
    const all: RecordCode[] = []
    for (const { records } of made.uploads) {
      const codes = [...records].map(record => judge(made.country, record).code)
      const loaded = codes.filter(code => code === 'CPR06').length
      expect(loaded / codes.length).toBeGreaterThanOrEqual(0.95)
      expect(loaded).toBeLessThan(codes.length)
      all.push(...codes)
    }
    expect(Object.keys(count(all)).sort()).toEqual([
      'CPR01',
      'CPR02',
      'CPR03',
      'CPR04',
      'CPR05',
      'CPR06',
      'CPR07',
    ])
  })

  test('a file holds as many records as its head says, counted from 1 (rule 3.2)', () => {
    for (const { header, records } of made.uploads) {
      const positions = [...records].map(record => record.position)
      expect(positions).toEqual(Array.from({ length: header.recordCount }, (_, nth) => nth + 1))
    }
  })

  test('a file is never ahead of the clock of the day it is made (rule 3.11)', () => {
    for (const { header } of made.uploads) {
      expect(header.createdAt.getTime()).toBeLessThanOrEqual(Date.parse(`${today}T00:00:00Z`))
    }
  })

  test('each telling person is shown what is told of them', () => {
    const seen = new Map<string, { plans: number; authorities: string[] }>()
    const replacedBy = new Map<string, string>()
    for (const { authority, records } of made.uploads) {
      for (const record of records) {
        const sent = record.subjects[0]?.nhsNumber ?? ''
        const pds = pdsAnswer(made.country, sent as NhsNumber)
        if (pds.kind === 'superseded') replacedBy.set(sent, pds.by)
        const { checked } = judge(made.country, record)
        if (!checked) continue
        const { birthDate } = checked.subject
        const visible = checked.plans.filter(plan => visibleUntil({ ...plan, birthDate }) > noonOf(today))
        if (visible.length === 0) continue
        const before = seen.get(checked.nhsNumber) ?? { plans: 0, authorities: [] }
        seen.set(checked.nhsNumber, {
          plans: before.plans + visible.length,
          authorities: [...before.authorities, authority.odsCode],
        })
      }
    }
    const telling = examplePeople(made)
    expect(telling).toHaveLength(12)
    expect(new Set(telling.map(person => person.nhsNumber)).size).toBe(12)
    for (const { nhsNumber, note, visiblePlans, authorities } of telling) {
      const shown = seen.get(replacedBy.get(nhsNumber) ?? nhsNumber) ?? { plans: 0, authorities: [] }
      expect({ note, plans: visiblePlans, authorities: [...authorities] }).toEqual({ note, ...shown })
    }
  })
})

test('the same seed and day make the same files, however often they are read', () => {
  const [today] = DAYS as [CalendarDate]
  const first = population(today, 500).uploads.map(({ header, records }) => [header, [...records]])
  const uploads = population(today, 500).uploads
  expect(uploads.map(({ header, records }) => [header, [...records]])).toEqual(first)
  expect(uploads.map(({ header, records }) => [header, [...records]])).toEqual(first)
})

test('plans of every type, ended, coming and of two authorities, in steady shares', () => {
  const { uploads, country } = population('2026-05-01' as CalendarDate, 2500)
  const records = uploads.flatMap(upload => [...upload.records])
  const numbers = records.map(record => record.subjects[0]?.nhsNumber ?? '')
  const share = (wanted: (record: RecordAsSent) => boolean) => records.filter(wanted).length / records.length
  const hasType = (type: string) => (record: RecordAsSent) => record.plans.some(p => p.type === type)
  expect(share(hasType('LAC'))).toBeGreaterThan(0.4)
  expect(share(hasType('CPP'))).toBeGreaterThan(0.35)
  expect(share(hasType('UCPP'))).toBeCloseTo(0.08, 2)
  expect(share(record => record.plans.length === 2)).toBeCloseTo(0.08, 2)
  const isEnded = (record: RecordAsSent) =>
    record.plans.every(plan => plan.end && plan.end < '20260501') && judge(country, record).code === 'CPR06'
  expect(share(isEnded)).toBeGreaterThan(0.25)
  const twice = numbers.length - new Set(numbers).size
  expect(twice / records.length).toBeCloseTo(0.04, 2)
})

test('authorities hold plans in proportion to their children, and nobody of their own in common', () => {
  const made = population('2026-05-01' as CalendarDate, 20_000, AUTHORITY_COUNT)
  const total = made.shares.reduce((sum, share) => sum + share.size, 0)
  expect(total).toBe(20_000)
  expect(Math.min(...made.shares.map(share => share.size))).toBeGreaterThanOrEqual(1)
  expect(made.shares[0]?.size).toBeGreaterThan(500)
  const first = firstOf('twoAuthorities')
  const shared = made.shares.reduce(
    (sum, share) => sum + Math.max(0, Math.ceil((share.size - first) / 25)),
    0,
  )
  const numbers = new Set<string>()
  for (const { records } of made.uploads) {
    for (const record of records) numbers.add(record.subjects[0]?.nhsNumber ?? '')
  }
  const all = made.uploads.reduce((sum, upload) => sum + upload.header.recordCount, 0)
  expect(all).toBe(total + shared)
  expect(numbers.size).toBe(all - shared)
})

test('the smallest populations are whole ones, without what they have no room for', () => {
  const sizes = [
    { children: 1, authorities: 1, telling: 2 },
    { children: 3, authorities: 3, telling: 2 },
    { children: 9, authorities: 1, telling: 9 },
    { children: 26, authorities: 2, telling: 10 },
  ]
  for (const { children, authorities, telling } of sizes) {
    const made = population('2026-05-01' as CalendarDate, children, authorities)
    for (const { header, records } of made.uploads) expect([...records]).toHaveLength(header.recordCount)
    expect(examplePeople(made)).toHaveLength(telling)
  }
})

test('the largest population is within the country, and is not held in memory', () => {
  const made = population('2026-05-01' as CalendarDate, LARGEST_POPULATION, AUTHORITY_COUNT)
  const last = made.uploads.at(-1)
  expect([...(last?.records ?? [])].at(-1)?.position).toBe(last?.header.recordCount)
  expect(() => population('2026-05-01' as CalendarDate, LARGEST_POPULATION + 1)).toThrow(RangeError)
  expect(() => population('2026-05-01' as CalendarDate, 2, 3)).toThrow(RangeError)
})

test('sandbox authorities say what they are, have numbers that ring nowhere, and codes of their own', () => {
  const authorities = sandboxAuthorities(AUTHORITY_COUNT)
  expect(new Set(authorities.map(authority => authority.odsCode)).size).toBe(153)
  for (const authority of authorities) {
    expect(authority.name).toMatch(/ \(sandbox\)$/)
    expect(authority.dutyPhone).toMatch(/^01632960\d{3}$/)
    expect(authority.officePhone ?? '02079460000').toMatch(/^02079460\d{3}$/)
  }
  expect(sandboxAuthorities()).toHaveLength(3)
  expect(() => sandboxAuthorities(154)).toThrow(RangeError)
})
