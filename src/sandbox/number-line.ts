import { type NhsNumber, nhsCheckDigit, parseNhsNumber } from '../domain/nhs-number.ts'

/**
 * The NHS numbers of the 999 range in a row (rule 1.3), so that a made-up person needs no memory: position ↔ number, both ways.
 *
 * The digits after 999 are walked from the left. For the rest of the digits the table knows how many ways of writing them
 * leave each remainder modulo 11; the ways that would end in the check digit that does not exist are left out (rule 1.1).
 */
const PREFIX = '999'
const WEIGHTS = [7, 6, 5, 4, 3, 2]
const PREFIX_SUM = 9 * 10 + 9 * 9 + 9 * 8
/** A weighted sum with this remainder would need the check digit 10. */
const NO_SUCH_NUMBER = 1

/** `WAYS[n][r]`: ways of writing the last n digits so that their weighted sum leaves r modulo 11. */
const WAYS = waysByRemainder()

/** How many numbers there are: 909,091. */
export const NUMBER_COUNT = validAfter(0, PREFIX_SUM)

/** The number at a position, 0 to `NUMBER_COUNT` - 1, in rising order. */
export function numberAt(position: number): NhsNumber {
  if (!Number.isInteger(position) || position < 0 || position >= NUMBER_COUNT) {
    throw new RangeError(`No number at position ${position}: there are ${NUMBER_COUNT}`)
  }
  let digits = PREFIX
  let sum = PREFIX_SUM
  let before = position
  for (const [index, weight] of WEIGHTS.entries()) {
    let digit = 0
    for (;;) {
      const here = validAfter(index + 1, sum + weight * digit)
      if (before < here) break
      before -= here
      digit += 1
    }
    digits += digit
    sum += weight * digit
  }
  return `${digits}${nhsCheckDigit(digits)}` as NhsNumber
}

/** The position of a number; undefined where it is not a number of the 999 range. */
export function positionOf(number: string): number | undefined {
  if (!number.startsWith(PREFIX) || !parseNhsNumber(number).ok) return undefined
  let position = 0
  let sum = PREFIX_SUM
  for (const [index, weight] of WEIGHTS.entries()) {
    const digit = Number(number[PREFIX.length + index])
    for (let lower = 0; lower < digit; lower++) position += validAfter(index + 1, sum + weight * lower)
    sum += weight * digit
  }
  return position
}

/** How many valid numbers start with digits of this weighted sum, of which `walked` came after the prefix. */
function validAfter(walked: number, sum: number): number {
  const ways = WAYS[WEIGHTS.length - walked] ?? []
  return ways.reduce(
    (total, count, remainder) => total + ((sum + remainder) % 11 === NO_SUCH_NUMBER ? 0 : count),
    0,
  )
}

function waysByRemainder(): number[][] {
  const table: number[][] = [Array.from({ length: 11 }, (_, remainder) => (remainder === 0 ? 1 : 0))]
  for (const weight of WEIGHTS.toReversed()) {
    const shorter = table.at(-1) ?? []
    const longer = new Array<number>(11).fill(0)
    for (let digit = 0; digit < 10; digit++) {
      for (const [remainder, count] of shorter.entries()) {
        const sum = (remainder + weight * digit) % 11
        longer[sum] = (longer[sum] ?? 0) + count
      }
    }
    table.push(longer)
  }
  return table
}
