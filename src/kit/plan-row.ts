import type { PlanTime } from '../domain/english-time.ts'
import { type NhsNumber, parseNhsNumber } from '../domain/nhs-number.ts'
import { saysName } from '../domain/person/written-name.ts'
import type { PlanType } from '../domain/plan/plan.ts'
import { failure, type Result, success } from '../domain/result.ts'
import type { Columns, SheetField } from './columns.ts'
import { foldHeading } from './columns.ts'
import { type DateFault, numberOrder, parseEnglishDate, parseEnglishTime } from './english-date.ts'
import type { SheetValues } from './read-sheet.ts'
import { headingOf, type RowFault, type RowProblem } from './sheet-report.ts'

/** One row of a table, understood: a person and one plan of theirs. */
export interface PlanRow {
  readonly row: number
  readonly person: PersonOfRow
  readonly plan: {
    readonly type: PlanType
    readonly start: PlanTime
    readonly end?: PlanTime
    readonly delete?: PlanTime
  }
}

/** Whom a plan is held against: the child, or the mother of an unborn one. */
export interface PersonOfRow {
  readonly kind: 'child' | 'mother'
  readonly nhsNumber: NhsNumber
  /** Absent where the cell says by a hyphen that there is none. */
  readonly given?: string
  readonly family: string
  /** `YYYYMMDD`. */
  readonly birthTime: string
  readonly localId?: string
}

const OWN = {
  nhsNumber: 'nhs number',
  localId: 'local id',
  given: 'given name',
  family: 'family name',
  birthDate: 'date of birth',
} as const satisfies Record<string, SheetField>

const MOTHERS = {
  nhsNumber: "mother's nhs number",
  localId: "mother's local id",
  given: "mother's given name",
  family: "mother's family name",
  birthDate: "mother's date of birth",
} as const satisfies Record<keyof typeof OWN, SheetField>

/** Which fields of a row describe the person: for an unborn child's plan the mother's own columns, where the row fills any. */
export type PersonFields = typeof OWN | typeof MOTHERS

/** Codes and words for the kinds of plan, folded; C1, C2 and V2 are legal statuses under which a child is looked after. */
const PLAN_WORDS: Readonly<Record<PlanType, readonly string[]>> = {
  CPP: [
    'cpp',
    'cp',
    'childprotectionplan',
    'childprotection',
    'childonaprotectionplan',
    'childprotectionplancpp',
    '342191000000101',
  ],
  LAC: [
    'lac',
    'laciu',
    'cla',
    'lookedafterchild',
    'lookedafter',
    'childlookedafter',
    'childreninlookedafter',
    'lookedafterchildlac',
    'c1',
    'c2',
    'v2',
    '764841000000100',
  ],
  UCPP: [
    'ucpp',
    'ucp',
    'unborn',
    'unbornchildprotectionplan',
    'unbornchildprotection',
    'unbornplan',
    'unbornchild',
    'prebirthplan',
    'prebirth',
    'prebirthchildprotectionplan',
    'unbornchildprotectionplanucpp',
    '818901000000100',
  ],
}
const PLAN_OF_WORD = new Map(
  Object.entries(PLAN_WORDS).flatMap(([type, words]) => words.map(word => [word, type as PlanType] as const)),
)

/**
 * Legal statuses of children's systems under which CP-IS holds nothing (rule 17.9), of the code set of the SSDA903 return: freed for
 * adoption, placement orders, short breaks, youth justice and police protection.
 */
const STATUSES_NOT_HELD: ReadonlySet<string> = new Set([
  'd1',
  'e1',
  'j1',
  'j2',
  'j3',
  'l1',
  'l2',
  'l3',
  'v3',
  'v4',
])

/** The legal status of a row, in capitals, where CP-IS holds nothing under it; such a row is about no plan. */
export function statusNotHeld(values: SheetValues): string | undefined {
  const word = foldHeading(values['plan type'] ?? '')
  return STATUSES_NOT_HELD.has(word) ? word.toUpperCase() : undefined
}

/** What stands in a date column where there is no date. */
const NO_DATE = /^(?:-+|n\/?a|null|none|nil|ongoing|open|tbc)$/i

/** Columns whose dates are in American order, as far as they show any: a date that fits both orders says nothing there. */
export type SuspectColumns = ReadonlySet<SheetField>
export const NONE_SUSPECT: SuspectColumns = new Set()

export function parseInColumn<T>(
  text: string,
  field: SheetField,
  suspect: SuspectColumns,
  parse: (text: string) => Result<T, DateFault>,
): Result<T, DateFault> {
  return suspect.has(field) && numberOrder(text) === 'either' ? failure('either-order') : parse(text)
}

