import { describe, expect, test } from 'vitest'
import type { CalendarDate } from '../english-time.ts'
import type { OdsCode } from '../organisation.ts'
import { readHandOverFile } from './hand-over-file.ts'
import {
  canBeUndone,
  mayTakeBack,
  nameWithFormer,
  notReady,
  type Succession,
  successionObstacle,
} from './succession.ts'

const day = (text: string) => text as CalendarDate
const [a, b, c, d] = ['AAA', 'BBB', 'CCC', 'DDD'] as OdsCode[] as [OdsCode, OdsCode, OdsCode, OdsCode]
const known = [a, b, c, d].map(odsCode => ({ odsCode, stage: 'live' as const }))
const one = (from: OdsCode, to: OdsCode, on: string, state: 'planned' | 'done' = 'planned'): Succession => ({
  id: from,
  from,
  on: day(on),
  successors: [to],
  defaultSuccessor: to,
  listed: false,
  state,
  plannedAt: new Date(0),
  plannedBy: 'operator',
})
const judge = (from: OdsCode, to: OdsCode, on: string, ...current: Succession[]) =>
  successionObstacle(one(from, to, on), known, current, day('2027-01-10'))?.kind

describe('both names (rule 19.14)', () => {
  const formerly = [
    { name: 'Second Council', on: day('2027-10-01') },
    { name: 'First Council', on: day('2027-04-01') },
  ]
  test.each([
    [
      '2028-03-30T22:59:00Z',
      'Third (until 30 September 2027 Second Council, until 31 March 2027 First Council)',
    ],
    ['2028-03-30T23:00:00Z', 'Third (until 30 September 2027 Second Council)'],
    ['2028-09-29T22:59:00Z', 'Third (until 30 September 2027 Second Council)'],
    ['2028-09-29T23:00:00Z', 'Third'],
  ])('at %s: %s', (at, name) => expect(nameWithFormer('Third', formerly, new Date(at))).toBe(name))
})

describe('what is against a hand-over (rule 19.13)', () => {
  test('nothing is, today and later', () => {
    expect([judge(a, b, '2027-01-10'), judge(a, b, '2027-04-01')]).toEqual([undefined, undefined])
    expect(judge(a, b, '2027-01-09')).toBe('day-is-over')
  })
  test('a ring of any length, planned or done', () => {
    expect(judge(a, b, '2027-04-01', one(b, c, '2027-05-01'), one(c, a, '2027-06-01'))).toBe('ring')
    expect(judge(a, b, '2027-04-01', one(b, c, '2027-05-01'), one(c, d, '2027-06-01'))).toBeUndefined()
    expect(judge(a, b, '2027-04-01', one(b, c, '2027-01-01', 'done'), one(c, b, '2027-01-02'))).not.toBe(
      'ring',
    )
  })
  test('a successor that has passed its own plans on by then; not one that will later', () => {
    expect(judge(a, b, '2027-04-01', one(b, c, '2027-04-01'))).toBe('successor-passes-on')
    expect(judge(a, b, '2027-04-01', one(b, c, '2027-01-01', 'done'))).toBe('successor-passes-on')
    expect(judge(a, b, '2027-04-01', one(b, c, '2027-04-02'))).toBeUndefined()
  })
  test('whoever is not live is not ready', () => {
    const stages = [
      { odsCode: a, stage: 'live' as const },
      { odsCode: b, stage: 'suspended' as const },
      { odsCode: c, stage: 'onboarding' as const },
    ]
    expect(notReady({ successors: [a, b, c, d] }, stages)).toEqual([
      { odsCode: b, why: 'suspended' },
      { odsCode: c, why: 'onboarding' },
      { odsCode: d, why: 'unknown' },
    ])
  })
})

test('30 days to undo and 90 days to take back, each to the end of the English day (rules 19.17 and 19.18)', () => {
  const done = new Date('2027-03-31T23:00:00Z')
  expect(canBeUndone(done, new Date('2027-05-01T22:59:00Z'))).toBe(true)
  expect(canBeUndone(done, new Date('2027-05-01T23:00:00Z'))).toBe(false)
  expect(mayTakeBack(done, new Date('2027-06-30T22:59:00Z'))).toBe(true)
  expect(mayTakeBack(done, new Date('2027-06-30T23:00:00Z'))).toBe(false)
})

describe('a hand-over file (rule 19.15)', () => {
  const HEAD = 'NHS number,plan type,start,old local id,successor,new local id'
  const read = (...lines: string[]) => readHandOverFile([HEAD, ...lines].join('\r\n'))

  test('is read with any separator, quotes, spaces in numbers and the usual forms of a day', () => {
    expect(
      read('999 000 0018,cpp,01/05/2026,L-1,aaa,W-1', '', '9990000026,UCPP,202605011430,"L,2",BBB,'),
    ).toEqual({
      ok: true,
      value: [
        {
          row: 2,
          nhsNumber: '9990000018',
          type: 'CPP',
          startDay: '2026-05-01',
          localId: 'L-1',
          successor: 'AAA',
          newLocalId: 'W-1',
        },
        {
          row: 4,
          nhsNumber: '9990000026',
          type: 'UCPP',
          startDay: '2026-05-01',
          localId: 'L,2',
          successor: 'BBB',
        },
      ],
    })
    expect(
      readHandOverFile(
        '\uFEFFPlan Type;NHS Number;Start;Old local ID;Successor\n LAC ;9990000018;2026-05-01;;AAA',
      ),
    ).toMatchObject({ ok: true, value: [{ type: 'LAC', localId: '' }] })
  })

  test.each([
    ['9990000019,CPP,2026-05-01,L,AAA,', 'Row 2: enter a valid NHS number: ten digits.'],
    [
      '0101011237,CPP,2026-05-01,L,AAA,',
      'Row 2: the NHS number is a Scottish CHI number, which this service does not cover.',
    ],
    ['9990000018,CP,2026-05-01,L,AAA,', 'Row 2: enter the plan type as CPP, LAC, UCPP.'],
    ['9990000018,CPP,2026-02-30,L,AAA,', 'Row 2: enter the start as a day, like 2026-05-01 or 01/05/2026.'],
    ['9990000018,CPP,05/13/2026,L,AAA,', 'Row 2: enter the start as a day, like 2026-05-01 or 01/05/2026.'],
    ['9990000018,CPP,2026-05-01,L,?,', 'Row 2: enter the ODS code of the successor.'],
    [
      '9990000018,UCPP,2026-05-01,,AAA,',
      'Row 2: enter the old local id: a mother may have several plans of this type.',
    ],
  ])('%s: %s', (line, problem) => expect(read(line)).toEqual({ ok: false, fault: [problem] }))

  test('names every row that is wrong, and two rows of one plan', () => {
    const good = '9990000018,CPP,2026-05-01,L,AAA,'
    expect(read(good, 'x,CPP,2026-05-01,L,AAA,', good, '9990000018,CPP,2026-05-01,M,BBB,')).toEqual({
      ok: false,
      fault: [
        'Row 3: enter a valid NHS number: ten digits.',
        'Row 4: row 2 has the same plan. Keep one of them.',
        'Row 5: row 2 has the same plan. Keep one of them.',
      ],
    })
  })

  test('without its headings or without a row it is none', () => {
    expect(readHandOverFile('number,type\n1,2').ok).toBe(false)
    expect(readHandOverFile(HEAD)).toEqual({
      ok: false,
      fault: ['The file has no rows. Leave it out to hand everything over.'],
    })
  })
})
