import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberAt } from '../sandbox/number-line.ts'
import type { MadeRecord } from './survey-sheet.ts'
import { HEADINGS, surveyed, surveyedRows } from './testing.ts'

async function recordsOf(sheet: { records(): AsyncGenerator<MadeRecord> }): Promise<MadeRecord[]> {
  const made: MadeRecord[] = []
  for await (const one of sheet.records()) made.push(one)
  return made
}

const faultsOf = async (...rows: string[]) => {
  const { report } = await surveyedRows(...rows)
  return report.leftOut.map(({ row, column, fault }) => [
    row,
    column,
    'fault' in fault ? (typeof fault.fault === 'string' ? fault.fault : fault.fault.kind) : fault.kind,
  ])
}

test('a hyphen says that a person has no given name, and is not sent (rule 3.7)', async () => {
  const sheet = await surveyedRows('9990000018,-,Test,13/5/2019,CPP,20/6/2021,')
  expect(sheet.report.leftOut).toEqual([])
  const [made] = await recordsOf(sheet)
  expect(made?.record.subjects).toMatchObject([{ family: 'Test' }])
  expect(made?.record.subjects[0]).not.toHaveProperty('given')
})

describe('what is wrong with a row is said with its row and column (rules 17.4 and 17.5)', () => {
  const row = (
    change: Partial<Record<'nhs' | 'given' | 'family' | 'born' | 'type' | 'start' | 'end', string>>,
  ) => {
    const usual = {
      nhs: '9990000018',
      given: 'Ada',
      family: 'Test',
      born: '13/5/2019',
      type: 'CPP',
      start: '20/6/2021',
      end: '',
    }
    return Object.values({ ...usual, ...change }).join(',')
  }

  test.each([
    [{ nhs: '' }, 'NHS number', 'empty'],
    [{ nhs: '9990000019' }, 'NHS number', 'check-digit'],
    [{ nhs: '999000001' }, 'NHS number', 'not-ten-digits'],
    [{ nhs: '010 101 1237' }, 'NHS number', 'scotland'],
    [{ nhs: '320 000 0015' }, 'NHS number', 'northern-ireland'],
    [{ nhs: '9.99E+09' }, 'NHS number', 'rounded'],
    [{ nhs: '=A2' }, 'NHS number', 'formula'],
    [{ given: '' }, 'Given name', 'no-given-name'],
    [{ given: '+Ada' }, 'Given name', 'formula'],
    [{ given: '"=HYPERLINK(""x"")"' }, 'Given name', 'formula'],
    [{ given: '"=""=1+1"""' }, 'Given name', 'formula'],
    [{ given: '@Ada' }, 'Given name', 'formula'],
    [{ family: '#N/A' }, 'Family name', 'spreadsheet-error'],
    [{ born: '#######' }, 'Date of birth', 'spreadsheet-error'],
    [{ family: 'Te\u0007st' }, 'Family name', 'control-character'],
    [{ family: ' \u00a0 ' }, 'Family name', 'empty'],
    [{ born: '31/4/2019' }, 'Date of birth', 'no-such-day'],
    [{ type: 'Neglect' }, 'Plan type', 'plan-type'],
    [{ type: '' }, 'Plan type', 'empty'],
    [{ start: 'n/a' }, 'Start date', 'empty'],
    [{ end: '1 May' }, 'End date', 'not-a-date'],
    [{ end: '1/5/2020' }, undefined, 'end-before-start'],
    [{ type: 'unborn' }, undefined, 'missing'],
    [{ start: '1/5/2001' }, undefined, 'start-too-old'],
  ])('%o', async (change, column, fault) => {
    expect(await faultsOf(row(change))).toEqual([[2, column, fault]])
  })

  test('(rule 17.9) a legal status that CP-IS does not hold is passed over and said, and is no fault', async () => {
    const rows = [row({}), row({ type: 'E1' }), row({ type: 'j 1', born: '', nhs: '' }), row({ type: 'V5' })]
    const { report, planCount } = await surveyedRows(...rows)
    expect(report.skipped.notHeld).toEqual([
      { row: 3, status: 'E1' },
      { row: 4, status: 'J1' },
    ])
    expect(report.leftOut.map(({ row, fault }) => [row, fault.kind])).toEqual([[5, 'plan-type']])
    expect(planCount).toBe(1)
  })

  test('everything that is wrong with a row is said at once', async () => {
    expect(await faultsOf(row({ nhs: '1', born: '', start: '43586' }))).toEqual([
      [2, 'NHS number', 'not-ten-digits'],
      [2, 'Date of birth', 'empty'],
      [2, 'Start date', 'serial-number'],
    ])
  })

  test('a row with more filled cells than headings cannot be read', async () => {
    expect(await faultsOf(`${row({})},more`)).toEqual([[2, undefined, 'more-cells-than-headings']])
    expect(await faultsOf(`${row({})},,,`)).toEqual([])
  })

  test('no report repeats what stands in the cells (rule 17.5)', async () => {
    const { report } = await surveyedRows(row({ nhs: '9990000019', family: '=Secret', born: 'Secret' }))
    expect(JSON.stringify(report)).not.toMatch(/Secret|9990000019/)
  })

  test('American order is a slip in one row, or makes the whole column doubtful (rule 17.3)', async () => {
    const slip = [row({ born: '05/31/2019' }), row({ nhs: '9990000026', born: '5/6/2019' })]
    const english = [row({ nhs: '9990000034' }), row({ nhs: '9990000042' })]
    expect(await faultsOf(...slip, ...english)).toEqual([[2, 'Date of birth', 'american-order']])
    expect(await faultsOf(...slip)).toEqual([
      [2, 'Date of birth', 'american-order'],
      [3, 'Date of birth', 'either-order'],
    ])
  })
})

