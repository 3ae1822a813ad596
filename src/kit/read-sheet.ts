import { familyNamesIn, saysName, splitAtComma, type WrittenName } from '../domain/person/written-name.ts'
import { isBlank, isTotal, readCell } from './cells.ts'
import {
  type ColumnMap,
  type Columns,
  findColumns,
  headingsUnderstood,
  SHEET_FIELDS,
  type SheetField,
  WHOLE_NAMES,
} from './columns.ts'
import { readRows, type SheetRow } from './read-rows.ts'
import type { RowProblem, SheetFault, SheetReport } from './sheet-report.ts'
import type { SheetSource } from './sheet-source.ts'

/** What a row says, field by field; an empty cell is left out. */
export type SheetValues = Readonly<Partial<Record<SheetField, string>>>

export type SheetItem =
  | { readonly kind: 'columns'; readonly columns: Columns }
  | { readonly kind: 'person'; readonly row: number; readonly values: SheetValues }
  /** The row describes somebody and cannot be used; it stands in the report already. */
  | { readonly kind: 'unusable'; readonly row: number; readonly problems: readonly RowProblem[] }
  | { readonly kind: 'fault'; readonly fault: SheetFault }

export interface SheetReading {
  readonly needed: readonly SheetField[]
  readonly map?: ColumnMap
}

/** So many headings that are understood make a row of headings. */
const ENOUGH_HEADINGS = 3
/** Titles and explanations may stand above the headings, in so many rows. */
const ROWS_ABOVE = 20

/**
 * Reads a table of people in flat memory: its columns first, then each row that describes somebody; or a fault, after which
 * nothing comes. Rows that describe nobody beyond doubt (blank, a total, the headings again) are counted in the report.
 */
export async function* readSheet(
  source: SheetSource,
  { needed, map = {} }: SheetReading,
  report: SheetReport,
): AsyncGenerator<SheetItem> {
  let columns: Columns | undefined
  for await (const item of readRows(source)) {
    if (item.kind === 'fault') return yield item
    const { row, cells } = item
    if (isBlank(cells)) {
      report.skipped.blank += 1
    } else if (!columns) {
      if (headingsUnderstood(cells, map) < ENOUGH_HEADINGS) {
        report.skipped.aboveHeadings += 1
        if (row > ROWS_ABOVE) return yield { kind: 'fault', fault: { kind: 'no-headings' } }
        continue
      }
      const found = findColumns(cells, needed, map)
      if (!found.ok) return yield { kind: 'fault', fault: found.fault }
      columns = found.value
      report.notes.ignored = columns.ignored
      report.notes.columns = Object.fromEntries([...columns.headings].map(([field, name]) => [name, field]))
      yield { kind: 'columns', columns }
    } else if (isTotal(cells)) {
      report.skipped.totals.push(row)
    } else if (saysHeadings(columns, cells)) {
      report.skipped.headingsAgain.push(row)
    } else {
      report.rows += 1
      yield readPerson(columns, { row, cells }, report)
    }
  }
  if (!columns) yield { kind: 'fault', fault: { kind: 'no-headings' } }
}

/** Whether a row has every heading in its own column again, as long printed tables do. */
function saysHeadings({ at, headings }: Columns, cells: readonly string[]): boolean {
  for (const [field, column] of at) {
    if (cells[column]?.trim() !== headings.get(field)) return false
  }
  return true
}

/**
 * `SURNAME, Forename` in its parts (rule 17.11); a single name is the family name of somebody without a given name. Undefined where
 * nobody can say which of several names is the family name.
 */
function partsOfName(name: string): WrittenName | undefined {
  const { given, family } = splitAtComma({ given: '', family: name })
  if (saysName(given)) return { given, family }
  return familyNamesIn(name).length === 1 ? { given: '-', family: name } : undefined
}

function readPerson(columns: Columns, { row, cells }: SheetRow, report: SheetReport): SheetItem {
  const problems: RowProblem[] = []
  const values: Partial<Record<SheetField, string>> = {}
  if (cells.length > columns.width && !isBlank(cells.slice(columns.width))) {
    problems.push({ row, fault: { kind: 'more-cells-than-headings' } })
  }
  for (const field of SHEET_FIELDS) {
    const at = columns.at.get(field)
    if (at === undefined) continue
    const heading = columns.headings.get(field) ?? field
    const cell = readCell(cells[at] ?? '')
    if (!cell.ok) {
      problems.push({ row, column: heading, fault: { kind: 'cell', fault: cell.fault } })
      continue
    }
    if (cell.value.unwrapped) {
      report.notes.unwrapped.set(heading, (report.notes.unwrapped.get(heading) ?? 0) + 1)
    }
    if (cell.value.text !== '') values[field] = cell.value.text
  }
  for (const { whole, given, family } of WHOLE_NAMES) {
    const name = values[whole]
    if (name === undefined || values[given] !== undefined || values[family] !== undefined) continue
    const parts = partsOfName(name)
    if (parts) {
      values[given] = parts.given
      values[family] = parts.family
    } else problems.push({ row, column: columns.headings.get(whole) ?? whole, fault: { kind: 'whole-name' } })
  }
  if (problems.length === 0) return { kind: 'person', row, values }
  report.leftOut.push(...problems)
  return { kind: 'unusable', row, problems }
}