/** Reads one row as a person and a plan; or everything that is wrong with it. */
export function readPlanRow(
  columns: Columns,
  row: number,
  values: SheetValues,
  suspect: SuspectColumns = NONE_SUSPECT,
): Result<PlanRow, readonly RowProblem[]> {
  const problems: RowProblem[] = []
  const wrong = (field: SheetField, fault: RowFault): undefined => {
    problems.push({ row, column: headingOf(columns.headings, field), fault })
  }
  const time = (field: SheetField): PlanTime | undefined => {
    const text = values[field]
    if (text === undefined || NO_DATE.test(text)) return undefined
    const read = parseInColumn(text, field, suspect, parseEnglishTime)
    return read.ok ? read.value : wrong(field, { kind: 'date', fault: read.fault })
  }
  const type = PLAN_OF_WORD.get(foldHeading(values['plan type'] ?? ''))
  if (!type) wrong('plan type', values['plan type'] ? { kind: 'plan-type' } : { kind: 'empty' })
  const fields = type === 'UCPP' ? fieldsOfMother(values) : OWN
  const person = readPerson(columns, row, values, fields, suspect)
  if (!person.ok) problems.push(...person.fault)
  const own = values['nhs number']
  if (fields === MOTHERS && own && digitsOf(own) !== digitsOf(values[fields.nhsNumber] ?? '')) {
    wrong('nhs number', { kind: 'number-beside-mother' })
  }
  const start = time('start date')
  if (!values['start date'] || NO_DATE.test(values['start date'])) wrong('start date', { kind: 'empty' })
  const end = time('end date')
  const deleted = time('delete date')
  if (problems.length > 0 || !type || !person.ok || !start) return failure(problems)
  return success({
    row,
    person: { kind: type === 'UCPP' ? 'mother' : 'child', ...person.value },
    plan: { type, start, ...(end && { end }), ...(deleted && { delete: deleted }) },
  })
}

function readPerson(
  columns: Columns,
  row: number,
  values: SheetValues,
  fields: PersonFields,
  suspect: SuspectColumns,
): Result<Omit<PersonOfRow, 'kind'>, readonly RowProblem[]> {
  const problems: RowProblem[] = []
  const wrong = (field: SheetField, fault: RowFault) =>
    problems.push({ row, column: headingOf(columns.headings, field), fault })
  const [number, born] = [values[fields.nhsNumber], values[fields.birthDate]]
  const nhsNumber = number === undefined ? undefined : parseSheetNumber(number)
  if (!nhsNumber) wrong(fields.nhsNumber, { kind: 'empty' })
  else if (!nhsNumber.ok) wrong(fields.nhsNumber, { kind: 'nhs-number', fault: nhsNumber.fault })
  const birthDate =
    born === undefined ? undefined : parseInColumn(born, fields.birthDate, suspect, parseEnglishDate)
  if (!birthDate) wrong(fields.birthDate, { kind: 'empty' })
  else if (!birthDate.ok) wrong(fields.birthDate, { kind: 'date', fault: birthDate.fault })
  const [given, family, localId] = [values[fields.given], values[fields.family], values[fields.localId]]
  if (!given) wrong(fields.given, { kind: 'no-given-name' })
  if (!family) wrong(fields.family, { kind: 'empty' })
  if (problems.length > 0 || !nhsNumber?.ok || !birthDate?.ok || !given || !family) return failure(problems)
  return success({
    nhsNumber: nhsNumber.value,
    ...(saysName(given) && { given }),
    family,
    birthTime: birthDate.value.replaceAll('-', ''),
    ...(localId && { localId }),
  })
}

/** The mother's own columns if the row fills any of them; otherwise the row is about the mother. */
function fieldsOfMother(values: SheetValues): PersonFields {
  return Object.values(MOTHERS).some(field => values[field] !== undefined) ? MOTHERS : OWN
}

/** An NHS number with the spaces and hyphens people write; one that a spreadsheet has rounded is told apart. */
export function parseSheetNumber(text: string): ReturnType<typeof parseNhsNumber> | Result<never, 'rounded'> {
  if (/^\d(?:[.,]\d+)?e\+?\d+$/i.test(text)) return failure('rounded')
  return parseNhsNumber(digitsOf(text))
}

function digitsOf(text: string): string {
  return text.replace(/[\s\p{Pd}.]/gu, '')
}

/** Which fields of a row describe the person, whatever else is wrong with the row. */
export function fieldsOfRow(values: SheetValues): PersonFields {
  const unborn = PLAN_OF_WORD.get(foldHeading(values['plan type'] ?? '')) === 'UCPP'
  return unborn ? fieldsOfMother(values) : OWN
}
