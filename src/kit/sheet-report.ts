import { type NhsNumberFault, type OtherNation, otherNationWords } from '../domain/nhs-number.ts'
import { unreachable } from '../domain/result.ts'
import type { RecordFault } from '../domain/upload/record-faults.ts'
import { reasonOf } from '../domain/upload/record-reasons.ts'
import type { CellFault } from './cells.ts'
import type { ColumnsFault, SheetField } from './columns.ts'
import type { DateFault } from './english-date.ts'
import type { RowsFault } from './read-rows.ts'

/** Why a row, or one cell of it, cannot go into an upload. */
export type RowFault =
  | { readonly kind: 'cell'; readonly fault: CellFault }
  | { readonly kind: 'empty' }
  | { readonly kind: 'no-given-name' }
  | { readonly kind: 'whole-name' }
  | { readonly kind: 'date'; readonly fault: DateFault }
  | { readonly kind: 'nhs-number'; readonly fault: NhsNumberFault | 'rounded' }
  | { readonly kind: 'plan-type' }
  | { readonly kind: 'gender' }
  | { readonly kind: 'more-cells-than-headings' }
  | { readonly kind: 'number-beside-mother' }
  | { readonly kind: 'record'; readonly fault: RecordFault }
  /** Another row says something else of the same person, or of the same plan. */
  | { readonly kind: 'other-person'; readonly otherRow: number }
  | { readonly kind: 'other-dates'; readonly otherRow: number }

/** A row that was left out: where, what is wrong and what to do. What stands in the cell is never repeated. */
export interface RowProblem {
  readonly row: number
  /** The heading of the column, where one cell is to blame. */
  readonly column?: string
  readonly fault: RowFault
}

/** Why nothing can be made of a table. */
export type SheetFault = RowsFault | ColumnsFault | { readonly kind: 'no-people' }

/**
 * Rows that hold nothing to send, by why: `repeated` are those that say exactly what an earlier row says, `notHeld` those of a legal
 * status that CP-IS does not hold (rule 17.9).
 */
export interface SkippedRows {
  blank: number
  aboveHeadings: number
  totals: number[]
  headingsAgain: number[]
  repeated: { row: number; of: number }[]
  notHeld: { row: number; status: string }[]
}

/** What is worth knowing and keeps nothing out of the upload. */
export interface SheetNotes {
  /** Headings of columns that mean nothing to an upload. */
  ignored: readonly string[]
  /** Which heading was taken for what. */
  columns: Readonly<Record<string, string>>
  /** Columns whose cells were text in the clothes of a formula, and in how many rows. */
  unwrapped: Map<string, number>
}

/** What became of each row of a table. */
export interface SheetReport {
  /** Rows that describe a person, left out or not. */
  rows: number
  leftOut: RowProblem[]
  skipped: SkippedRows
  notes: SheetNotes
}

export function emptyReport(): SheetReport {
  return {
    rows: 0,
    leftOut: [],
    skipped: { blank: 0, aboveHeadings: 0, totals: [], headingsAgain: [], repeated: [], notHeld: [] },
    notes: { ignored: [], columns: {}, unwrapped: new Map() },
  }
}

/** How many rows were left out, each counted once however much is wrong with it. */
export function rowsLeftOut(report: SheetReport): number {
  return new Set(report.leftOut.map(({ row }) => row)).size
}

/** What is wrong and what to do, in plain words (rule 17.5). */
export function rowReasonOf({ fault }: Pick<RowProblem, 'fault'>): string {
  switch (fault.kind) {
    case 'cell':
      return CELL_WORDS[fault.fault]
    case 'empty':
      return 'It is empty. Fill it in.'
    case 'no-given-name':
      return 'It is empty. Fill it in; write a hyphen if the person has no given name.'
    case 'whole-name':
      return 'Nobody can say which of these names is the family name. Write it like SURNAME, Forename, or use two columns.'
    case 'date':
      return DATE_WORDS[fault.fault]
    case 'nhs-number':
      return NUMBER_WORDS[fault.fault]
    case 'plan-type':
      return 'It is no kind of plan. Write CPP (child protection plan), LAC (looked after child) or UCPP (unborn child protection plan), or the words.'
    case 'gender':
      return 'It is no gender that PDS knows. Write female, male, other or unknown.'
    case 'more-cells-than-headings':
      return 'The row has more filled cells than there are headings, so nobody can say what is what. Put the row right: a comma may stand outside quotation marks.'
    case 'number-beside-mother':
      return "An unborn child has no NHS number: the row gives another number than the mother's. Leave the child's empty, or correct the kind of plan."
    case 'record':
      return reasonOf(fault.fault)
    case 'other-person':
      return `Row ${fault.otherRow} has the same NHS number and another name or date of birth, so nobody can say whose plan it is. Correct the one that is wrong; until then neither is sent.`
    case 'other-dates':
      return `Row ${fault.otherRow} gives the same plan another end or delete date. Keep the row that is right; until then neither is sent.`
    default:
      return unreachable(fault)
  }
}

