import { type CalendarDate, parseCalendarDate } from '../english-time.ts'
import { otherNationWords, parseNhsNumber } from '../nhs-number.ts'
import { parseOdsCode } from '../organisation.ts'
import { PLAN_TYPES, type PlanType } from '../plan/plan.ts'
import { failure, type Result, success } from '../result.ts'
import type { HandOverRow } from './succession.ts'

/** The headings of a hand-over file. The new local id may be left out or empty. */
export const HAND_OVER_HEADINGS = [
  'NHS number',
  'plan type',
  'start',
  'old local id',
  'successor',
  'new local id',
] as const
type Heading = (typeof HAND_OVER_HEADINGS)[number]

/** A file of more rows is refused: no authority holds as many plans. */
export const MOST_HAND_OVER_ROWS = 50_000

/**
 * Reads a hand-over file, CSV with commas, semicolons or tabs: one plan in each row (rule 19.15). It is good as a whole, or every row that
 * is not is named with what to do; nothing of a person is quoted.
 */
export function readHandOverFile(text: string): Result<readonly HandOverRow[], readonly string[]> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const separator = [',', ';', '\t'].find(mark => (lines[0] ?? '').includes(mark)) ?? ','
  const headings = cellsOf(lines[0] ?? '', separator).map(folded)
  const missing = HAND_OVER_HEADINGS.filter(
    heading => heading !== 'new local id' && !headings.includes(folded(heading)),
  )
  if (missing.length > 0)
    return failure([
      `Row 1: the headings have to be ${HAND_OVER_HEADINGS.join(', ')}. Missing: ${missing.join(', ')}.`,
    ])
  if (lines.length > MOST_HAND_OVER_ROWS + 1)
    return failure([`The file has more than ${MOST_HAND_OVER_ROWS} rows.`])
  const rows: HandOverRow[] = []
  const problems: string[] = []
  const met = new Map<string, number>()
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue
    const cells = cellsOf(line, separator)
    const read = readRow(index + 1, heading => cells[headings.indexOf(folded(heading))]?.trim() ?? '')
    if (!read.ok) {
      problems.push(`Row ${index + 1}: ${read.fault}`)
      continue
    }
    const { nhsNumber, type, startDay, localId } = read.value
    const key = [nhsNumber, type, startDay, type === 'UCPP' ? localId : ''].join('|')
    const earlier = met.get(key)
    if (earlier !== undefined)
      problems.push(`Row ${index + 1}: row ${earlier} has the same plan. Keep one of them.`)
    else met.set(key, index + 1)
    rows.push(read.value)
  }
  if (problems.length > 0) return failure(problems)
  return rows.length > 0
    ? success(rows)
    : failure(['The file has no rows. Leave it out to hand everything over.'])
}

function readRow(row: number, cell: (heading: Heading) => string): Result<HandOverRow, string> {
  const number = parseNhsNumber(cell('NHS number').replaceAll(/[ -]/g, ''))
  if (!number.ok) {
    const nation = otherNationWords(number.fault)
    return failure(nation ? `the NHS number is ${nation}.` : 'enter a valid NHS number: ten digits.')
  }
  const type = PLAN_TYPES.find(known => known === cell('plan type').toUpperCase())
  if (!type) return failure(`enter the plan type as ${PLAN_TYPES.join(', ')}.`)
  const startDay = readDay(cell('start'))
  if (!startDay) return failure('enter the start as a day, like 2026-05-01 or 01/05/2026.')
  const successor = parseOdsCode(cell('successor'))
  if (!successor) return failure('enter the ODS code of the successor.')
  const localId = cell('old local id')
  if (localId === '' && needsLocalId(type))
    return failure('enter the old local id: a mother may have several plans of this type.')
  const newLocalId = cell('new local id')
  return success({
    row,
    nhsNumber: number.value,
    type,
    startDay,
    localId,
    successor,
    ...(newLocalId && { newLocalId }),
  })
}

function needsLocalId(type: PlanType): boolean {
  return type === 'UCPP'
}

/** `2026-05-01`, `20260501`, `202605010000` or `01/05/2026`: the day stands before the month. */
function readDay(text: string): CalendarDate | undefined {
  const [, day, month, year] = /^(\d\d?)\/(\d\d?)\/(\d{4})$/.exec(text) ?? []
  if (day && month && year)
    return parseCalendarDate(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`)
  return /^(\d{4}-\d\d-\d\d|\d{8}|\d{12})$/.test(text) ? parseCalendarDate(text) : undefined
}

function folded(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^a-z]/g, '')
}

/** The cells of a line; within quotation marks a separator is text, and two marks are one. A cell has one line. */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] ?? ''
    if (letter === '"' && isQuoted && line[at + 1] === '"') {
      cell += '"'
      at += 1
    } else if (letter === '"') isQuoted = !isQuoted
    else if (letter === separator && !isQuoted) {
      cells.push(cell)
      cell = ''
    } else cell += letter
  }
  return [...cells, cell]
}
