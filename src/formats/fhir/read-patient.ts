import { type NhsNumber, type NhsNumberFault, parseNhsNumber } from '../../domain/nhs-number.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { SYSTEM } from './codes.ts'

export type PatientFault =
  | { readonly kind: 'invalid-nhs-number'; readonly fault: NhsNumberFault }
  | { readonly kind: 'not-one-patient' }
  | { readonly kind: 'other-identifier-system' }

/**
 * The ways in which consumers name the patient: the guides', R4's chained forms, with the type where one likes, and the plain one; by
 * either of R4's parameters for the person whom a resource is about.
 */
const PATIENT_FORM = /^(patient|subject)(:Patient)?([:.]identifier)?$/

/** Whether a search parameter names the patient. */
export function namesPatient(parameter: string): boolean {
  return PATIENT_FORM.test(parameter)
}

/** The one patient whom all of these name: said twice is said once, and two different ones are refused (rule 4.5). */
export function readPatients(values: readonly string[]): Result<NhsNumber, PatientFault> {
  const numbers = new Set<NhsNumber>()
  for (const value of values) {
    const number = readPatient(value)
    if (!number.ok) return number
    numbers.add(number.value)
  }
  const [patient, another] = numbers
  return patient === undefined || another !== undefined
    ? failure({ kind: 'not-one-patient' })
    : success(patient)
}

/**
 * `system|number`, the number alone, or `Patient/number`; in groups as people write it, too. A comma would be R4's "or": several
 * patients.
 */
function readPatient(value: string): Result<NhsNumber, PatientFault> {
  if (value.includes(',')) return failure({ kind: 'not-one-patient' })
  const bar = value.indexOf('|')
  if (bar >= 0 && value.slice(0, bar) !== SYSTEM.nhsNumber) {
    return failure({ kind: 'other-identifier-system' })
  }
  const written = bar >= 0 ? value.slice(bar + 1) : value.replace(/^Patient\//, '')
  const number = parseNhsNumber(written.trim().replace(/^(\d{3})[ -](\d{3})[ -](\d{4})$/, '$1$2$3'))
  return number.ok ? number : failure({ kind: 'invalid-nhs-number', fault: number.fault })
}