const CELL_WORDS: Readonly<Record<CellFault, string>> = {
  formula:
    'It begins like a formula. Replace the formula by its value (copy, then paste values) and save again.',
  'spreadsheet-error': 'It holds an error of the spreadsheet. Put the cell right and save again.',
  'control-character':
    'It holds a character that nobody can read. Type the cell again, or save the table as "CSV UTF-8".',
}

const DATE_WORDS: Readonly<Record<DateFault, string>> = {
  'no-such-day': 'There is no such day. Correct it.',
  'no-such-time': 'There is no such time of day. Correct it.',
  'american-order':
    'The month would be above 12: day and month look exchanged. Write day, month, year, in every row of this column.',
  'either-order':
    'Other rows of this column have the month first, so nobody can say which number is the month. Write day, month, year in every row, or the month as a word.',
  'two-digit-year': 'The year has two digits. Write all four.',
  'serial-number':
    'It is the number that a spreadsheet counts days by. Format the column as a date and save again.',
  'not-a-date': 'It is no date. Write it like 1/5/2019, 1 May 2019 or 2019-05-01.',
}

const NUMBER_WORDS: Readonly<Record<NhsNumberFault | 'rounded', string>> = {
  'not-ten-digits': 'It is not ten digits. Correct it, or trace the person: cpis upload trace.',
  'all-zero': 'It is all zeros. Correct it, or trace the person: cpis upload trace.',
  'check-digit':
    'It is mistyped: its last digit does not fit the others. Correct it, or trace the person: cpis upload trace.',
  scotland: nationWords('scotland'),
  'northern-ireland': nationWords('northern-ireland'),
  rounded:
    'The spreadsheet has rounded the number, and its last digits are lost. Format the column as text, enter the number again and save.',
}

function nationWords(nation: OtherNation): string {
  return `It is ${otherNationWords(nation)}. Correct it, or trace the person: cpis upload trace.`
}

/** Why nothing was made of the table, and what to do. */
export function sheetReasonOf(fault: SheetFault): string {
  switch (fault.kind) {
    case 'not-text':
      return 'The file is no table of text. Save it from the spreadsheet as "CSV UTF-8 (comma delimited)".'
    case 'quotation-not-closed':
      return `Row ${fault.row}: a quotation mark is opened and not closed, or stands where none can, so nothing after it can be read. Correct it and save again.`
    case 'row-too-long':
      return `Row ${fault.row}: it is longer than any row can be. A quotation mark may be opened and not closed.`
    case 'no-headings':
      return 'No row of headings was found among the first rows. The headings are to stand in one row, above the people.'
    case 'missing-columns':
      return `No column was found for: ${fault.fields.join(', ')}. Add them, or name your headings in a file for --columns.`
    case 'two-columns':
      return `Two columns may be the ${fault.field}: "${fault.headings[0]}" and "${fault.headings[1]}". Say which in a file for --columns.`
    case 'unknown-field':
      return `The file for --columns names "${fault.name}", which is nothing that an upload holds.`
    case 'heading-not-there':
      return `The file for --columns says that the ${fault.field} is under "${fault.heading}", and the table has no such heading.`
    case 'no-people':
      return 'No row could be used, so there is no upload to make.'
    default:
      return unreachable(fault)
  }
}

/** The heading under which a field stands in this table. */
export function headingOf(headings: ReadonlyMap<SheetField, string>, field: SheetField): string {
  return headings.get(field) ?? field
}
