import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { AccessKind } from '../../domain/query/requester.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { Handling } from '../../formats/fhir/read-search.ts'

export interface HeaderFault {
  readonly kind: 'invalid-header'
  readonly header: string
  readonly rule: string
}

/** The guides use both names for one header. */
const ACCESS_HEADERS = ['IsUnscheduledAccessEvent', 'IsUnscheduledEvent'] as const

/**
 * The access asked for: unscheduled where neither header is there (rule 5.1). Anything but true or false is a fault, and so are two that
 * say different things.
 */
export function readAccessKind(headers: IncomingHttpHeaders): Result<AccessKind, HeaderFault> {
  const given = ACCESS_HEADERS.flatMap(header => {
    const value = headerText(headers, header)?.trim().toLowerCase()
    return value === undefined ? [] : [{ header, value }]
  })
  for (const { header, value } of given) {
    if (value !== 'true' && value !== 'false')
      return failure({ kind: 'invalid-header', header, rule: 'must be true or false' })
  }
  const [one, other = one] = given
  if (one?.value !== other?.value) {
    const [header, another] = ACCESS_HEADERS
    return failure({ kind: 'invalid-header', header, rule: `and ${another} must say the same` })
  }
  return success(one?.value === 'false' ? 'scheduled' : 'unscheduled')
}

/** The caller's own reference, undefined where none was sent: up to 128 printable characters. */
export function readTraceId(headers: IncomingHttpHeaders): Result<string | undefined, HeaderFault> {
  const header = 'TraceID'
  const value = headerText(headers, header)?.trim()
  if (!value) return success(undefined)
  return /^[\x20-\x7e]{1,128}$/.test(value)
    ? success(value)
    : failure({ kind: 'invalid-header', header, rule: 'must be at most 128 printable characters' })
}

/** The API platform's own references, which are sent back as they came. One that is no plain token is dropped. */
export function platformReferences(headers: IncomingHttpHeaders): [name: string, value: string][] {
  return ['X-Request-ID', 'X-Correlation-ID'].flatMap(name => {
    const value = headerText(headers, name)
    return value && /^[\x21-\x7e]{1,128}$/.test(value) ? [[name, value] as [string, string]] : []
  })
}

/** The one `Authorization` header. Two are as good as none: nobody could say which of them counts. */
export function authorization({ headers, rawHeaders }: IncomingMessage): string | undefined {
  const sent = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'authorization')
  return sent.length > 1 ? '' : headers.authorization
}

/** Whether the caller takes FHIR JSON; `_format`, where given, overrides the `Accept` header (R4, HTTP, content types). */
export function acceptsFhirJson(headers: IncomingHttpHeaders, format: string | null): boolean {
  if (format !== null) {
    // The plus of a media type that was not percent-encoded arrives as a space.
    return format === 'json' || isFhirJson(format.replace(' ', '+'))
  }
  return !headers.accept || headers.accept.split(',').some(isFhirJson)
}

function isFhirJson(range: string): boolean {
  const [type, ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
  const refused = parameters.some(
    parameter => /^q=0(\.0*)?$/.test(parameter) || /^fhirversion=(?!"?4\.0(\.1)?"?$)/.test(parameter),
  )
  return (
    !refused &&
    ['application/fhir+json', 'application/json', 'text/json', 'application/*', '*/*'].includes(type ?? '')
  )
}

/** Whether the caller would rather be refused than have parameters ignored (R4, search, `Prefer: handling`). */
export function preferredHandling(headers: IncomingHttpHeaders): Handling {
  const form = /(?:^|[,;\s])handling\s*=\s*"?(strict|lenient)"?\s*(?:$|[,;])/i
  return form.exec(headerText(headers, 'Prefer') ?? '')?.[1]?.toLowerCase() as Handling
}

function headerText(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()]
  return Array.isArray(value) ? value.join(', ') : value
}
