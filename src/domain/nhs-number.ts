import type { Branded } from './branded.ts'
import { failure, type Result, success } from './result.ts'

/** Ten digits whose last is the modulus-11 check digit of the first nine (rule 1.1). */
export type NhsNumber = Branded<string, 'NhsNumber'>

export type NhsNumberFault = 'not-ten-digits' | 'all-zero' | 'check-digit'

/**
 * Reads an NHS number as it travels: ten digits without spaces.
 * All zeros pass the arithmetic and are refused all the same (rule 1.1).
 */
export function parseNhsNumber(text: string): Result<NhsNumber, NhsNumberFault> {
  if (!/^[0-9]{10}$/.test(text)) return failure('not-ten-digits')
  if (text === '0000000000') return failure('all-zero')
  if (Number(text[9]) !== nhsCheckDigit(text.slice(0, 9))) return failure('check-digit')
  return success(text as NhsNumber)
}

/** The check digit of nine digits, or undefined where the arithmetic gives 10 and no number exists (rule 1.1). */
export function nhsCheckDigit(nineDigits: string): number | undefined {
  const sum = [...nineDigits].reduce((total, digit, index) => total + Number(digit) * (10 - index), 0)
  const check = (11 - (sum % 11)) % 11
  return check === 10 ? undefined : check
}

/** For people's eyes: three, three and four digits. */
export function displayNhsNumber(number: NhsNumber): string {
  return `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`
}
