import type { NhsNumber } from '../../domain/nhs-number.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { SYSTEM } from './codes.ts'
import { hasElement, type Part } from './elements.ts'
import { namesPatient, type PatientFault, readPatients } from './read-patient.ts'
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
  /** How many matches a page has at most. */
  readonly count?: number
  /** The id of the last match of the page before. */
  readonly after?: string
  /** What of each resource is wanted; absent: all of it. */
  readonly part?: Part
}

export type SearchFault =
  | PatientFault
  | { readonly kind: 'other-code' }
  /** The name is undefined where it cannot be shown, because it may hold a number of somebody. */
  | { readonly kind: 'unsupported-parameter'; readonly name: string | undefined }
  | { readonly kind: 'invalid-parameter'; readonly name: string; readonly rule: string }
  | { readonly kind: 'page-gone' }

/** What the caller wants done about what is not understood (R4, search, `Prefer: handling`); undefined: nothing was said. */
export type Handling = 'strict' | 'lenient' | undefined

/** The name of our own parameter in the links to further pages. */
export const AFTER = '_after'

/**
 * Reads the parameters of a search, already percent-decoded. Exactly one patient must be named. A parameter that is not known is ignored
 * and left out of the self link, or refused by name where the caller asked for strict handling; one that is known and cannot be read is
 * refused by name, or ignored where the caller asked for lenient handling (rule 4.11). A semicolon at the end of a value is dropped: one
 * stands in the guide's own example. A code that is not served is refused, also among alternatives: none found would say that none is
 * held (rule 4.6).
 */
export function readSearch(
  parameters: Iterable<readonly [name: string, value: string]>,
  served: ServedResource,
  handling: Handling,
): Result<Search, SearchFault> {
  const patients: string[] = []
  const includes: string[] = []
  const codes: string[] = []
  const results: [name: string, value: string][] = []
  const unsupported: string[] = []
  for (const [name, written] of parameters) {
    const value = written.replace(/;$/, '')
    if (namesPatient(name)) patients.push(value)
    else if (name === '_include' && served.includes.includes(value)) includes.push(value)
    else if (served.code && /^code(:|$)/.test(name)) codes.push(name === 'code' ? value : name)
    else if (['_count', '_summary', '_elements', AFTER].includes(name)) results.push([name, value])
    else if (name !== '_format') unsupported.push(name)
  }
  const [first] = unsupported
  if (first !== undefined && handling === 'strict') {
    return failure({ kind: 'unsupported-parameter', name: showable(first) })
  }
  if (codes.some(code => !namesCode(code, served))) return failure({ kind: 'other-code' })
  const number = readPatients(patients)
  if (!number.ok) return number
  const wanted = readResults(results, served, handling === 'lenient')
  if (!wanted.ok) return wanted
  const [code] = codes
  return success({
    path: served.path,
    nhsNumber: number.value,
    includes,
    ...(code !== undefined && { code }),
    ...wanted.value,
  })
}

/** `system|code` or the code alone, as it is written in the code system. */
function namesCode(value: string, { code }: ServedResource): boolean {
  return code !== undefined && (value === code.code || value === `${code.system}|${code.code}`)
}

/** Parameter names are the caller's own: shown only where they look like one and hold no digits, which could be somebody's number. */
function showable(name: string): string | undefined {
  return /^[A-Za-z_][A-Za-z_.:-]{0,63}$/.test(name) ? name : undefined
}

type Results = Pick<Search, 'countOnly' | 'count' | 'after' | 'part'>

/** How much is wanted: R4, search, "Managing Returned Resources". Said twice, a parameter must say the same. */
function readResults(
  parameters: readonly (readonly [name: string, value: string])[],
  { type }: ServedResource,
  lenient: boolean,
): Result<Results, SearchFault> {
  let results: Results = {}
  const seen = new Map<string, string>()
  for (const [name, value] of parameters) {
    const read = readResult(name, value, type)
    const rule =
      read.ok && (seen.get(name) ?? value) !== value ? 'must be given once' : !read.ok && read.fault
    if (rule && !lenient) return failure({ kind: 'invalid-parameter', name, rule })
    if (rule || !read.ok) continue
    seen.set(name, value)
    results = { ...results, ...read.value }
  }
  if (results.after !== undefined && results.count === undefined) {
    const { after: _, ...others } = results
    if (!lenient) return failure({ kind: 'invalid-parameter', name: AFTER, rule: 'needs _count' })
    results = others
  }
  return success(results)
}

function readResult(name: string, value: string, type: string): Result<Results, string> {
  if (name === '_count') {
    if (!/^\d{1,9}$/.test(value)) return failure('must be a whole number')
    return success(Number(value) === 0 ? { countOnly: true } : { count: Number(value) })
  }
  if (name === AFTER) {
    return /^[A-Za-z0-9.-]{1,64}$/.test(value) ? success({ after: value }) : failure('must be an id')
  }
  if (name === '_elements') {
    const names = value.split(',').map(element => element.trim())
    return names.every(element => hasElement(type, element))
      ? success({ part: { kind: 'elements', names } })
      : failure(`must name elements of ${type}, with commas between them`)
  }
  if (value === 'false') return success({})
  if (value === 'count') return success({ countOnly: true })
  return value === 'true' || value === 'text' || value === 'data'
    ? success({ part: { kind: 'summary', of: value } })
    : failure('must be true, text, data, count or false')
}

/** The query as it was understood, in the guides' form. */
export function writeSelfLink(baseUrl: string, search: Search): string {
  const { part } = search
  const parameters: [name: string, value: string][] = [
    ['patient:identifier', `${SYSTEM.nhsNumber}|${search.nhsNumber}`],
    ...(search.code === undefined ? [] : [['code', search.code] as [string, string]]),
    ...search.includes.map((include): [string, string] => ['_include', include]),
    ...(search.count === undefined ? [] : [['_count', String(search.count)] as [string, string]]),
    ...(search.after === undefined ? [] : [[AFTER, search.after] as [string, string]]),
    ...(search.countOnly ? [['_summary', 'count'] as [string, string]] : []),
    ...(part === undefined ? [] : [writePart(part)]),
  ]
  const written = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `${baseUrl}/${search.path}?${written.join('&')}`
}

function writePart(part: Part): [name: string, value: string] {
  return part.kind === 'elements' ? ['_elements', part.names.join(',')] : ['_summary', part.of]
}
