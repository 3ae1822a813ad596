import type { Branded } from './branded.ts'
import { parseCalendarDate } from './english-time.ts'
import { failure, type Result, success } from './result.ts'

/** Ten digits whose last is the modulus-11 check digit of the first nine (rule 1.1). */
export type NhsNumber = Branded<string, 'NhsNumber'>

/** A nation with numbers of its own in the same form, of whom this service holds nobody (rule 1.4). */
export const OTHER_NATIONS = ['scotland', 'northern-ireland'] as const
export type OtherNation = (typeof OTHER_NATIONS)[number]

export type NhsNumberFault = 'not-ten-digits' | 'all-zero' | 'check-digit' | OtherNation

/**
 * Reads an NHS number as it travels: ten digits without spaces. All zeros pass the arithmetic and are refused all the same (rule 1.1),
 * and so is a right number of another nation (rule 1.4).
 */
export function parseNhsNumber(text: string): Result<NhsNumber, NhsNumberFault> {
  if (!/^[0-9]{10}$/.test(text)) return failure('not-ten-digits')
  if (text === '0000000000') return failure('all-zero')
  if (Number(text[9]) !== nhsCheckDigit(text.slice(0, 9))) return failure('check-digit')
  const nation = nationOf(text)
  return nation ? failure(nation) : success(text as NhsNumber)
}

/** The first and the last nine digits from which Northern Ireland has its numbers. */
const NORTHERN_IRELAND = ['320000001', '399999999'] as const

/** Whose number ten digits are: Scotland's begin with a date of birth, day, month and year in two digits each (rule 1.4). */
function nationOf(digits: string): OtherNation | undefined {
  const [, day, month, year] = /^(\d\d)(\d\d)(\d\d)/.exec(digits) ?? []
  // A year of two digits may be of either century; 29 February is in 2000, and nowhere in 1900.
  if (parseCalendarDate(`20${year}${month}${day}`) || parseCalendarDate(`19${year}${month}${day}`))
    return 'scotland'
  const nine = digits.slice(0, 9)
  return nine >= NORTHERN_IRELAND[0] && nine <= NORTHERN_IRELAND[1] ? 'northern-ireland' : undefined
}

const NATION_WORDS: Readonly<Record<OtherNation, string>> = {
  scotland: 'a Scottish CHI number',
  'northern-ireland': 'a Northern Irish H&C number',
}

export function isOtherNation(fault: string): fault is OtherNation {
  return OTHER_NATIONS.some(nation => nation === fault)
}

/** What a number of another nation is, for after "is" (rule 1.4); undefined for any other fault. */
export function otherNationWords(fault: string): string | undefined {
  return isOtherNation(fault) ? `${NATION_WORDS[fault]}, which this service does not cover` : undefined
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
