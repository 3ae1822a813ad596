import { failure, type Result, success } from '../../domain/result.ts'
import type { RecordAsSent } from '../../domain/upload/upload.ts'
import type { ReadTable } from '../../flows/upload/send-page-upload.ts'
import { rowReasonOf, rowsLeftOut, type SheetFault, sheetReasonOf, surveySheet } from '../../kit/index.ts'

/** A table that an officer sent on a page, to be judged as at an instant. */
export interface TableToRead {
  readonly bytes: Uint8Array
  readonly now: Date
}

/** Everything about a table but its records, so that it can be handed from thread to thread. */
export type TableSurvey = Omit<ReadTable, 'records'>

/** More problems than these are counted and not named: nobody reads them all. */
const NAMED_PROBLEMS = 500

/** Reads the tables that officers send on a page, as the upload kit reads those of a command line. */
export async function readTable(table: TableToRead): Promise<Result<TableSurvey, string>> {
  const surveyed = await survey(table)
  if (!surveyed.ok) return failure(reasonOf(surveyed.fault))
  const { recordCount, planCount, report } = surveyed.value
  const { blank, aboveHeadings, totals, headingsAgain, repeated, notHeld } = report.skipped
  return success({
    rows: report.rows,
    recordCount,
    planCount,
    rowsLeftOut: rowsLeftOut(report),
    problems: report.leftOut.length,
    leftOut: report.leftOut.slice(0, NAMED_PROBLEMS).map(problem => ({
      row: problem.row,
      ...(problem.column !== undefined && { column: problem.column }),
      reason: withoutCommands(rowReasonOf(problem)),
    })),
    notHeld: [...new Set(notHeld.map(({ status }) => status))].sort(),
    passedOver:
      notHeld.length + blank + aboveHeadings + totals.length + headingsAgain.length + repeated.length,
    ignored: report.notes.ignored,
  })
}

/** The records of a table that could be read. */
export async function* tableRecords(table: TableToRead): AsyncGenerator<RecordAsSent> {
  const surveyed = await survey(table)
  if (!surveyed.ok) throw new Error('A table that could be read before cannot be read now')
  for await (const { record } of surveyed.value.records()) yield record
}

function survey({ bytes, now }: TableToRead) {
  const source = {
    async *open() {
      yield bytes
    },
  }
  return surveySheet(source, { now })
}

/** Whoever is on a page has no command line: there headings are put right in the table. */
function reasonOf(fault: SheetFault): string {
  switch (fault.kind) {
    case 'missing-columns':
      return `No column was found for: ${fault.fields.join(', ')}. Add them, or name the columns so.`
    case 'two-columns':
      return `Two columns may be the ${fault.field}: "${fault.headings[0]}" and "${fault.headings[1]}". Take one out, or give it another name.`
    default:
      return sheetReasonOf(fault)
  }
}

function withoutCommands(reason: string): string {
  return reason.replace(/, or trace the person: cpis upload trace\./, ', or look the person up in PDS.')
}
