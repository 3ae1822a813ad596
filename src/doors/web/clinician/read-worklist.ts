import { type NhsNumber, parseNhsNumber } from '../../../domain/nhs-number.ts'
import { typedNhsNumber } from '../words.ts'
import { readTypedNumber } from './typed-number.ts'

/** A line of a list that holds no NHS number, and why not. */
export interface UnreadLine {
  /** Counted from one. */
  readonly line: number
  readonly reason: string
}

export interface Worklist {
  /** Each person once, in the order of the list. */
  readonly numbers: readonly NhsNumber[]
  readonly unread: readonly UnreadLine[]
  /** How many numbers stood in it more than once. */
  readonly repeated: number
}

/** So many people at most: a department's board has fewer, and a page of them stays small. */
export const LONGEST_WORKLIST = 100

/**
 * Reads a pasted list or a small file: a number in each line, by itself or among whatever else a board says of a patient, which
 * is not kept. Empty lines, and a first line that only has headings, say nothing.
 */
export function readWorklist(text: string): Worklist {
  const numbers = new Set<NhsNumber>()
  const unread: UnreadLine[] = []
  let repeated = 0
  for (const [nth, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (typedNhsNumber(line) === '' || (nth === 0 && !/\d/.test(line))) continue
    const found = numbersIn(line)
    for (const number of found) {
      if (numbers.has(number)) repeated++
      else numbers.add(number)
    }
    if (found.length === 0) unread.push({ line: nth + 1, reason: whyNot(line) })
  }
  return { numbers: [...numbers], unread, repeated }
}

/** Ten digits, 3-3-4 or in one, that are not part of something longer; of a line of many only those that are numbers. */
function numbersIn(line: string): NhsNumber[] {
  const visible = line.replace(/\p{Cf}/gu, '')
  return [...visible.matchAll(/(?<!\d)\d{3}[ \u00a0\p{Pd}]?\d{3}[ \u00a0\p{Pd}]?\d{4}(?!\d)/gu)].flatMap(
    ([found]) => {
      const number = parseNhsNumber(typedNhsNumber(found))
      return number.ok ? [number.value] : []
    },
  )
}

function whyNot(line: string): string {
  const [first] = /\d[\d\s\p{Pd}]*/u.exec(line) ?? []
  const read = readTypedNumber(first ?? line)
  return read.ok ? 'No NHS number is in this line' : read.fault
}
