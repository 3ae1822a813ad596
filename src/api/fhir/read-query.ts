import type { FastifyRequest } from 'fastify'
import type { AccessKind } from '../../domain/query/requester.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { FhirFault } from '../../formats/fhir/operation-outcome.ts'
import { readSearch, type Search } from '../../formats/fhir/read-search.ts'
import type { ServedResource } from '../../formats/fhir/served-resource.ts'
import { acceptsFhirJson, prefersStrict, readAccessKind, readTraceId } from './request-headers.ts'

export interface Query {
  readonly access: AccessKind
  readonly search: Search
}

/** Reads the query of a caller who was admitted: headers first, the number last. */
export function readQuery(request: FastifyRequest, served: ServedResource): Result<Query, FhirFault> {
  const access = readAccessKind(request.headers)
  if (!access.ok) return access
  const traceId = readTraceId(request.headers)
  if (!traceId.ok) return traceId
  if (request.method === 'POST' && typeof request.body !== 'string') {
    return failure({ kind: 'unsupported-media-type' })
  }
  const parameters = parametersOf(request)
  if (!acceptsFhirJson(request.headers, parameters.get('_format'))) return failure({ kind: 'not-acceptable' })
  const search = readSearch(parameters, served, prefersStrict(request.headers))
  return search.ok ? success({ access: access.value, search: search.value }) : search
}

/** The parameters of the address, and of the body of a posted search, which count together (R4, search). */
export function parametersOf(request: FastifyRequest): URLSearchParams {
  const [, ...query] = request.url.split('?')
  const parameters = new URLSearchParams(query.join('?'))
  if (typeof request.body === 'string') {
    for (const [name, value] of new URLSearchParams(request.body)) parameters.append(name, value)
  }
  return parameters
}
