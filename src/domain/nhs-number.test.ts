import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  displayNhsNumber,
  type NhsNumber,
  nhsCheckDigit,
  otherNationWords,
  parseNhsNumber,
} from './nhs-number.ts'

/** Another way to say rule 1.1: all ten digits, weighted 10 down to 1, make a multiple of eleven. */
function elevenDivides(digits: string): boolean {
  return [...digits].reduce((sum, digit, index) => sum + Number(digit) * (10 - index), 0) % 11 === 0
}

const tenDigits = fc.stringMatching(/^[0-9]{10}$/)
const nineDigits = fc.stringMatching(/^[0-9]{9}$/)

describe('rule 1.1: ten digits, the last of which checks the others', () => {
  test.each(['9990000018', '9990001014', '9990000026'])('%s is one', number => {
    expect(parseNhsNumber(number)).toEqual({ ok: true, value: number })
  })

  test('exactly the numbers whose weighted sum eleven divides, all zeros excepted', () => {
    fc.assert(
      fc.property(tenDigits, digits => {
        const read = parseNhsNumber(digits)
        const right = read.ok || otherNationWords(read.fault) !== undefined
        expect(right).toBe(elevenDivides(digits) && digits !== '0000000000')
      }),
      { numRuns: 2000 },
    )
  })

  test('nine digits have one check digit or, where it would be 10, none', () => {
    fc.assert(
      fc.property(nineDigits, nine => {
        const right = [...'0123456789'].filter(last => elevenDivides(nine + last))
        expect([nhsCheckDigit(nine)].filter(digit => digit !== undefined)).toEqual(right.map(Number))
      }),
    )
  })

  test('one wrong digit, or two neighbours exchanged, is always found', () => {
    fc.assert(
      fc.property(nineDigits, fc.nat(9), fc.integer({ min: 1, max: 9 }), (nine, at, by) => {
        const check = nhsCheckDigit(nine)
        fc.pre(check !== undefined && nine !== '000000000')
        const digits = [...`${nine}${check}`]
        const wrong = digits.with(at, String((Number(digits[at]) + by) % 10))
        expect(parseNhsNumber(wrong.join('')).ok).toBe(false)
        const [a = '', b = ''] = digits.slice(at, at + 2)
        fc.pre(b !== '' && a !== b)
        expect(parseNhsNumber(digits.toSpliced(at, 2, b, a).join('')).ok).toBe(false)
      }),
    )
  })

  test.each([
    ['', 'not-ten-digits'],
    ['999000001', 'not-ten-digits'],
    ['99900000180', 'not-ten-digits'],
    ['999 000 0018', 'not-ten-digits'],
    ['9990000018\n', 'not-ten-digits'],
    ['٩٩٩٠٠٠٠٠١٨', 'not-ten-digits'],
    ['0000000000', 'all-zero'],
    ['9990000019', 'check-digit'],
  ])('"%s" is refused: %s', (text, fault) => {
    expect(parseNhsNumber(text)).toEqual({ ok: false, fault })
  })
})

/** The right number of the first nine digits from these on that have one. */
function numberFrom(nineDigits: string): string {
  const check = nhsCheckDigit(nineDigits)
  return check === undefined
    ? numberFrom(String(Number(nineDigits) + 1).padStart(9, '0'))
    : `${nineDigits}${check}`
}

describe('(rule 1.4) numbers of other nations', () => {
  test.each([
    ['the first of Scotland', '010100000', 'scotland'],
    ['a day of a leap year', '290200000', 'scotland'],
    ['the last day of Scotland', '311299000', 'scotland'],
    ['the first of Northern Ireland', '320000001', 'northern-ireland'],
    ['one of the last of Northern Ireland', '399999980', 'northern-ireland'],
  ] as const)('%s is known by its range', (_, nineDigits, nation) => {
    expect(parseNhsNumber(numberFrom(nineDigits))).toEqual({ ok: false, fault: nation })
  })

  test.each([
    ['a day 0', '000100000'],
    ['a month 0', '010000000'],
    ['a month 13', '011300000'],
    ['30 February', '300200000'],
    ['29 February of no leap year', '290201000'],
    ['what follows Scotland', '311300000'],
    ['what follows Northern Ireland', '400000000'],
    ['made-up people', '999000001'],
  ])('%s is no number of theirs', (_, nineDigits) => {
    expect(parseNhsNumber(numberFrom(nineDigits)).ok).toBe(true)
  })

  test('a mistyped one is mistyped, whosever it might be', () => {
    const right = numberFrom('320000001')
    const wrong = `${right.slice(0, 9)}${(Number(right[9]) + 1) % 10}`
    expect(parseNhsNumber(wrong)).toEqual({ ok: false, fault: 'check-digit' })
    expect(otherNationWords('check-digit')).toBeUndefined()
  })
})

test('people read it in three, three and four digits', () => {
  expect(displayNhsNumber('9990000018' as NhsNumber)).toBe('999 000 0018')
})
