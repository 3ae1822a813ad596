import { failure, success } from '../domain/result.ts'
import type { ReadTableFile } from '../flows/send-desk-upload.ts'
import { rowReasonOf, rowsLeftOut, type SheetFault, sheetReasonOf, surveySheet } from '../kit/index.ts'

/** Reads the tables that officers hand in on a page, as the upload kit reads those of a command line. */
export const readTable: ReadTableFile = async (bytes, now) => {
  const source = {
    async *open() {
      yield bytes
    },
  }
  const surveyed = await surveySheet(source, { now })
  if (!surveyed.ok) return failure(reasonOf(surveyed.fault))
  const { recordCount, planCount, report, records } = surveyed.value
  const { blank, aboveHeadings, totals, headingsAgain, repeated } = report.skipped
  return success({
    rows: report.rows,
    recordCount,
    planCount,
    rowsLeftOut: rowsLeftOut(report),
    leftOut: report.leftOut.map(problem => ({
      row: problem.row,
      ...(problem.column !== undefined && { column: problem.column }),
      reason: withoutCommands(rowReasonOf(problem)),
    })),
    passedOver: blank + aboveHeadings + totals.length + headingsAgain.length + repeated.length,
    ignored: report.notes.ignored,
    async *records() {
      for await (const { record } of records()) yield record
    },
  })
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
