import type { FastifyRequest } from 'fastify'
import type { FhirResource } from 'fhir/r4.js'
import type { AccessKind } from '../../domain/query/requester.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { FhirFault } from '../../formats/fhir/operation-outcome.ts'
import { readSearch, type Search } from '../../formats/fhir/read-search.ts'
import { hasPage } from '../../formats/fhir/search-bundle.ts'
import type { ServedResource } from '../../formats/fhir/served-resource.ts'
import type { FhirApiDeps } from './api-deps.ts'
import type { Exchange } from './exchange.ts'
import { UNAVAILABLE } from './fault-reply.ts'
import { acceptsFhirJson, preferredHandling, readAccessKind, readTraceId } from './request-headers.ts'
import type { ServedSearch } from './served.ts'

/** Answers a search by a caller who was admitted. That the service could not look is a fault, never an empty bundle (rule 4.3). */
export async function answerSearch(
  served: ServedSearch,
  deps: FhirApiDeps,
  request: FastifyRequest,
  exchange: Exchange,
): Promise<Result<FhirResource, FhirFault>> {
  const { requester, action, traceId } = exchange
  if (!requester) throw new Error('A search must not be answered before its caller is admitted')
  const query = readQuery(request, served)
  if (!query.ok) return query
  const { access, search } = query.value
  const { nhsNumber } = search
  exchange.nhsNumber = nhsNumber
  const answered = await deps
    .answerQuery({ requester, nhsNumber, access, via: 'fhir', action, traceId })
    .catch((error: unknown) => {
      deps.reportFailure(error, action)
      return undefined
    })
  if (!answered) return failure(UNAVAILABLE)
  exchange.audited = true
  if (!answered.ok) return answered
  if (search.countOnly && !answered.value.checked) {
    return failure({ kind: 'unchecked' })
  }
  if (!hasPage(served.found(answered.value), search)) return failure({ kind: 'page-gone' })
  return success(served.write(answered.value, { id: deps.newId(), baseUrl: deps.baseUrl(), search }))
}

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
  if (request.method === 'POST' && hasBody(request) && typeof request.body !== 'string') {
    return failure({ kind: 'unsupported-media-type' })
  }
  const parameters = parametersOf(request)
  if (!acceptsFhirJson(request.headers, parameters.get('_format'))) return failure({ kind: 'not-acceptable' })
  const search = readSearch(parameters, served, preferredHandling(request.headers))
  return search.ok ? success({ access: access.value, search: search.value }) : search
}

/** A posted search may have all its parameters in the address, and then no body and no content type. */
function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
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
