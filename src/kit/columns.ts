import { failure, type Result, success } from '../domain/result.ts'

/** Everything a table can say of a person and a plan, by the name that `--columns` knows it under. */
export const SHEET_FIELDS = [
  'nhs number',
  'local id',
  'given name',
  'family name',
  'name',
  'date of birth',
  'gender',
  'postcode',
  'plan type',
  'start date',
  'end date',
  'delete date',
  "mother's nhs number",
  "mother's local id",
  "mother's given name",
  "mother's family name",
  "mother's name",
  "mother's date of birth",
  'same person',
] as const
export type SheetField = (typeof SHEET_FIELDS)[number]

/** What an upload cannot be made without; to trace people, plans are not needed. */
export const PLAN_FIELDS: readonly SheetField[] = [
  'nhs number',
  'given name',
  'family name',
  'date of birth',
  'plan type',
  'start date',
]
export const PERSON_FIELDS: readonly SheetField[] = ['given name', 'family name', 'date of birth']

/** Which column, from 0, holds what, and which headings were not understood. */
export interface Columns {
  readonly at: ReadonlyMap<SheetField, number>
  readonly headings: ReadonlyMap<SheetField, string>
  readonly ignored: readonly string[]
  /** How many columns have a heading up to the last that has. */
  readonly width: number
}

export type ColumnsFault =
  | { readonly kind: 'no-headings' }
  | { readonly kind: 'missing-columns'; readonly fields: readonly SheetField[] }
  | { readonly kind: 'two-columns'; readonly field: SheetField; readonly headings: readonly [string, string] }
  | { readonly kind: 'unknown-field'; readonly name: string }
  | { readonly kind: 'heading-not-there'; readonly field: SheetField; readonly heading: string }

/** Headings that mean a field, folded: lower case, letters and digits only. */
const SYNONYMS: Readonly<Record<SheetField, readonly string[]>> = {
  'nhs number': [
    'nhsnumber',
    'nhsno',
    'nhsnum',
    'nhsid',
    'nhs',
    'patientnhsnumber',
    'childnhsnumber',
    'childsnhsnumber',
    'personnhsnumber',
    'clientnhsnumber',
  ],
  'local id': [
    'localid',
    'localidentifier',
    'localreference',
    'personid',
    'clientid',
    'childid',
    'caseid',
    'casenumber',
    'caseno',
    'personreference',
    'localpatientid',
    'uniquereference',
    'swiftid',
    'mosaicid',
    'liquidlogicid',
    'lcsid',
    'personnumber',
  ],
  'given name': [
    'givenname',
    'givennames',
    'firstname',
    'firstnames',
    'forename',
    'forenames',
    'christianname',
    'childforename',
    'childfirstname',
    'given',
  ],
  'family name': [
    'familyname',
    'surname',
    'lastname',
    'secondname',
    'childsurname',
    'childlastname',
    'family',
  ],
  name: [
    'name',
    'fullname',
    'childname',
    'childsname',
    'nameofchild',
    'personname',
    'clientname',
    'wholename',
  ],
  'date of birth': ['dateofbirth', 'dob', 'birthdate', 'born', 'childdob', 'childdateofbirth', 'birthday'],
  gender: ['gender', 'sex'],
  postcode: ['postcode', 'postalcode', 'homepostcode', 'currentpostcode', 'addresspostcode', 'childpostcode'],
  'plan type': ['plantype', 'plan', 'type', 'plankind', 'protectionstatus', 'plancode', 'typeofplan'],
  'start date': [
    'startdate',
    'start',
    'planstart',
    'planstartdate',
    'dateplanstarted',
    'from',
    'datefrom',
    'startdatetime',
    'dateofplan',
    'planbegan',
    'startofplan',
    'datestarted',
    'begindate',
  ],
  'end date': [
    'enddate',
    'end',
    'planend',
    'planenddate',
    'dateplanended',
    'to',
    'dateto',
    'enddatetime',
    'ended',
    'endofplan',
    'dateended',
  ],
  'delete date': [
    'deletedate',
    'datedeleted',
    'plandeletedate',
    'deletiondate',
    'dateofdeletion',
    'removedate',
  ],
  "mother's nhs number": [
    'mothersnhsnumber',
    'mothernhsnumber',
    'mothersnhsno',
    'mothernhsno',
    'nhsnumberofmother',
    'nhsnumbermother',
    'maternalnhsnumber',
  ],
  "mother's local id": [
    'motherslocalid',
    'motherlocalid',
    'motherid',
    'mothersid',
    'motherpersonid',
    'motherspersonid',
  ],
  "mother's given name": [
    'mothersgivenname',
    'mothergivenname',
    'mothersfirstname',
    'motherfirstname',
    'mothersforename',
    'motherforename',
    'motherforenames',
    'mothersforenames',
  ],
  "mother's family name": [
    'mothersfamilyname',
    'motherfamilyname',
    'motherssurname',
    'mothersurname',
    'motherslastname',
    'motherlastname',
  ],
  'same person': ['sameperson', 'isitthesameperson', 'decision', 'matchdecision'],
  "mother's name": ['mothersname', 'mothername', 'nameofmother', 'mothersfullname', 'motherfullname'],
  "mother's date of birth": [
    'mothersdateofbirth',
    'motherdateofbirth',
    'mothersdob',
    'motherdob',
    'dateofbirthofmother',
  ],
}

