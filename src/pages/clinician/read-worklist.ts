import {
  type NhsNumber,
  type NhsNumberFault,
  otherNationWords,
  parseNhsNumber,
} from '../../domain/nhs-number.ts'
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
    const found = tenDigitsIn(line)
    const good = found.flatMap(number => (number.ok ? [number.value] : []))
    for (const number of good) {
      if (numbers.has(number)) repeated++
      else numbers.add(number)
    }
    if (good.length === 0) unread.push({ line: nth + 1, reason: whyNot(line) })
    else {
      const [other] = found.flatMap(number => (number.ok ? [] : [number.fault]))
      if (other) unread.push({ line: nth + 1, reason: alsoWords(other) })
    }
  }
  return { numbers: [...numbers], unread, repeated }
}

/** Of a line that holds a good number as well. It may be somebody whose number is mistyped. */
function alsoWords(fault: NhsNumberFault): string {
  const nation = otherNationWords(fault)
  return nation ? `It also has ${nation}` : 'It also has 10 digits that are not an NHS number'
}

/** Whatever has ten digits, 3-3-4 or in one, and is not part of something longer. */
function tenDigitsIn(line: string) {
  const visible = line.replace(/\p{Cf}/gu, '')
  const found = visible.matchAll(/(?<!\d)\d{3}[ \u00a0\p{Pd}]?\d{3}[ \u00a0\p{Pd}]?\d{4}(?!\d)/gu)
  return [...found].map(([digits]) => parseNhsNumber(typedNhsNumber(digits)))
}

/** The rule that the longest run of digits breaks: that was meant as the number. */
function whyNot(line: string): string {
  const runs = [...line.matchAll(/\d[\d \u00a0\p{Pd}]*/gu)].map(([run]) => typedNhsNumber(run))
  const read = readTypedNumber(runs.toSorted((one, other) => other.length - one.length)[0] ?? line)
  return read.ok ? 'No NHS number is in this line' : read.fault
}
