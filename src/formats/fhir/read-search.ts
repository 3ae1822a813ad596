import { type NhsNumber, type NhsNumberFault, parseNhsNumber } from '../../domain/nhs-number.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { SYSTEM } from './codes.ts'
import type { SearchPath, ServedResource } from './served-resource.ts'

/** A query as it was understood. */
export interface Search {
  readonly path: SearchPath
  readonly nhsNumber: NhsNumber
  /** The values of `_include` that are served. */
  readonly includes: readonly string[]
  /** The code of what is served, where the caller named it. */
  readonly code?: string
  /** Only how many there are is wanted. */
  readonly countOnly?: true
}

export type SearchFault =
  | { readonly kind: 'invalid-nhs-number'; readonly fault: NhsNumberFault }
  | { readonly kind: 'not-one-patient' }
  | { readonly kind: 'other-identifier-system' }
  | { readonly kind: 'other-code' }
  | { readonly kind: 'unsupported-parameter' }

/** The ways in which consumers name the patient: the guides', R4's chained form, and the plain one. */
const PATIENT_FORMS: readonly string[] = ['patient:identifier', 'patient.identifier', 'patient']

/**
 * Reads the parameters of a search, already percent-decoded. Exactly one patient must be named. What is not known is ignored
 * and left out of the self link, or refused when the caller asked for strict handling (R4, search, "Handling Errors").
 * A semicolon at the end of a value is dropped: one stands in the guide's own example. A code that is not served is refused,
 * also among alternatives: none found would say that none is held (rule 4.6).
 */
export function readSearch(
  parameters: Iterable<readonly [name: string, value: string]>,
  served: ServedResource,
  strict: boolean,
): Result<Search, SearchFault> {
  const patients: string[] = []
  const includes: string[] = []
  const codes: string[] = []
  let unsupported = false
  let countOnly = false
  for (const [name, written] of parameters) {
    const value = written.replace(/;$/, '')
    if (PATIENT_FORMS.includes(name)) patients.push(value)
    else if (name === '_include' && served.includes.includes(value)) includes.push(value)
    else if (served.code && /^code(:|$)/.test(name)) codes.push(name === 'code' ? value : name)
    else if ((name === '_count' && value === '0') || (name === '_summary' && value === 'count'))
      countOnly = true
    else if (name !== '_format') unsupported = true
  }
  if (unsupported && strict) return failure({ kind: 'unsupported-parameter' })
  const [patient, another] = patients
  if (patient === undefined || another !== undefined) return failure({ kind: 'not-one-patient' })
  if (codes.some(code => !namesCode(code, served))) return failure({ kind: 'other-code' })
  const number = readPatient(patient)
  if (!number.ok) return number
  const [code] = codes
  return success({
    path: served.path,
    nhsNumber: number.value,
    includes,
    ...(code !== undefined && { code }),
    ...(countOnly && { countOnly }),
  })
}

/** `system|code` or the code alone, as it is written in the code system. */
function namesCode(value: string, { code }: ServedResource): boolean {
  return code !== undefined && (value === code.code || value === `${code.system}|${code.code}`)
}

/** `system|number` or the number alone. A comma would be R4's "or": several patients. */
function readPatient(value: string): Result<NhsNumber, SearchFault> {
  if (value.includes(',')) return failure({ kind: 'not-one-patient' })
  const bar = value.indexOf('|')
  if (bar >= 0 && value.slice(0, bar) !== SYSTEM.nhsNumber) {
    return failure({ kind: 'other-identifier-system' })
  }
  const number = parseNhsNumber(value.slice(bar + 1))
  return number.ok ? number : failure({ kind: 'invalid-nhs-number', fault: number.fault })
}

/** The query as it was understood, in the guides' form. */
export function writeSelfLink(baseUrl: string, search: Search): string {
  const parameters = [
    `patient:identifier=${SYSTEM.nhsNumber}|${search.nhsNumber}`,
    ...(search.code === undefined ? [] : [`code=${search.code}`]),
    ...search.includes.map(include => `_include=${include}`),
    ...(search.countOnly ? ['_summary=count'] : []),
  ]
  return `${baseUrl}/${search.path}?${parameters.join('&')}`
}
