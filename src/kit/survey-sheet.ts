import { createHash } from 'node:crypto'
import { unbornOf } from '../domain/plan/plan.ts'
import { failure, type Result, success } from '../domain/result.ts'
import { checkRecord } from '../domain/upload/check-record.ts'
import type { RecordAsSent } from '../domain/upload/upload.ts'
import { type ColumnMap, type Columns, PLAN_FIELDS, type SheetField } from './columns.ts'
import { numberOrder } from './english-date.ts'
import {
  type PersonOfRow,
  type PlanRow,
  readPlanRow,
  type SuspectColumns,
  statusNotHeld,
} from './plan-row.ts'
import { readSheet, type SheetItem, type SheetValues } from './read-sheet.ts'
import { emptyReport, type RowFault, type SheetFault, type SheetReport } from './sheet-report.ts'
import type { SheetSource } from './sheet-source.ts'

/** Plans that one record can hold. */
const MOST_PLANS = 3

/** A record made of rows of a table, and of which. */
export interface MadeRecord {
  readonly record: RecordAsSent
  /** One for each plan of the record, in its order. */
  readonly rows: readonly number[]
}

/** A table that was looked through: what it will make, what is left out and why. */
export interface SurveyedSheet {
  readonly recordCount: number
  readonly planCount: number
  readonly report: SheetReport
  /** Reads the table again and makes the records. Throws `SheetChanged` if it is no longer what it was. */
  records(): AsyncGenerator<MadeRecord>
}

/** The table was written to between being looked through and being read. */
export class SheetChanged extends Error {}

export interface SurveyOptions {
  readonly map?: ColumnMap
  /** The instant of the check, against which plans are too old or not. */
  readonly now: Date
  /** Called with each row that was read. */
  readonly onRow?: (row: number) => void
}

interface MetPlan {
  readonly key: string
  readonly dates: string
  readonly row: number
  refused: boolean
}

/** What must be remembered of a person while their rows are scattered over the table. */
interface Met {
  /** Whoever the rows describe: the same in each of them, or nobody can say whose number it is. */
  readonly identity: string
  readonly firstRow: number
  readonly plans: MetPlan[]
  refused: boolean
}

/**
 * Looks through a table once: which rows can be used, how many records they make, and what is wrong with every other. Rows of
 * one NHS number become one record of at most three plans, and more records where there are more. Memory grows by what is kept
 * of each person to tell them apart, never by the rows themselves (rule 17.2).
 */
export async function surveySheet(
  source: SheetSource,
  options: SurveyOptions,
): Promise<Result<SurveyedSheet, SheetFault>> {
  const orders = new DateOrders()
  const surveyed = await surveyOnce(source, options, orders)
  const suspect = orders.american()
  return surveyed.ok && suspect.size > 0 ? surveyOnce(source, { ...options, suspect }) : surveyed
}

/** The dates of a table that show their order beyond doubt, counted column by column. */
class DateOrders {
  readonly #counts = new Map<SheetField, { english: number; american: number }>()

  note(values: SheetValues): void {
    for (const field of DATE_FIELDS) {
      const order = numberOrder(values[field] ?? '')
      if (order !== 'english' && order !== 'american') continue
      const counts = this.#counts.get(field) ?? { english: 0, american: 0 }
      counts[order] += 1
      this.#counts.set(field, counts)
    }
  }

