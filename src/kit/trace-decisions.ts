import type { NhsNumber } from '../domain/nhs-number.ts'
import { decidedMatch, type MatchDecision } from '../domain/person/match-decision.ts'
import type { ClaimedPerson } from '../domain/person/same-person.ts'
import { failure, type Result, success } from '../domain/result.ts'
import { foldHeading, type SheetField } from './columns.ts'
import { readSheet } from './read-sheet.ts'
import { emptyReport, headingOf, rowReasonOf, sheetReasonOf } from './sheet-report.ts'
import type { SheetSource } from './sheet-source.ts'
import { readPersonToTrace } from './trace-row.ts'

/** What somebody of the authority has decided about possible matches, in a table of their own (rule 17.12). */
export type TraceDecisions = (number: NhsNumber, person: ClaimedPerson) => MatchDecision | undefined

const NEEDED: readonly SheetField[] = [
  'nhs number',
  'given name',
  'family name',
  'date of birth',
  'same person',
]

const ANSWERS: Readonly<Record<string, MatchDecision>> = {
  yes: 'same-person',
  y: 'same-person',
  same: 'same-person',
  sameperson: 'same-person',
  no: 'another-person',
  n: 'another-person',
  another: 'another-person',
  anotherperson: 'another-person',
}

/**
 * Reads a table of decisions: number, names and date of birth as they stand in the table that is traced, and yes or no under "same
 * person". A row without an answer is not decided yet. One that cannot be read, or two that contradict each other, refuse the whole table:
 * the fault says which row in words.
 */
export async function readTraceDecisions(source: SheetSource): Promise<Result<TraceDecisions, string>> {
  const decisions = new Map<string, MatchDecision>()
  let columns: Parameters<typeof readPersonToTrace>[0] | undefined
  for await (const item of readSheet(source, { needed: NEEDED }, emptyReport())) {
    if (item.kind === 'fault') return failure(sheetReasonOf(item.fault))
    if (item.kind === 'columns') {
      columns = item.columns
      continue
    }
    const { row } = item
    const problems = item.kind === 'unusable' ? item.problems : []
    const person =
      item.kind === 'person' && columns ? readPersonToTrace(columns, row, item.values) : undefined
    const [problem] = person && !person.ok ? person.fault : problems
    if (problem)
      return failure(`Row ${row}${problem.column ? `, ${problem.column}` : ''}: ${rowReasonOf(problem)}`)
    if (item.kind !== 'person' || !person?.ok || !columns) continue
    const said = item.values['same person']
    if (said === undefined) continue
    const decision = ANSWERS[foldHeading(said)]
    const heading = headingOf(columns.headings, 'same person')
    if (!decision) return failure(`Row ${row}, ${heading}: write yes or no, or leave it empty.`)
    const { nhsNumber, claimed } = person.value
    if (!nhsNumber) return failure(`Row ${row}: the NHS number is missing or mistyped.`)
    const key = keyOf(nhsNumber, claimed)
    const other = decisions.get(key)
    if (other && other !== decision)
      return failure(
        `Row ${row}: an earlier row says otherwise of the same person. Keep the one that is right.`,
      )
    decisions.set(key, decision)
  }
  return success((number, person) => decisions.get(keyOf(number, person)))
}

function keyOf(number: NhsNumber, { given, family, birthDate }: ClaimedPerson): string {
  return JSON.stringify(decidedMatch(number, { given, family, birthDate }))
}
