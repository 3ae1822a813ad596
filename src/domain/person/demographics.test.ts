import { expect, test } from 'vitest'
import type { CalendarDate } from '../english-time.ts'
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
    { kind: 'different-person', items: ['family name'] },
  ],
])('rules 3.7 and 3.9: what PDS answers, $kind, makes of a record', (answer, fault) => {
  expect(judgeByDemographics(record, answer)).toEqual(fault)
})