  /** Columns in which American order is no slip of a single row. */
  american(): SuspectColumns {
    const found = [...this.#counts].filter(([, { english, american }]) => american > 0 && american >= english)
    return new Set(found.map(([field]) => field))
  }
}

const DATE_FIELDS: readonly SheetField[] = [
  'date of birth',
  'start date',
  'end date',
  'delete date',
  "mother's date of birth",
]

interface OnceOptions extends SurveyOptions {
  readonly suspect?: SuspectColumns
  /** Which rows are used was decided before: they need no check of their own. */
  readonly decided?: true
}

async function surveyOnce(
  source: SheetSource,
  options: OnceOptions,
  orders?: DateOrders,
): Promise<Result<SurveyedSheet, SheetFault>> {
  const report = emptyReport()
  const people = new Map<string, Met>()
  const once = interner()
  const leaveOut = (row: number, fault: RowFault) => report.leftOut.push({ row, fault })
  for await (const item of planRows(source, options, report, orders)) {
    if (item.kind === 'fault') return failure(item.fault)
    if (item.kind === 'unusable') continue
    const { row, person, plan } = item.planRow
    const whose = recordKey(item.planRow)
    const met = people.get(whose)
    const identity = identityOf(person)
    const key = once(`${plan.type} ${plan.start}`)
    const dates = once(`${plan.end ?? ''} ${plan.delete ?? ''}`)
    if (!met) {
      const plans = [{ key, dates, row, refused: false }]
      people.set(whose, { identity, firstRow: row, plans, refused: false })
      continue
    }
    if (met.identity !== identity) {
      met.refused = true
      leaveOut(row, { kind: 'other-person', otherRow: met.firstRow })
      continue
    }
    const same = met.plans.find(plan => plan.key === key)
    if (!same) met.plans.push({ key, dates, row, refused: false })
    else if (same.dates === dates) report.skipped.repeated.push({ row, of: same.row })
    else {
      same.refused = true
      leaveOut(row, { kind: 'other-dates', otherRow: same.row })
    }
  }
  return finishSurvey(source, options, report, people)
}

function finishSurvey(
  source: SheetSource,
  options: OnceOptions,
  report: SheetReport,
  people: Map<string, Met>,
): Result<SurveyedSheet, SheetFault> {
  let [recordCount, planCount] = [0, 0]
  const contradictions = new Map(
    report.leftOut.flatMap(({ row, fault }) => ('otherRow' in fault ? [[fault.otherRow, row] as const] : [])),
  )
  for (const met of people.values()) {
    const kept = met.refused ? [] : met.plans.filter(plan => !plan.refused)
    recordCount += Math.ceil(kept.length / MOST_PLANS)
    planCount += kept.length
    // A row that another contradicts is left out with it: whichever is wrong, it must not be sent.
    for (const { row, refused } of met.plans) {
      const against = contradictions.get(row) ?? contradictions.get(met.firstRow) ?? row
      if (met.refused) report.leftOut.push({ row, fault: { kind: 'other-person', otherRow: against } })
      else if (refused) report.leftOut.push({ row, fault: { kind: 'other-dates', otherRow: against } })
    }
  }
  report.leftOut.sort((a, b) => a.row - b.row)
  const records = () => makeRecords(source, options, people)
  return success({ recordCount, planCount, report, records })
}

async function* makeRecords(
  source: SheetSource,
  options: OnceOptions,
  people: ReadonlyMap<string, Met>,
): AsyncGenerator<MadeRecord> {
  const waiting = new Map<string, PlanRow[]>()
  let position = 0
  for await (const item of planRows(source, { ...options, decided: true }, emptyReport())) {
    if (item.kind === 'fault') throw new SheetChanged('The table changed while it was read')
    if (item.kind === 'unusable') continue
    const { planRow } = item
    const whose = recordKey(planRow)
    const met = people.get(whose)
    if (!met || met.refused) continue
    const plan = met.plans.find(({ row }) => row === planRow.row)
    if (!plan || plan.refused) continue
    const rows = [...(waiting.get(whose) ?? []), planRow]
    const wanted = met.plans.filter(({ refused }) => !refused).length
    if (rows.length < wanted) {
      waiting.set(whose, rows)
      continue
    }
    waiting.delete(whose)
    for (let at = 0; at < rows.length; at += MOST_PLANS) {
      position += 1
      const some = rows.slice(at, at + MOST_PLANS)
      yield { record: recordOf(position, some), rows: some.map(({ row }) => row) }
    }
  }
  if (waiting.size > 0) throw new SheetChanged('The table changed while it was read')
}

type PlanRowItem =
  | Extract<SheetItem, { kind: 'fault' | 'unusable' }>
  | { readonly kind: 'plan'; readonly planRow: PlanRow }

/** The rows that pass every check that needs no other row; the others are left out in the report. */
async function* planRows(
  source: SheetSource,
  { map, now, onRow, suspect, decided }: OnceOptions,
  report: SheetReport,
  orders?: DateOrders,
): AsyncGenerator<PlanRowItem> {
  let columns: Columns | undefined
  for await (const item of readSheet(source, { needed: PLAN_FIELDS, ...(map && { map }) }, report)) {
    if (item.kind === 'columns') columns = item.columns
    else if (item.kind !== 'person') yield item
    else if (columns) {
      onRow?.(item.row)
      orders?.note(item.values)
      const { row } = item
      const status = statusNotHeld(item.values)
      if (status !== undefined) {
        report.skipped.notHeld.push({ row, status })
        yield { kind: 'unusable', row, problems: [] }
        continue
      }
      const planRow = readPlanRow(columns, row, item.values, suspect)
      const problems = planRow.ok ? (decided ? [] : checkRow(planRow.value, now)) : planRow.fault
      report.leftOut.push(...problems)
      if (planRow.ok && problems.length === 0) yield { kind: 'plan', planRow: planRow.value }
      else yield { kind: 'unusable', row, problems }
    }
  }
}

/** The service's own check of the record that the row would make (rule 3.9). */
function checkRow(planRow: PlanRow, now: Date): SheetReport['leftOut'] {
  const checked = checkRecord(recordOf(1, [planRow]), now)
  return checked.ok ? [] : [{ row: planRow.row, fault: { kind: 'record', fault: checked.fault } }]
}

/** A record of some rows of one person, with a subject for each part that they play: child, mother, or both. */
function recordOf(position: number, rows: readonly PlanRow[]): RecordAsSent {
  const described = rows[0]?.person
  const subjects = (['child', 'mother'] as const).flatMap(kind =>
    described && rows.some(({ person }) => person.kind === kind) ? [{ ...described, kind }] : [],
  )
  return { position, plans: rows.map(({ plan }) => plan), subjects }
}

/** Who a row describes, as a digest: names are not kept, and a digest is short. */
/** Rows of one person make one record; of unborn twins each has one, told apart by the local ids under their mother (rule 3.4). */
function recordKey({ person, plan }: PlanRow): string {
  return [person.nhsNumber, unbornOf(plan.type, person)].filter(Boolean).join(' ')
}

function identityOf({ given, family, birthTime }: PersonOfRow): string {
  const described = JSON.stringify([birthTime, family.toLowerCase(), given?.toLowerCase()])
  return createHash('sha256').update(described).digest('base64url').slice(0, 22)
}

/** Keeps one copy of each text: plans begin and end on few different days, and there are very many plans. */
function interner(): (text: string) => string {
  const known = new Map<string, string>()
  return text => {
    const same = known.get(text)
    if (same === undefined) known.set(text, text)
    return same ?? text
  }
}
