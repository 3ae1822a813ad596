import type { FastifyRequest } from 'fastify'
import type { FhirResource } from 'fhir/r4.js'
import { failure, type Result, success } from '../../domain/result.ts'
import type { FhirFault } from '../../formats/fhir/operation-outcome.ts'
import type { FhirApiDeps } from './api-deps.ts'
import type { Exchange } from './exchange.ts'
import { UNAVAILABLE } from './fault-reply.ts'
import { acceptsFhirJson, readAccessKind, readTraceId } from './request-headers.ts'
import type { ServedRead } from './served.ts'

/** The version of what has one: nothing that is read by its id ever changes under it. */
export const ONLY_VERSION = '1'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Reads a resource by its id for a caller who was admitted. An id that leads nowhere and one that the caller may not read are answered
 * alike (rule 4.13); that the service could not look is a fault (rule 4.3).
 */
export async function answerRead(
  served: ServedRead,
  deps: FhirApiDeps,
  request: FastifyRequest,
  exchange: Exchange,
): Promise<Result<FhirResource, FhirFault>> {
  const { requester, action, traceId } = exchange
  if (!requester) throw new Error('A resource must not be read before its caller is admitted')
  const access = readAccessKind(request.headers)
  if (!access.ok) return access
  const trace = readTraceId(request.headers)
  if (!trace.ok) return trace
  const format = new URLSearchParams(request.url.split('?')[1]).get('_format')
  if (!acceptsFhirJson(request.headers, format)) return failure({ kind: 'not-acceptable' })
  const { id = '' } = request.params as Record<string, string>
  if (!UUID.test(id)) return failure({ kind: 'not-found' })
  const read = await deps
    .readById({ requester, of: served.of, id, access: access.value, via: 'fhir', action, traceId })
    .catch((error: unknown) => {
      deps.reportFailure(error, action)
      return undefined
    })
  if (!read) return failure(UNAVAILABLE)
  exchange.audited = true
  return read.ok ? success(served.write(read.value)) : read
}