describe('numbers and text as people keep them', () => {
  test.each([
    '999 000 0018',
    '999-000-0018',
    ' 9990000018\u200b',
    '"=""9990000018"""',
    '999\u00a0000\u20110018',
  ])('%s is the number', async number => {
    const sheet = await surveyedRows(`${number},Ada,Test,13/5/2019,CPP,20/6/2021,`)
    expect((await recordsOf(sheet))[0]?.record.subjects[0]?.nhsNumber).toBe('9990000018')
  })

  test('a formula that is quoted text is unwrapped with a word about it (rule 17.4)', async () => {
    const { report } = await surveyedRows('"=""9990000018""",Ada,Test,13/5/2019,CPP,20/6/2021,')
    expect([...report.notes.unwrapped]).toEqual([['NHS number', 1]])
  })
})

describe('rows of one person (rule 17.2)', () => {
  const of = (nhs: string, type: string, start: string, end = '', name = 'Ada') =>
    `${nhs},${name},Test,13/5/2008,${type},${start},${end}`
  const [A, B] = ['9990000018', '9990000026']

  test('become one record, wherever they stand, and more records beyond three plans', async () => {
    const sheet = await surveyedRows(
      of(A, 'CPP', '1/1/2020', '1/1/2021'),
      of(B, 'LAC', '1/1/2020'),
      of(A, 'LAC', '1/1/2021', '1/1/2022'),
      of(A, 'CPP', '1/1/2022', '1/1/2023'),
      of(A, 'LAC', '1/1/2023'),
    )
    expect(sheet.recordCount).toBe(3)
    expect(
      (await recordsOf(sheet)).map(({ record, rows }) => [
        record.subjects[0]?.nhsNumber,
        record.plans.length,
        rows,
      ]),
    ).toEqual([
      [B, 1, [3]],
      [A, 3, [2, 4, 5]],
      [A, 1, [6]],
    ])
  })

  test('a girl with a plan of her own who expects a child is child and mother of one record', async () => {
    const sheet = await surveyedRows(of(A, 'CPP', '1/1/2025'), of(A, 'UCPP', '1/2/2026', '1/8/2026', 'ADA'))
    const [made] = await recordsOf(sheet)
    expect(made?.record.subjects.map(({ kind, given }) => [kind, given])).toEqual([
      ['child', 'Ada'],
      ['mother', 'Ada'],
    ])
  })

  test('of unborn twins each has a record of its own, told apart by the local ids under their mother (rule 3.4)', async () => {
    const row = (localId: string, end: string) =>
      `9990000018,Ada,Test,13/5/2000,UCPP,1/2/2026,${end},${localId}`
    const table = ['NHS number,Given name,Family name,Date of birth,Plan type,Start date,End date,Local ID']
    const sheet = await surveyed([...table, row('T-1', '1/8/2026'), row('T-2', '1/9/2026')].join('\n'))
    const made = await recordsOf(sheet)
    expect(made.map(({ record }) => [record.subjects[0]?.localId, record.plans.length])).toEqual([
      ['T-1', 1],
      ['T-2', 1],
    ])
  })

  test('that contradict each other are left out, all of them', async () => {
    expect(
      await faultsOf(of(A, 'CPP', '1/1/2020'), of(A, 'LAC', '1/1/2021', '', 'Bea'), of(B, 'CPP', '1/1/2020')),
    ).toEqual([
      [2, undefined, 'other-person'],
      [3, undefined, 'other-person'],
    ])
    const sheet = await surveyedRows(
      of(A, 'CPP', '1/1/2020', '1/1/2021'),
      of(A, 'CPP', '1/1/2020', '1/2/2021'),
      of(A, 'LAC', '1/1/2021'),
    )
    expect(sheet.report.leftOut.map(({ row }) => row)).toEqual([2, 3])
    expect((await recordsOf(sheet)).map(({ rows }) => rows)).toEqual([[4]])
  })

  test('that say the same twice are sent once, and told', async () => {
    const sheet = await surveyedRows(of(A, 'CPP', '1/1/2020'), of(A, 'Child protection plan', '2020-01-01'))
    expect(sheet.report.skipped.repeated).toEqual([{ row: 3, of: 2 }])
    expect(await recordsOf(sheet)).toHaveLength(1)
  })
})

