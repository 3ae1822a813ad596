import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { failure, type Result, success } from '../domain/result.ts'
import { type Authority, readAuthority } from '../kit/authority-file.ts'
import type { ColumnMap } from '../kit/columns.ts'
import { type RowProblem, rowReasonOf, rowsLeftOut, type SheetReport } from '../kit/sheet-report.ts'
import { type CommandFailure, refused } from './command-result.ts'
import type { Styler } from './terminal.ts'
import { columns, counted } from './words.ts'
import { wrapped } from './wrapped.ts'

/** Whether a file is a table rather than an upload: by its name, as spreadsheets give it. */
export function isSheet(path: string): boolean {
  return /\.(?:csv|tsv|txt)$/i.test(path)
}

/** Reads the file of `--authority-file`. */
export async function authorityFrom(path: string): Promise<Result<Authority, CommandFailure>> {
  const read = readAuthority(await readFile(path, 'utf8'))
  if (read.ok) return read
  return failure(
    refused(
      `${path} does not describe an authority:\n  ${read.fault.join('\n  ')}`,
      'It is to hold odsCode, name, dutyPhone and, if there is one, officePhone.',
    ),
  )
}

/** Reads the file of `--columns`: for each field the heading it stands under. */
export async function columnMapFrom(path: string | undefined): Promise<Result<ColumnMap, CommandFailure>> {
  if (path === undefined) return success({})
  let map: unknown
  try {
    map = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  const parsed = z.record(z.string(), z.string()).safeParse(map)
  if (parsed.success) return success(parsed.data)
  return failure(
    refused(`${path} is no map of columns.`, 'It is to be JSON such as {"nhs number": "Client NHS no."}.'),
  )
}

/** What became of the rows, as one JSON value. */
export function sheetData(report: SheetReport): object {
  const { rows, skipped, notes, leftOut } = report
  return {
    rows,
    rowsLeftOut: rowsLeftOut(report),
    leftOut: leftOut.map(problem => ({ ...problem, reason: rowReasonOf(problem) })),
    skipped,
    columns: notes.columns,
    ignoredColumns: notes.ignored,
    unwrappedFormulas: Object.fromEntries(notes.unwrapped),
  }
}

/** What became of the rows, for people. */
export function sheetWords(styler: Styler, report: SheetReport): string {
  const { skipped, notes } = report
  const rowsOf = (rows: readonly number[]) => (rows.length > 0 ? `row ${rows.join(', ')}` : undefined)
  const remarks = columns([
    ['not read', notes.ignored.length > 0 ? `the columns ${notes.ignored.join(', ')}` : undefined],
    ['above the headings', skipped.aboveHeadings > 0 ? counted(skipped.aboveHeadings, 'row') : undefined],
    ['blank', skipped.blank > 0 ? counted(skipped.blank, 'row') : undefined],
    ['totals', rowsOf(skipped.totals)],
    ['headings again', rowsOf(skipped.headingsAgain)],
    [
      'said twice',
      skipped.repeated.length > 0
        ? skipped.repeated.map(({ row, of }) => `row ${row} as row ${of}`).join(', ')
        : undefined,
    ],
    ['not held by CP-IS', notHeldWords(skipped.notHeld)],
    [
      'formulas read as text',
      notes.unwrapped.size > 0
        ? [...notes.unwrapped].map(([name, rows]) => `${name} (${counted(rows, 'row')})`).join(', ')
        : undefined,
    ],
  ])
  return [
    ...report.leftOut.map(problem => problemWords(styler, problem)),
    ...(remarks ? [remarks] : []),
  ].join('\n')
}

/** Rule 17.9: how many rows of each legal status, and which. */
function notHeldWords(rows: SheetReport['skipped']['notHeld']): string | undefined {
  if (rows.length === 0) return undefined
  const byStatus = Map.groupBy(rows, ({ status }) => status)
  return [...byStatus]
    .map(([status, some]) => `legal status ${status} (row ${some.map(({ row }) => row).join(', ')})`)
    .join(', ')
}

function problemWords(styler: Styler, problem: RowProblem): string {
  const where = problem.column === undefined ? '' : `, ${problem.column}`
  return `${styler.style('red', `row ${problem.row}${where}`)}\n${wrapped(rowReasonOf(problem), 80, 7)}`
}
