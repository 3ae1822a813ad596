import { describe, expect, test } from 'vitest'
import type { CalendarDate } from '../english-time.ts'
import { reasonFrom } from './reason.ts'
import { codeOf, type RecordFault } from './record-faults.ts'
import { RECORD_REASONS, reasonOf } from './record-reasons.ts'
import { complaintsAbout, gradeOf, ruleText } from './testing.ts'

/** One or more of every kind; a kind that is forgotten does not compile. */
const FAULTS: Readonly<Record<RecordFault['kind'], readonly [string, ...RecordFault[]]>> = {
  'nhs-number-unknown': ['CPR01', { kind: 'nhs-number-unknown' }],
  invalidated: ['CPR01', { kind: 'invalidated' }],
  sensitive: ['CPR02', { kind: 'sensitive' }],
  'different-person': [
    'CPR03',
    { kind: 'different-person', items: ['given name'] },
    { kind: 'different-person', items: ['family name', 'given name'] },
    { kind: 'different-person', items: ['date of birth', 'family name', 'given name'] },
  ],
  'possible-match': [
    'CPR03',
    { kind: 'possible-match', items: ['given name'] },
    { kind: 'possible-match', items: ['date of birth', 'given name'] },
  ],
  'nhs-number-format': ['CPR04', { kind: 'nhs-number-format' }],
  'other-nation': [
    'CPR04',
    { kind: 'other-nation', nation: 'scotland' },
    { kind: 'other-nation', nation: 'northern-ireland' },
  ],
  superseded: ['CPR05', { kind: 'superseded' }],
  missing: [
    'CPR07',
    { kind: 'missing', field: 'subject' },
    { kind: 'missing', field: 'NHS number' },
    { kind: 'missing', field: 'plan end date' },
  ],
  'bad-birth-date': ['CPR07', { kind: 'bad-birth-date' }],
  'bad-plan-date': ['CPR07', { kind: 'bad-plan-date', plan: 'LAC', which: 'delete' }],
  'end-before-start': ['CPR07', { kind: 'end-before-start', plan: 'CPP' }],
  'start-too-old': ['CPR07', { kind: 'start-too-old', plan: 'UCPP' }],
  'starts-as-adult': ['CPR07', { kind: 'starts-as-adult', plan: 'LAC' }],
  'starts-after-death': ['CPR07', { kind: 'starts-after-death', plan: 'CPP' }],
  'wrong-subject': ['CPR07', { kind: 'wrong-subject', plan: 'UCPP' }, { kind: 'wrong-subject', plan: 'LAC' }],
  unreadable: ['CPR07', { kind: 'unreadable', part: 'plan' }, { kind: 'unreadable', part: 'subject' }],
  'too-many-plans': ['CPR07', { kind: 'too-many-plans' }],
  'two-people': ['CPR07', { kind: 'two-people' }],
  'plan-already-in-file': ['CPR07', { kind: 'plan-already-in-file', plan: 'CPP' }],
  'delete-of-unknown-plan': ['CPR07', { kind: 'delete-of-unknown-plan', plan: 'CPP' }],
  'passed-on': [
    'CPR07',
    { kind: 'passed-on', on: '2027-04-01' as CalendarDate, to: ['West Surrey Council'] },
  ],
}

const all = Object.values(FAULTS).flatMap(([code, ...faults]) =>
  faults.map(fault => ({ code, fault: fault as RecordFault })),
)

/** What rule 3.9 calls each kind of fault. */
const IN_THE_RULE: Readonly<Record<RecordFault['kind'], string>> = {
  'nhs-number-format': 'not a valid number',
  'other-nation': 'one of another nation',
  'nhs-number-unknown': 'no such number in PDS',
  invalidated: 'no longer a valid one',
  sensitive: 'sensitive in PDS',
  'different-person': 'a different person',
  'possible-match': 'a possible match',
  superseded: 'superseded',
  missing: 'something missing',
  'bad-birth-date': 'a date wrong',
  'bad-plan-date': 'a date wrong',
  'end-before-start': 'end before start',
  'start-too-old': 'start more than 18 years ago',
  'starts-as-adult': 'on or after the 18th birthday',
  'starts-after-death': 'start after the person died',
  'wrong-subject': 'subject and plan do not match',
  unreadable: 'a block that cannot be read',
  'too-many-plans': 'anything else',
  'two-people': 'anything else',
  'plan-already-in-file': 'a plan that an earlier record of the file carried',
  'delete-of-unknown-plan': 'delete of an unknown plan',
  'passed-on': 'of an authority whose plans have passed on',
}

describe('rules 3.9 and 3.14: every fault has its code, and says what is wrong and what to do', () => {
  test.each(all)('$fault.kind: $code', ({ code, fault }) => {
    expect(codeOf(fault)).toBe(code)
    expect(complaintsAbout(reasonFrom(RECORD_REASONS, fault))).toEqual([])
  })

  test('every fault that the rule names has a reason with a remedy, and every fault stands in the rule under its code', () => {
    const rule = ruleText('3.9')
    const clauses = new Map(
      [...rule.matchAll(/(CPR0\d) ([^;|]*)/g)].map(([, code, clause]) => [code, clause]),
    )
    for (const { fault } of all) expect(clauses.get(codeOf(fault))).toContain(IN_THE_RULE[fault.kind])
    expect(new Set(all.map(({ code }) => code))).toEqual(
      new Set([...clauses.keys()].filter(code => code !== 'CPR06')),
    )
    const told = (clauses.get('CPR07') ?? '')
      .replace(/^[^:]*:|which had no fault but, at most, such a repetition itself/g, '')
      .split(',')
      .map(part => part.trim())
    const unnamed = told.filter(
      part => !Object.values(IN_THE_RULE).some(name => part.includes(name) || name.includes(part)),
    )
    expect(unnamed).toEqual([])
  })

  test('somebody of ten can read them', () => {
    expect(gradeOf(all.map(({ fault }) => reasonOf(fault)).join(' '))).toBeLessThan(5)
  })

  test('no two faults read alike', () => {
    expect(new Set(all.map(({ fault }) => reasonOf(fault))).size).toBe(all.length)
  })

  test('of a different person only the items are named', () => {
    expect(
      reasonOf({ kind: 'different-person', items: ['date of birth', 'family name', 'given name'] }),
    ).toMatch(/^Date of birth, family name and given name: .* Check them with /)
    expect(reasonOf({ kind: 'different-person', items: ['family name', 'given name'] })).toMatch(
      /^Family name and given name: .* Check them with /,
    )
    expect(reasonOf({ kind: 'different-person', items: ['given name'] })).toMatch(
      /^Given name: .* Check it with /,
    )
  })

  test('whoever a record is about is called a person, and a plan is held under the child or the mother (rule 2.2)', () => {
    expect(reasonOf({ kind: 'missing', field: 'subject' })).toMatch(/^Person: /)
    expect(reasonOf({ kind: 'missing', field: 'plan' })).toMatch(/^Plan: /)
    expect(reasonOf({ kind: 'unreadable', part: 'subject' })).toMatch(/^Person: .* each person /)
    expect(reasonOf({ kind: 'unreadable', part: 'plan' })).toMatch(/^Plan: .* each plan /)
    expect(reasonOf({ kind: 'wrong-subject', plan: 'UCPP' })).toMatch(/unborn .* with the mother as /)
    expect(reasonOf({ kind: 'wrong-subject', plan: 'CPP' })).toMatch(/child protection .* with the child as /)
  })
})