describe('plans of unborn children', () => {
  const MOTHER = "Mother's NHS number,Mother's first name,Mother's surname,Mother's DOB"
  test("are held against the mother: of her own columns, or of the row's", async () => {
    const sheet = await surveyed(
      [
        `${HEADINGS},${MOTHER}`,
        ',Baby,Test,,Unborn,1/2/2026,1/8/2026,9990000018,Ada,Test,13/5/2000',
        '9990000026,Bea,Test,13/5/2001,UCPP,1/2/2026,1/8/2026,,,,',
        '9990000034,Cy,Test,13/5/2020,CPP,1/2/2026,,9990000042,Dee,Test,13/5/1999',
      ].join('\n'),
    )
    expect(sheet.report.leftOut).toEqual([])
    expect((await recordsOf(sheet)).flatMap(({ record }) => record.subjects)).toMatchObject([
      { kind: 'mother', nhsNumber: '9990000018', given: 'Ada', birthTime: '20000513' },
      { kind: 'mother', nhsNumber: '9990000026', given: 'Bea' },
      { kind: 'child', nhsNumber: '9990000034', given: 'Cy' },
    ])
  })

  test("a number beside the mother's is an error: an unborn child has none", async () => {
    const { report } = await surveyed(
      `${HEADINGS},${MOTHER}\n9990000026,Baby,Test,,UCPP,1/2/2026,1/8/2026,9990000018,Ada,Test,13/5/2000`,
    )
    expect(report.leftOut).toMatchObject([
      { row: 2, column: 'NHS number', fault: { kind: 'number-beside-mother' } },
    ])
  })
})

test('every row is in a record, in the report, or both: nothing is dropped without a word', async () => {
  const number = fc.integer({ min: 0, max: 5 }).map(numberAt)
  const cell = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('Ada', 'Bea') },
    { weight: 1, arbitrary: fc.constantFrom('', '=1', 'Total', '12') },
  )
  const start = fc.constantFrom('13/1/2020', '2021-01-01', '1/32/2020', '', '1 May 2022')
  const rows = fc.array(
    fc.tuple(
      fc.oneof(number, fc.constant('')),
      cell,
      cell,
      fc.constantFrom('13/5/2008', ''),
      fc.constantFrom('CPP', 'LAC', 'UCPP', '?', 'E1'),
      start,
      fc.constantFrom('', '1/6/2023'),
    ),
    { maxLength: 30 },
  )
  await fc.assert(
    fc.asyncProperty(rows, async cells => {
      const sheet = await surveyedRows(...cells.map(row => row.join(',')))
      const made = await recordsOf(sheet)
      expect(made).toHaveLength(sheet.recordCount)
      const { leftOut, skipped } = sheet.report
      const told = new Set([
        ...leftOut.map(({ row }) => row),
        ...skipped.totals,
        ...skipped.repeated.map(({ row }) => row),
        ...skipped.notHeld.map(({ row }) => row),
      ])
      const sent = made.flatMap(({ rows }) => rows)
      expect(new Set(sent).size).toBe(sent.length)
      expect(sent.filter(row => told.has(row))).toEqual([])
      const blank = cells.filter(row => row.join('') === '').length
      expect(sent.length + told.size + blank).toBe(cells.length)
    }),
  )
})
