import type { FastifyRequest } from 'fastify'
import type { FhirResource } from 'fhir/r4.js'
import { failure, type Result, success } from '../../domain/result.ts'
import type { FhirFault } from '../../formats/fhir/operation-outcome.ts'
import type { FhirDoorDeps } from './api-deps.ts'
import type { Exchange } from './exchange.ts'
import { UNAVAILABLE } from './fault-reply.ts'
import { readQuery } from './read-query.ts'
import type { ServedSearch } from './served.ts'

/** Answers a search by a caller who was admitted. That the service could not look is a fault, never an empty bundle (rule 4.3). */
export async function answerSearch(
  served: ServedSearch,
  deps: FhirDoorDeps,
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
    .answerQuery({ requester, nhsNumber, access, door: 'fhir', action, traceId })
    .catch((error: unknown) => {
      deps.reportFailure(error, action)
      return undefined
    })
  if (!answered) return failure(UNAVAILABLE)
  exchange.audited = true
  if (!answered.ok) return answered
  return success(served.write(answered.value, { id: deps.newId(), baseUrl: deps.baseUrl(), search }))
}
