import { describe, expect, test } from 'vitest'
import { RECORD_FAULTS } from './faults.testing.ts'
import { reasonFrom } from './reason.ts'
import { codeOf, type RecordFault } from './record-faults.ts'
import { RECORD_REASONS, reasonOf } from './record-reasons.ts'
import { complaintsAbout, gradeOf, ruleText } from './testing.ts'

const all = Object.values(RECORD_FAULTS).flatMap(([code, ...faults]) =>
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
