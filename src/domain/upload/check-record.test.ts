import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PLAN_TYPES } from '../plan/plan.ts'
import { checkRecord } from './check-record.ts'
import type { RecordFault } from './record-faults.ts'
import type { PlanAsSent, RecordAsSent, SubjectAsSent } from './upload.ts'

const NOW = new Date('2026-06-02T08:30:00Z')

const child: SubjectAsSent = {
  kind: 'child',
  nhsNumber: '9990000018',
  localId: 'CH/1',
  birthTime: '20190501',
  given: 'Tansy',
  family: 'Testcase',
}
const mother: SubjectAsSent = { ...child, kind: 'mother', birthTime: '20100501' }
const cpp: PlanAsSent = { type: 'CPP', start: '202601050900' }
const lac: PlanAsSent = { type: 'LAC', start: '202511010000', end: '202602280000', delete: '202603010815' }
const ucpp: PlanAsSent = { type: 'UCPP', start: '202601010000', end: '202609010000' }

const record = (plans: PlanAsSent[], ...subjects: SubjectAsSent[]): RecordAsSent => ({
  position: 7,
  plans,
  subjects,
})

/** The same without one of its parts, as if it had not been sent. */
function without<T extends object>(whole: T, part: keyof T): T {
  return Object.fromEntries(Object.entries(whole).filter(([key]) => key !== part)) as T
}

function faultOf(sent: RecordAsSent): RecordFault | undefined {
  const checked = checkRecord(sent, NOW)
  return checked.ok ? undefined : checked.fault
}

describe('a good record', () => {
  test('becomes a person with plans', () => {
    expect(checkRecord(record([cpp, lac], child), NOW)).toEqual({
      ok: true,
      value: {
        position: 7,
        nhsNumber: '9990000018',
        subject: { given: 'Tansy', family: 'Testcase', birthDate: '2019-05-01', localId: 'CH/1' },
        plans: [cpp, lac],
      },
    })
  })

  test.each<[string, RecordAsSent]>([
    ['rule 2.2: an unborn child, held against the mother', record([ucpp], mother)],
    [
      'rule 2.2: a mother who is herself a child, as both',
      record([cpp, ucpp], { ...child, birthTime: '20100501' }, mother),
    ],
    ['a date of birth with a time', record([cpp], { ...child, birthTime: '201905010815' })],
    ['rule 3.5: a delete without an end', record([{ ...cpp, delete: '202603010815' }], child)],
    ['rule 2.7: a start in the future', record([{ ...cpp, start: '202701010000' }], child)],
    ['an end at the start', record([{ ...cpp, end: '202601050900' }], child)],
    ['the same type from another start', record([cpp, { ...cpp, start: '202501050900' }], child)],
    [
      'a plan that starts 18 years ago today',
      record([{ ...cpp, start: '200806020000' }], { ...child, birthTime: '20080501' }),
    ],
    [
      'a plan that starts the day before the 18th birthday',
      record([{ ...cpp, start: '202605312359' }], { ...child, birthTime: '20080601' }),
    ],
    ['a mother of any age', record([ucpp], { ...mother, birthTime: '19750501' })],
    [
      'another type from the same start',
      record([cpp, { ...lac, start: cpp.start ?? '', end: '202602280000' }], child),
    ],
    [
      'one person twice, with and without the time of birth',
      record([cpp, ucpp], { ...child, birthTime: '201005010815' }, mother),
    ],
    [
      'one person twice, without and with the time of birth',
      record([cpp, ucpp], { ...child, birthTime: '20100501' }, { ...mother, birthTime: '201005010815' }),
    ],
    ['no local id', record([cpp], without(child, 'localId'))],
  ])('%s', (_, sent) => {
    expect(faultOf(sent)).toBeUndefined()
  })

  test('a local id given for one of two subjects counts', () => {
    const young = { ...child, birthTime: '20100501' }
    const checked = checkRecord(record([cpp, ucpp], without(young, 'localId'), mother), NOW)
    expect(checked).toMatchObject({ ok: true, value: { subject: { localId: 'CH/1' } } })
  })

  test('whoever gave the local id is kept with it, and where nobody is named, nobody', () => {
    const subjectOf = (subject: SubjectAsSent) => {
      const checked = checkRecord(record([cpp], subject), NOW)
      return checked.ok ? checked.value.subject : undefined
    }
    expect(subjectOf({ ...child, localIdAuthority: '886:KENT' })?.localIdAuthority).toBe('886:KENT')
    expect(subjectOf(child)).not.toHaveProperty('localIdAuthority')
    expect(subjectOf({ ...child, localIdAuthority: '' })).not.toHaveProperty('localIdAuthority')
    expect(subjectOf(without(child, 'localId'))).not.toHaveProperty('localId')
  })
})

