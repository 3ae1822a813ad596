import { createHash } from 'node:crypto'
import type { Gender } from '../demographics/pds-search.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import type { ClaimedPerson } from '../domain/person/same-person.ts'
import { failure, type Result, success } from '../domain/result.ts'
import { type Columns, foldHeading } from './columns.ts'
import { parseEnglishDate } from './english-date.ts'
import { fieldsOfRow, parseSheetNumber } from './plan-row.ts'
import type { SheetValues } from './read-sheet.ts'
import { headingOf, type RowFault, type RowProblem } from './sheet-report.ts'

/** A person as a row describes them, to be looked for in PDS. */
export interface PersonToTrace {
  /** The same for the same number and description, and nothing that could be read back. */
  readonly key: string
  /** Absent where the row has none, or one that is none. */
  readonly nhsNumber?: NhsNumber
  readonly claimed: ClaimedPerson
  readonly gender?: Gender
  readonly postcode?: string
  readonly localId?: string
}

const GENDERS: Readonly<Record<string, Gender>> = {
  f: 'female',
  female: 'female',
  girl: 'female',
  woman: 'female',
  '2': 'female',
  m: 'male',
  male: 'male',
  boy: 'male',
  man: 'male',
  '1': 'male',
  other: 'other',
  '9': 'other',
  indeterminate: 'other',
  unknown: 'unknown',
  u: 'unknown',
  '0': 'unknown',
  notknown: 'unknown',
}

/** Reads a row as somebody to look for: of an unborn child's plan, the mother. The plan itself may be anything. */
export function readPersonToTrace(
  columns: Columns,
  row: number,
  values: SheetValues,
): Result<PersonToTrace, readonly RowProblem[]> {
  const fields = fieldsOfRow(values)
  const problems: RowProblem[] = []
  const wrong = (field: Parameters<typeof headingOf>[1], fault: RowFault) =>
    problems.push({ row, column: headingOf(columns.headings, field), fault })
  const [given, family, born] = [values[fields.given], values[fields.family], values[fields.birthDate]]
  if (!given) wrong(fields.given, { kind: 'no-given-name' })
  if (!family) wrong(fields.family, { kind: 'empty' })
  const birthDate = born === undefined ? undefined : parseEnglishDate(born)
  if (!birthDate) wrong(fields.birthDate, { kind: 'empty' })
  else if (!birthDate.ok) wrong(fields.birthDate, { kind: 'date', fault: birthDate.fault })
  const ownGender = fields.given === 'given name' ? values.gender : undefined
  const gender = ownGender === undefined ? undefined : GENDERS[foldHeading(ownGender)]
  if (ownGender !== undefined && !gender) wrong('gender', { kind: 'gender' })
  if (problems.length > 0 || !given || !family || !birthDate?.ok) return failure(problems)
  const number = parseSheetNumber(values[fields.nhsNumber] ?? '')
  const sex = gender === 'female' || gender === 'male' ? gender : undefined
  const claimed = { given, family, birthDate: birthDate.value, ...(sex && { sex }) }
  const localId = values[fields.localId]
  const { postcode } = values
  const described = JSON.stringify([number.ok ? number.value : '', claimed, gender ?? '', postcode ?? ''])
  return success({
    key: createHash('sha256').update(described).digest('base64url'),
    claimed,
    ...(number.ok && { nhsNumber: number.value }),
    ...(gender && { gender }),
    ...(postcode && { postcode }),
    ...(localId && { localId }),
  })
}
