import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayNhsNumber, type NhsNumber, nhsCheckDigit, parseNhsNumber } from './nhs-number.ts'

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
        expect(parseNhsNumber(digits).ok).toBe(elevenDivides(digits) && digits !== '0000000000')
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

test('people read it in three, three and four digits', () => {
  expect(displayNhsNumber('9990000018' as NhsNumber)).toBe('999 000 0018')
})
