import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { collect } from '../../test/support/bytes.ts'
import type { PdsCandidate, PdsSearchAnswer } from '../demographics/pds-search.ts'
import type { CalendarDate } from '../domain/english-time.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import type { Demographics } from '../domain/person/demographics.ts'
import { matchCounter } from './match-rate.ts'
import { emptyReport } from './sheet-report.ts'
import { HEADINGS, NOW, sheetOf } from './testing.ts'
import { readTraceDecisions } from './trace-decisions.ts'
import { openTraceJournal } from './trace-journal.ts'
import { type TraceDeps, tracePeople } from './trace-people.ts'

const ADA = { birthDate: '2019-05-13' as CalendarDate, familyNames: ['Test'], givenNames: [['Ada', 'May']] }
const NUMBER = '9990000018' as NhsNumber
const OTHER = '9990000026' as NhsNumber
const UNAVAILABLE = { kind: 'unavailable', why: 'PDS answered 503' } as const

const row = (number: string = NUMBER, name = 'Ada', more = 'CPP,20/6/2021,') =>
  `${number},${name},Test,13/5/2019,${more}`

/** Traces rows against a PDS that answers what it is told, one answer a question and the last for ever. */
async function traced(
  rows: readonly string[],
  pds: { numbers?: Demographics[]; searches?: (PdsSearchAnswer | typeof UNAVAILABLE)[] },
  more: Partial<TraceDeps> = {},
  headings = HEADINGS,
) {
  const asked: unknown[] = []
  const waits: number[] = []
  let clock = 0
  const next = <T>(answers: T[] = [], given: unknown): T => {
    asked.push(given)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (!answer) throw new Error('PDS was not to be asked this')
    return answer
  }
  const deps: TraceDeps = {
    find: async number => next(pds.numbers, number),
    search: async person => next(pds.searches, person),
    concurrency: 4,
    perSecond: 1000,
    patienceMs: [],
    now: () => new Date(NOW.getTime() + clock),
    sleep: async ms => {
      waits.push(ms)
      clock += ms
    },
    ...more,
  }
  const report = emptyReport()
  const items = await collect(tracePeople(sheetOf([headings, ...rows].join('\n')), deps, report))
  const counter = matchCounter()
  for (const item of items) counter.note(item)
  return { items, asked, waits, report, rate: counter.rate() }
}

describe('what PDS says of a person', () => {
  const found = { kind: 'found', person: ADA } as const
  test.each([
    ['the number is theirs', row(), found, { kind: 'match' }],
    ['another given name', row(NUMBER, 'Zoe'), found, { kind: 'possible-match', items: ['given name'] }],
    [
      'another name in both',
      `${NUMBER},Zoe,Else,13/5/2019,CPP,20/6/2021,`,
      found,
      { kind: 'different-person', items: ['family name', 'given name'] },
    ],
    ['replaced', row(), { kind: 'superseded', by: OTHER }, { kind: 'superseded', by: OTHER }],
    ['unknown', row(), { kind: 'unknown' }, { kind: 'unknown' }],
    ['invalid', row(), { kind: 'invalidated' }, { kind: 'invalidated' }],
    ['sensitive', row(), { kind: 'restricted' }, { kind: 'sensitive' }],
    ['silent', row(), UNAVAILABLE, { kind: 'could-not-ask', why: UNAVAILABLE.why }],
  ] as [string, string, Demographics, object][])('by number: %s', async (_what, text, answer, outcome) => {
    const { items } = await traced([text], { numbers: [answer] })
    expect(items).toEqual([{ kind: 'traced', row: 2, by: 'number', outcome }])
  })

  const ada = { nhsNumber: NUMBER, restricted: false, person: ADA, score: 1 }
  const answered = (change: Partial<PdsCandidate> = {}) => ({
    kind: 'found',
    people: [{ ...ada, ...change }],
  })
  test.each([
    ['one', answered(), { kind: 'found', nhsNumber: NUMBER }],
    ['one who is sensitive', answered({ restricted: true }), { kind: 'sensitive' }],
    [
      'one who differs in something',
      answered({ person: { ...ADA, familyNames: ['Else'] } }),
      { kind: 'possibly-found', nhsNumber: NUMBER, items: ['family name'] },
    ],
    [
      'somebody else after all',
      answered({ person: { ...ADA, familyNames: ['Else'], givenNames: [['Zoe']] } }),
      { kind: 'not-found' },
    ],
    [
      'one of whom PDS is not sure',
      answered({ score: 0.9 }),
      { kind: 'possibly-found', nhsNumber: NUMBER, items: [] },
    ],
    ['one of whom PDS is most unsure', answered({ score: 0.8 }), { kind: 'not-found' }],
    ['a refusal', { kind: 'refused' }, { kind: 'could-not-ask', why: 'PDS refused the search' }],
    ['several', { kind: 'several' }, { kind: 'several' }],
    ['nobody', { kind: 'none' }, { kind: 'not-found' }],
    ['silent', UNAVAILABLE, { kind: 'could-not-ask', why: UNAVAILABLE.why }],
  ] as [
    string,
    PdsSearchAnswer,
    object,
  ][])('by name and date of birth: %s', async (_what, answer, outcome) => {
    for (const number of ['', '9990000019']) {
      const { items } = await traced([row(number)], { searches: [answer] })
      expect(items).toEqual([{ kind: 'traced', row: 2, by: 'details', outcome }])
    }
  })

  test('the sex of a table counts (rule 3.7)', async () => {
    const headings = `${HEADINGS},Sex`
    const girl = { kind: 'found', person: { ...ADA, sex: 'female' } } as const
    for (const [sex, outcome] of [
      ['F', { kind: 'match' }],
      ['unknown', { kind: 'match' }],
      ['M', { kind: 'possible-match', items: ['sex'] }],
    ]) {
      const { items } = await traced([`${row()},${sex}`], { numbers: [girl] }, {}, headings)
      expect(items).toMatchObject([{ outcome }])
    }
  })

  test('of an unborn child it is the mother who is asked for', async () => {
    const { asked } = await traced([row(NUMBER, 'Ada', 'UCPP,,')], { numbers: [found] })
    expect(asked).toEqual([NUMBER])
  })
})