describe('rule 3.7: names', () => {
  const nameOf = (subject: SubjectAsSent) => {
    const checked = checkRecord(record([cpp], subject), NOW)
    return checked.ok && [checked.value.subject.given, checked.value.subject.family]
  }
  test.each([
    ['none', without(child, 'given'), ['', 'Testcase']],
    ['a space', { ...child, given: ' ' }, ['', 'Testcase']],
    ['a hyphen', { ...child, given: '-' }, ['', 'Testcase']],
    ['after the family name', { ...child, given: 'TESTCASE, Tansy' }, ['Tansy', 'TESTCASE']],
    ['in the other field', { ...without(child, 'given'), family: 'Testcase, Tansy' }, ['Tansy', 'Testcase']],
  ])('a given name: %s', (_, subject, name) => {
    expect(nameOf(subject)).toEqual(name)
  })
})

/** Records for every fault that a record can have by itself; a field that is forgotten does not compile. */
type OwnFault = Exclude<
  RecordFault['kind'],
  | 'nhs-number-unknown'
  | 'sensitive'
  | 'different-person'
  | 'possible-match'
  | 'superseded'
  | 'invalidated'
  | 'delete-of-unknown-plan'
  | 'passed-on'
  | 'starts-after-death'
>
/** A given name that is missing is judged by PDS: the person may have none (rule 3.7). */
type OwnField = Exclude<Extract<RecordFault, { kind: 'missing' }>['field'], 'given name'>
const MISSING: Readonly<Record<OwnField, RecordAsSent>> = {
  plan: record([], child),
  subject: record([cpp]),
  'NHS number': record([cpp], without(child, 'nhsNumber')),
  'date of birth': record([cpp], without(child, 'birthTime')),
  'family name': record([cpp], without(child, 'family')),
  'plan start date': record([without(cpp, 'start')], child),
  'plan end date': record([without(ucpp, 'end')], mother),
}
const OWN: Readonly<Record<Exclude<OwnFault, 'missing'>, readonly (readonly [RecordAsSent, object?])[]>> = {
  'nhs-number-format': [
    [record([cpp], { ...child, nhsNumber: '9990000019' })],
    [record([cpp], { ...child, nhsNumber: 'ABC123' })],
    [record([], { ...child, nhsNumber: '0000000000' })],
  ],
  'other-nation': [
    [record([cpp], { ...child, nhsNumber: '0101011237' }), { nation: 'scotland' }],
    [record([cpp], { ...child, nhsNumber: '3200000015' }), { nation: 'northern-ireland' }],
  ],
  unreadable: [
    [{ ...record([cpp], child), unreadable: 'plan' }, { part: 'plan' }],
    [{ ...record([cpp]), unreadable: 'subject' }, { part: 'subject' }],
  ],
  'bad-birth-date': [
    [record([cpp], { ...child, birthTime: '20190229' })],
    [record([cpp], { ...child, birthTime: '2019' })],
  ],
  'bad-plan-date': [
    [record([{ ...cpp, start: '20260105' }], child), { plan: 'CPP', which: 'start' }],
    [record([{ ...lac, end: '202602300000' }], child), { plan: 'LAC', which: 'end' }],
    [record([{ ...ucpp, delete: '202602010000+0000' }], mother), { plan: 'UCPP', which: 'delete' }],
  ],
  'end-before-start': [[record([{ ...cpp, end: '202601050859' }], child), { plan: 'CPP' }]],
  'start-too-old': [
    [record([{ ...cpp, start: '200806012359' }], { ...child, birthTime: '20080601' }), { plan: 'CPP' }],
    [record([{ ...ucpp, start: '200806012359' }], mother), { plan: 'UCPP' }],
  ],
  'starts-as-adult': [
    [record([{ ...cpp, start: '202606010000' }], { ...child, birthTime: '20080601' }), { plan: 'CPP' }],
    [
      record([{ ...lac, start: '202603010000', end: '202603020000' }], { ...child, birthTime: '20080229' }),
      { plan: 'LAC' },
    ],
  ],
  'wrong-subject': [
    [record([cpp], mother), { plan: 'CPP' }],
    [record([lac], mother), { plan: 'LAC' }],
    [record([ucpp], child), { plan: 'UCPP' }],
  ],
  'too-many-plans': [[record([cpp, cpp, cpp, cpp], child)]],
  'two-people': [
    [record([cpp], child, { ...mother, nhsNumber: '9990001014' })],
    [record([cpp], child, without(child, 'nhsNumber'))],
    [record([cpp], child, mother)],
    [record([cpp], child, { ...child, given: 'Rowan' })],
    [record([cpp], child, { ...child, family: 'Sample' })],
    [record([cpp], child, { ...child, birthTime: '20190502' })],
    [record([cpp], child, without(child, 'birthTime'))],
    [record([cpp], child, child, child)],
  ],
  'plan-already-in-file': [[record([cpp, lac, cpp], child), { plan: 'CPP' }]],
}