const FIELD_OF_HEADING: ReadonlyMap<string, SheetField> = new Map(
  SHEET_FIELDS.flatMap(field => SYNONYMS[field].map(heading => [heading, field] as const)),
)

/** Headings given by hand, field by field, for a table that calls things otherwise. */
export type ColumnMap = Readonly<Record<string, string>>

/** A heading as it is compared: case, spacing, accents and punctuation do not count. */
export function foldHeading(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}

/** How many headings of a row are understood: the row of headings has the most of any before the people. */
export function headingsUnderstood(cells: readonly string[], map: ColumnMap = {}): number {
  const named = new Set(Object.values(map).map(foldHeading))
  return cells.filter(cell => FIELD_OF_HEADING.has(foldHeading(cell)) || named.has(foldHeading(cell))).length
}

/** The columns that one column of whole names can take the place of: `SURNAME, Forename` (rule 17.11). */
export const WHOLE_NAMES = [
  { whole: 'name', given: 'given name', family: 'family name' },
  { whole: "mother's name", given: "mother's given name", family: "mother's family name" },
] as const satisfies readonly Record<'whole' | 'given' | 'family', SheetField>[]

function isPartOfName(field: SheetField): boolean {
  return field === WHOLE_NAMES[0].given || field === WHOLE_NAMES[0].family
}

/** Finds the columns of a row of headings. What the map names comes first; the other headings are understood by themselves. */
export function findColumns(
  cells: readonly string[],
  needed: readonly SheetField[],
  map: ColumnMap = {},
): Result<Columns, ColumnsFault> {
  const at = new Map<SheetField, number>()
  const headings = new Map<SheetField, string>()
  const folded = cells.map(foldHeading)
  const take = (field: SheetField, column: number) => {
    at.set(field, column)
    headings.set(field, cells[column]?.trim() ?? '')
  }
  for (const [name, heading] of Object.entries(map)) {
    const field = SHEET_FIELDS.find(known => foldHeading(known) === foldHeading(name))
    if (!field) return failure({ kind: 'unknown-field', name })
    const column = folded.indexOf(foldHeading(heading))
    if (column < 0) return failure({ kind: 'heading-not-there', field, heading })
    take(field, column)
  }
  const byHand = new Map(at)
  const taken = new Set(at.values())
  const ignored: string[] = []
  for (const [column, heading] of folded.entries()) {
    if (taken.has(column) || heading === '') continue
    const field = FIELD_OF_HEADING.get(heading)
    if (!field || byHand.has(field)) {
      ignored.push(cells[column]?.trim() ?? '')
      continue
    }
    const other = headings.get(field)
    if (other !== undefined) {
      return failure({ kind: 'two-columns', field, headings: [other, cells[column]?.trim() ?? ''] })
    }
    take(field, column)
  }
  const missing = needed.filter(field => !at.has(field) && !(isPartOfName(field) && at.has('name')))
  return missing.length > 0
    ? failure({ kind: 'missing-columns', fields: missing })
    : success({ at, headings, ignored, width: folded.findLastIndex(heading => heading !== '') + 1 })
}