describe('asking', () => {
  test('a row that describes nobody is left out with its column, and counts as a person without a match', async () => {
    const { items, rate, report } = await traced([row(), `${OTHER},,Test,31/2/2019,,,`], {
      numbers: [{ kind: 'found', person: ADA }],
    })
    expect(items.map(({ kind }) => kind)).toEqual(['traced', 'unusable'])
    expect(report.leftOut.map(({ column }) => column)).toEqual(['Given name', 'Date of birth'])
    expect(rate).toMatchObject({ people: 2, matched: 1, rate: 0.5, gate: 'not-passed' })
  })

  test('a person in several rows is asked about once, and counts once (rule 17.8)', async () => {
    const { asked, rate, items } = await traced([row(), row(NUMBER, 'Ada', 'LAC,1/1/2024,')], {
      numbers: [{ kind: 'found', person: ADA }],
    })
    expect(asked).toHaveLength(1)
    expect(items[1]).toMatchObject({ row: 3, sameAs: 2, outcome: { kind: 'match' } })
    expect(rate).toMatchObject({ people: 1, rate: 1, gate: 'passed' })
  })

  test('a PDS that flaps is asked again after longer and longer, and the gate stays open while it does not answer (rule 17.8)', async () => {
    const flapping = { numbers: [UNAVAILABLE, UNAVAILABLE, { kind: 'found', person: ADA } as const] }
    const patient = await traced([row()], flapping, { patienceMs: [100, 500] })
    expect(patient.items).toMatchObject([{ outcome: { kind: 'match' } }])
    expect(patient.waits).toEqual([100, 500])
    const { rate } = await traced([row()], { numbers: [UNAVAILABLE] })
    expect(rate).toMatchObject({ notAsked: 1, gate: 'unknown' })
  })

  test('no more questions begin in a second than are allowed', async () => {
    const rows = Array.from({ length: 6 }, (_, nth) => row(NUMBER, `Ada${'abcdef'[nth]}`))
    const { waits } = await traced(rows, { numbers: [{ kind: 'unknown' }] }, { perSecond: 2, concurrency: 1 })
    expect(waits).toEqual([500, 500, 500, 500, 500])
  })

  test('no more questions are under way than are allowed, and rows come in order', async () => {
    let [open, most] = [0, 0]
    const rows = Array.from({ length: 20 }, (_, nth) => row(NUMBER, `Ada${'abcdefghijklmnopqrst'[nth]}`))
    const { items } = await traced(
      rows,
      {},
      {
        concurrency: 3,
        find: async () => {
          most = Math.max(most, ++open)
          await new Promise(resolve => setImmediate(resolve))
          open -= 1
          return { kind: 'unknown' }
        },
      },
    )
    expect(most).toBe(3)
    expect(items.map(item => 'row' in item && item.row)).toEqual(rows.map((_, nth) => nth + 2))
  })
})

