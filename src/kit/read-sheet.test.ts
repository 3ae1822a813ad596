import { describe, expect, test } from 'vitest'
import { type RowItem, readRows } from './read-rows.ts'
import { surveySheet } from './survey-sheet.ts'
import { HEADINGS, NOW, sheetOf, surveyed, surveyedRows } from './testing.ts'

const ROW = '9990000018,Zoë,O’Test,1/5/2019,CPP,1/6/2021,'

async function rowsOf(content: string | Uint8Array, pieceSize?: number): Promise<RowItem[]> {
  const items: RowItem[] = []
  for await (const item of readRows(sheetOf(content, pieceSize))) items.push(item)
  return items
}

async function namesOf(content: string | Uint8Array, pieceSize?: number): Promise<string[]> {
  const names: string[] = []
  for await (const { record } of (await surveyed(content, pieceSize)).records()) {
    names.push(...record.subjects.map(({ given, family }) => `${given} ${family}`))
  }
  return names
}

describe('whatever a spreadsheet writes (rule 17.1)', () => {
  const text = `${HEADINGS}\r\n${ROW}\r\n`
  const utf16 = Buffer.from(text, 'utf16le')
  // What stands for Zoë O’Test in Windows-1252.
  const windows = Buffer.from(text.replace('ë', '\u00eb').replace('’', '\u0092'), 'latin1')
  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['Windows-1252', windows],
    ['UTF-16 with a byte order mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])],
    ['UTF-16 without one', utf16],
    ['UTF-16, high byte first', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()])],
  ])('%s', async (_encoding, bytes) => {
    for (const pieceSize of [2, 3, 1000]) expect(await namesOf(bytes, pieceSize)).toEqual(['Zoë O’Test'])
  })

  test.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['bars', '|'],
  ])('%s between the cells', async (_what, sign) => {
    expect(await namesOf(text.replaceAll(',', sign))).toEqual(['Zoë O’Test'])
  })

  test('quotation marks, line breaks and delimiters inside cells, and rows counted as a spreadsheet does', async () => {
    const items = await rowsOf('a,b\r\n"one\r\ntwo","say ""hello"", then; go"\r\n\r\nlast,5\' 6" tall\r\n')
    expect(items).toEqual([
      { kind: 'row', row: 1, cells: ['a', 'b'] },
      { kind: 'row', row: 2, cells: ['one\r\ntwo', 'say "hello", then; go'] },
      { kind: 'row', row: 3, cells: [''] },
      { kind: 'row', row: 4, cells: ['last', '5\' 6" tall'] },
    ])
  })

  test('a quotation mark that is never closed is a fault, at its row, however long the rest', async () => {
    const short = await rowsOf('a,b\n"one,2\nthree,4\n')
    expect(short.at(-1)).toEqual({ kind: 'fault', fault: { kind: 'quotation-not-closed', row: 2 } })
    const long = await rowsOf(`a,b\n"one,2\n${'three,4\n'.repeat(100_000)}`, 65_536)
    expect(long.at(-1)).toEqual({ kind: 'fault', fault: { kind: 'row-too-long', row: 2 } })
  })

  test('a workbook instead of a table is said to be none', async () => {
    const items = await rowsOf(Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0x14, 0, 0xff, 0, 1]), 100)
    expect(items).toEqual([{ kind: 'fault', fault: { kind: 'not-text' } }])
  })

  test('nobody has to read to the end', async () => {
    for await (const item of readRows(sheetOf('a,b\n'.repeat(100_000), 65_536))) {
      expect(item).toMatchObject({ row: 1 })
      break
    }
  })
})

