import { describe, expect, test } from 'vitest'
import type { CalendarDate, PlanTime } from '../english-time.ts'
import type { NhsNumber } from '../nhs-number.ts'
import type { CheckedRecord } from '../upload/upload.ts'
import { judgeByDemographics, type KnownDemographics } from './demographics.ts'

const birthDate = '2019-05-01' as CalendarDate
const record: CheckedRecord = {
  position: 1,
  nhsNumber: '9990000018' as NhsNumber,
  subject: { given: 'Tansy', family: 'Testcase', birthDate },
  plans: [],
}

test.each<[KnownDemographics, object | undefined]>([
  [{ kind: 'unknown' }, { kind: 'nhs-number-unknown' }],
  [{ kind: 'invalidated' }, { kind: 'invalidated' }],
  [{ kind: 'restricted' }, { kind: 'sensitive' }],
  [{ kind: 'superseded', by: '9990001014' as NhsNumber }, { kind: 'superseded' }],
  [{ kind: 'found', person: { birthDate, familyNames: ['Testcase'], givenNames: [['Tansy']] } }, undefined],
  [
    { kind: 'found', person: { birthDate, familyNames: ['Sample'], givenNames: [['Tansy']] } },
    { kind: 'possible-match', items: ['family name'] },
  ],
  [
    { kind: 'found', person: { birthDate, familyNames: ['Sample'], givenNames: [['Rowan']] } },
    { kind: 'different-person', items: ['family name', 'given name'] },
  ],
])('rules 3.7 and 3.9: what PDS answers, $kind, makes of a record', (answer, fault) => {
  expect(judgeByDemographics(record, answer)).toEqual(fault)
})

test.each<[string, CalendarDate | 'unknown' | undefined, string, object | undefined]>([
  [
    'the day after the death',
    '2026-03-01' as CalendarDate,
    '202603020000',
    { kind: 'starts-after-death', plan: 'CPP' },
  ],
  ['the day of the death', '2026-03-01' as CalendarDate, '202603012300', undefined],
  ['at any time, the day of the death being unknown', 'unknown', '202603020000', undefined],
  ['at any time, of somebody who lives', undefined, '202603020000', undefined],
])('rule 3.9: a plan that starts %s', (_, died, start, fault) => {
  const plans = [{ type: 'CPP', start: start as PlanTime }] as const
  const person = { familyNames: ['Testcase'], givenNames: [['Tansy']], birthDate, ...(died && { died }) }
  expect(judgeByDemographics({ ...record, plans }, { kind: 'found', person })).toEqual(fault)
})

describe('rule 3.7: a record without a given name', () => {
  const nameless = { ...record, subject: { ...record.subject, given: '' } }
  const person = { birthDate, familyNames: ['Testcase'] }

  test('is loaded where PDS has none either', () => {
    for (const givenNames of [[], [['']], [['-']]]) {
      expect(
        judgeByDemographics(nameless, { kind: 'found', person: { ...person, givenNames } }),
      ).toBeUndefined()
    }
  })

  test('misses it where PDS has one', () => {
    expect(
      judgeByDemographics(nameless, { kind: 'found', person: { ...person, givenNames: [['Tansy']] } }),
    ).toEqual({ kind: 'missing', field: 'given name' })
  })
})

describe('rule 3.25: what an officer has decided', () => {
  const known = (family: string, given: string): KnownDemographics => ({
    kind: 'found',
    person: { birthDate, familyNames: [family], givenNames: [[given]] },
  })

  test('settles a possible match', () => {
    const possible = known('Testcase', 'Tans')
    expect(judgeByDemographics(record, possible, 'same-person')).toBeUndefined()
    expect(judgeByDemographics(record, possible, 'another-person')).toEqual({
      kind: 'different-person',
      items: ['given name'],
    })
  })

  test('changes nothing about a match or a different person', () => {
    expect(judgeByDemographics(record, known('Testcase', 'Tansy'), 'another-person')).toBeUndefined()
    expect(judgeByDemographics(record, known('Else', 'Rowan'), 'same-person')).toMatchObject({
      kind: 'different-person',
    })
  })
})