test('a trace that broke off goes on where it stopped, and its journal holds no name or date of birth', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'cpis-kit-'))
  try {
    const path = join(directory, 'journal')
    const found = { kind: 'found', person: ADA } as const
    const first = await openTraceJournal(path, () => NOW)
    const broken = await traced(
      [row(), row(OTHER)],
      { numbers: [found, UNAVAILABLE] },
      { journal: first, concurrency: 1 },
    )
    expect(broken.rate).toMatchObject({ matched: 1, notAsked: 1 })
    await first.add('cut off', { kind: 'match' })
    await first.close()
    expect(readFileSync(path, 'utf8')).not.toMatch(/999|Ada|Test|2019/)
    const second = await openTraceJournal(path, () => NOW)
    const again = await traced([row(), row(OTHER)], { numbers: [found] }, { journal: second })
    await second.close()
    expect(again.asked).toEqual([OTHER])
    const tomorrow = await openTraceJournal(path, () => new Date(NOW.getTime() + 86_400_000))
    expect((await traced([row()], { numbers: [found] }, { journal: tomorrow })).asked).toEqual([NUMBER])
    await tomorrow.close()
  } finally {
    rmSync(directory, { recursive: true })
  }
})

describe('what somebody has decided about possible matches (rule 17.12)', () => {
  const POSSIBLE: Demographics = { kind: 'found', person: { ...ADA, givenNames: [['Adeline']] } }
  const HEAD = 'NHS number,Given name,Family name,Date of birth,Same person?'
  const decisions = async (...rows: readonly string[]) => {
    const read = await readTraceDecisions(sheetOf([HEAD, ...rows].join('\n')))
    return read.ok ? read.value : undefined
  }
  const outcomeOf = async (...rows: readonly string[]) => {
    const decided = await decisions(...rows)
    if (!decided) throw new Error('The decisions can be read')
    const { items } = await traced([row()], { numbers: [POSSIBLE] }, { decided })
    return items.map(item => item.kind === 'traced' && item.outcome)
  }
  const possible = { kind: 'possible-match', items: ['given name'] }

  test.each([
    ['yes', `${NUMBER},ADA,Test,13/5/2019,yes`, { kind: 'match' }],
    ['no', `${NUMBER},Ada,Test,13/5/2019,No`, { kind: 'different-person', items: ['given name'] }],
    ['nothing yet', `${NUMBER},Ada,Test,13/5/2019,`, possible],
    ['of another number', `${OTHER},Ada,Test,13/5/2019,yes`, possible],
    ['of another name', `${NUMBER},Ida,Test,13/5/2019,yes`, possible],
    ['of another date of birth', `${NUMBER},Ada,Test,14/5/2019,yes`, possible],
  ])('%s', async (_what, decision, outcome) => {
    expect(await outcomeOf(decision)).toEqual([outcome])
  })

  test('a number that belongs to somebody else is not made theirs', async () => {
    const stranger: Demographics = {
      kind: 'found',
      person: { ...ADA, birthDate: '1999-01-01' as CalendarDate, familyNames: ['Else'] },
    }
    const decided = await decisions(`${NUMBER},Ada,Test,13/5/2019,yes`)
    const { items, rate } = await traced([row()], { numbers: [stranger] }, decided && { decided })
    expect(items).toMatchObject([{ outcome: { kind: 'different-person' } }])
    expect(rate.matched).toBe(0)
  })

  test.each([
    [
      'an answer that is neither yes nor no',
      [`${NUMBER},Ada,Test,13/5/2019,perhaps`],
      /Row 2, Same person\?: write yes or no/,
    ],
    [
      'a date that is none',
      [`${NUMBER},Ada,Test,31/2/2019,yes`],
      /Row 2, Date of birth: There is no such day/,
    ],
    ['no number', [`,Ada,Test,13/5/2019,yes`], /Row 2: the NHS number/],
    [
      'two answers about one person',
      [`${NUMBER},Ada,Test,13/5/2019,yes`, `${NUMBER},ada,TEST,13/5/2019,no`],
      /Row 3: an earlier row says otherwise/,
    ],
  ])('%s refuses the table and names the row', async (_what, rows, words) => {
    const read = await readTraceDecisions(sheetOf([HEAD, ...rows].join('\n')))
    expect(read).toEqual({ ok: false, fault: expect.stringMatching(words) })
  })

  test('whoever was possibly found without a number is found, or is nobody', async () => {
    const candidate = (givenNames: string[][]): PdsSearchAnswer => ({
      kind: 'found',
      people: [{ nhsNumber: NUMBER, score: 0.99, restricted: false, person: { ...ADA, givenNames } }],
    })
    const search = { searches: [candidate([['Adeline']])] }
    for (const [said, outcome] of [
      ['yes', { kind: 'found', nhsNumber: NUMBER }],
      ['no', { kind: 'not-found' }],
    ] as const) {
      const decided = await decisions(`${NUMBER},Ada,Test,13/5/2019,${said}`)
      const { items } = await traced([row('')], search, decided && { decided })
      expect(items).toMatchObject([{ outcome }])
    }
  })
})
