import { describe, expect, test } from 'vitest'
import { codeOf, type RecordFault, reasonOf } from './record-faults.ts'

/** One or more of every kind; a kind that is forgotten does not compile. */
const FAULTS: Readonly<Record<RecordFault['kind'], readonly [string, ...RecordFault[]]>> = {
  'nhs-number-unknown': ['CPR01', { kind: 'nhs-number-unknown' }],
  invalidated: ['CPR01', { kind: 'invalidated' }],
  sensitive: ['CPR02', { kind: 'sensitive' }],
  'different-person': [
    'CPR03',
    { kind: 'different-person', items: ['given name'] },
    { kind: 'different-person', items: ['date of birth', 'family name', 'given name'] },
  ],
  'nhs-number-format': ['CPR04', { kind: 'nhs-number-format' }],
  superseded: ['CPR05', { kind: 'superseded' }],
  missing: ['CPR07', { kind: 'missing', field: 'NHS number' }, { kind: 'missing', field: 'plan end date' }],
  'bad-birth-date': ['CPR07', { kind: 'bad-birth-date' }],
  'bad-plan-date': ['CPR07', { kind: 'bad-plan-date', plan: 'LAC', which: 'delete' }],
  'end-before-start': ['CPR07', { kind: 'end-before-start', plan: 'CPP' }],
  'start-too-old': ['CPR07', { kind: 'start-too-old', plan: 'UCPP' }],
  'starts-as-adult': ['CPR07', { kind: 'starts-as-adult', plan: 'LAC' }],
  'wrong-subject': ['CPR07', { kind: 'wrong-subject', plan: 'UCPP' }, { kind: 'wrong-subject', plan: 'LAC' }],
  unreadable: ['CPR07', { kind: 'unreadable', part: 'plan' }, { kind: 'unreadable', part: 'subject' }],
  'too-many-plans': ['CPR07', { kind: 'too-many-plans' }],
  'two-people': ['CPR07', { kind: 'two-people' }],
  'plan-already-in-file': ['CPR07', { kind: 'plan-already-in-file', plan: 'CPP' }],
  'delete-of-unknown-plan': ['CPR07', { kind: 'delete-of-unknown-plan', plan: 'CPP' }],
}

const all = Object.values(FAULTS).flatMap(([code, ...faults]) => faults.map(fault => ({ code, fault })))

describe('rules 3.9 and 3.14: every fault has its code, and says which field and what to do', () => {
  test.each(all)('$fault.kind: $code', ({ code, fault }) => {
    expect(codeOf(fault as RecordFault)).toBe(code)
    const reason = reasonOf(fault as RecordFault)
    expect(reason).toMatch(/^[A-Z][^:]*: .*\.$/)
    expect(reason).toMatch(/\b(Send|Trace|Check|Correct|Share|Add)\b/)
    expect(reason).not.toMatch(/undefined|null|NaN|\[object|[{}$]| {2}/)
  })

  test('no two faults read alike', () => {
    expect(new Set(all.map(({ fault }) => reasonOf(fault as RecordFault))).size).toBe(all.length)
  })

  test('of a different person only the items are named', () => {
    expect(
      reasonOf({ kind: 'different-person', items: ['date of birth', 'family name', 'given name'] }),
    ).toMatch(/^Date of birth, family name and given name: /)
  })
})
