import { localDay, planTimeOf } from '../domain/english-time.ts'
import { type NhsNumberFault, otherNationWords } from '../domain/nhs-number.ts'

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** A day `YYYY-MM-DD` as people write it: `3 March 2026`. */
export function dayWords(day: string): string {
  const [year, month, date] = day.slice(0, 10).split('-')
  return `${Number(date)} ${MONTHS[Number(month) - 1]} ${year}`
}

/** An instant in English local time: `3 March 2026 at 14:05`. */
export function instantWords(instant: Date): string {
  const local = planTimeOf(instant)
  return `${dayWords(localDay(instant))} at ${local.slice(8, 10)}:${local.slice(10, 12)}`
}

/** What is wrong with digits that were given as an NHS number; a number of another nation is said to be one (rule 1.4). */
export function noNumberWords(fault: NhsNumberFault): string {
  const nation = otherNationWords(fault)
  return nation
    ? `That is ${nation}.`
    : 'That is no NHS number: it has ten digits, of which the last is a check digit.'
}

/** A number with what it counts: `1 record`, `2,000 records`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`
}

/** Labels and values in two columns, the labels as wide as the widest; rows without a value are left out. */
export function columns(rows: readonly (readonly [label: string, value: string | undefined])[], indent = 2) {
  const known = rows.filter(([, value]) => value !== undefined)
  const width = Math.max(...known.map(([label]) => label.length))
  return known.map(([label, value]) => `${' '.repeat(indent)}${label.padEnd(width)}  ${value}`).join('\n')
}

/** A table whose first row is its head; the last column is as wide as it likes. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