describe('headings', () => {
  test('are understood in any case and spacing, below whatever stands above them', async () => {
    const { report, recordCount } = await surveyed(
      `Children with plans\n\n"NHS No.",FORENAME(S),surname,D.O.B.,type of plan,DATE FROM,Worker\n${ROW}`,
    )
    expect(recordCount).toBe(1)
    expect(report.notes.columns).toMatchObject({ 'NHS No.': 'nhs number', 'DATE FROM': 'start date' })
    expect(report.notes.ignored).toEqual(['Worker'])
    expect(report.skipped).toMatchObject({ aboveHeadings: 1, blank: 1 })
  })

  const faultOf = async (headings: string, map: Record<string, string> = {}) => {
    const survey = await surveySheet(sheetOf(`${headings}\n${ROW}`), { now: NOW, map })
    return survey.ok ? undefined : survey.fault
  }

  test('that could mean the same are a fault, unless a map says which', async () => {
    expect(await faultOf(`${HEADINGS},NHS no`)).toEqual({
      kind: 'two-columns',
      field: 'nhs number',
      headings: ['NHS number', 'NHS no'],
    })
    expect(await faultOf(`${HEADINGS},NHS no`, { 'NHS number': 'nhs number' })).toBeUndefined()
  })

  test.each([
    ['that are missing', HEADINGS.replace('Plan type', 'Colour'), {}, 'missing-columns'],
    ['that a map names in vain', HEADINGS, { 'plan type': 'Colour' }, 'heading-not-there'],
    ['of fields that do not exist', HEADINGS, { shoe: 'Colour' }, 'unknown-field'],
    ['that are not there at all', '1,2,3', {}, 'no-headings'],
  ])('%s are a fault', async (_what, headings, map, kind) => {
    expect(await faultOf(headings, map)).toMatchObject({ kind })
  })
})

describe('one column of whole names (rule 17.11)', () => {
  const NAMED = 'NHS number,Name,Date of birth,Plan type,Start date'
  const withName = (name: string) => surveyed(`${NAMED}\n9990000018,${name},1/5/2019,CPP,1/6/2021`)

  test.each([
    ['"O’TEST, Zoë Ann"', 'Zoë Ann', 'O’TEST'],
    ['"DE LA MADEUP,Zoë"', 'Zoë', 'DE LA MADEUP'],
    ['Zoë', undefined, 'Zoë'],
  ])('%s is read as both names', async (name, given, family) => {
    const { report, records } = await withName(name)
    expect(report.leftOut).toEqual([])
    for await (const { record } of records()) {
      const [subject] = record.subjects
      expect([subject?.given, subject?.family]).toEqual([given, family])
    }
  })

  test.each([
    'Zoë O’Test',
    'Zoë de la Madeup',
  ])('of %s nobody can say which is the family name', async name => {
    const { report } = await withName(name)
    expect(report.leftOut).toEqual([{ row: 2, column: 'Name', fault: { kind: 'whole-name' } }])
  })

  test('columns of their own come first', async () => {
    const { records } = await surveyed(
      `${HEADINGS},Name\n9990000018,Zoë,O’Test,1/5/2019,CPP,1/6/2021,,"Else, Somebody"`,
    )
    for await (const { record } of records())
      expect(record.subjects[0]).toMatchObject({ given: 'Zoë', family: 'O’Test' })
  })

  test('without either the names are missing', async () => {
    const survey = await surveySheet(sheetOf('NHS number,Date of birth,Plan type,Start date'), { now: NOW })
    expect(survey).toMatchObject({
      ok: false,
      fault: { kind: 'missing-columns', fields: ['given name', 'family name'] },
    })
  })
})

describe('rows that describe nobody', () => {
  test('blank rows, a total and the headings again are passed over, and told', async () => {
    const { report, recordCount } = await surveyedRows(
      ROW,
      ',,,,,,',
      HEADINGS,
      'Total,1,,,,,',
      'Number of children,,,,,,1',
    )
    expect(recordCount).toBe(1)
    expect(report.leftOut).toEqual([])
    expect(report.skipped).toMatchObject({ blank: 1, headingsAgain: [4], totals: [5, 6] })
  })

  test('a row that may be a total and may be a child is an error', async () => {
    const { report } = await surveyedRows(
      ROW,
      'Total,Ada,,,,,',
      ',,Total,1/5/2019,,,',
      '9990000026,,Total,,,,',
    )
    expect(report.skipped.totals).toEqual([])
    expect([...new Set(report.leftOut.map(({ row }) => row))]).toEqual([3, 4, 5])
  })
})
