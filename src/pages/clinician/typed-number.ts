import { type NhsNumber, otherNationWords, parseNhsNumber } from '../../domain/nhs-number.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { typedNhsNumber } from '../words.ts'

/** A number as somebody typed, pasted or scanned it, or which rule of rule 1.1 it breaks, in words. */
export function readTypedNumber(text: string): Result<NhsNumber, string> {
  const digits = typedNhsNumber(text)
  if (digits === '') return failure('Enter an NHS number')
  if (/\D/.test(digits)) return failure('An NHS number has digits only')
  if (digits.length !== 10) return failure(`An NHS number has 10 digits: this one has ${digits.length}`)
  const number = parseNhsNumber(digits)
  if (number.ok) return success(number.value)
  const nation = otherNationWords(number.fault)
  if (nation) return failure(`That is ${nation}`)
  return failure(
    number.fault === 'all-zero'
      ? 'Ten zeros are not an NHS number'
      : 'That is not an NHS number: one of its digits must be wrong',
  )
}