describe('rule 3.9: a record that fails says why', () => {
  test.each(Object.entries(MISSING))('missing: %s', (field, sent) => {
    expect(faultOf(sent)).toEqual({ kind: 'missing', field })
  })

  test.each([
    ['family name', { ...child, family: ' ' }],
  ])('missing, or nothing but spaces: %s', (field, subject) => {
    expect(faultOf(record([cpp], subject))).toEqual({ kind: 'missing', field })
  })

  const cases = Object.entries(OWN).flatMap(([kind, records]) =>
    records.map(([sent, details]) => ({ kind, sent, fault: { kind, ...details } })),
  )
  test.each(cases)('$kind', ({ sent, fault }) => {
    expect(faultOf(sent)).toEqual(fault)
  })

  test('the NHS number comes first: nothing else can be put right while it is wrong', () => {
    expect(faultOf(record([], { kind: 'child', nhsNumber: '1' }))).toEqual({ kind: 'nhs-number-format' })
  })
})

test('whatever is sent, it is judged: a person of one number with one to three well-formed plans, or a fault', () => {
  const text = fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '9990000018',
      '20190501',
      '202601050900',
      '202501050900',
      '200001010000',
      'Tansy',
    ),
    fc.string(),
  )
  const anyRecord = fc.record({
    position: fc.integer({ min: 1 }),
    plans: fc.array(
      fc.record(
        { type: fc.constantFrom(...PLAN_TYPES), start: text, end: text, delete: text },
        { requiredKeys: ['type'] },
      ),
      { maxLength: 4 },
    ),
    subjects: fc.array(
      fc.record(
        {
          kind: fc.constantFrom('child' as const, 'mother' as const),
          nhsNumber: text,
          birthTime: text,
          given: text,
          family: text,
        },
        { requiredKeys: ['kind'] },
      ),
      { maxLength: 3 },
    ),
  })
  fc.assert(
    fc.property(anyRecord, sent => {
      const checked = checkRecord(sent, NOW)
      if (!checked.ok) return
      expect(checked.value.nhsNumber).toBe(sent.subjects[0]?.nhsNumber)
      expect(checked.value.plans.map(({ type }) => type)).toEqual(sent.plans.map(({ type }) => type))
      for (const { type, start, end } of checked.value.plans) {
        expect(start).toMatch(/^\d{12}$/)
        expect(end === undefined ? type !== 'UCPP' : end >= start).toBe(true)
      }
    }),
    { numRuns: 2000 },
  )
})
