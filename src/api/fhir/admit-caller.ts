import type { FastifyRequest } from 'fastify'
import { ACTIVITY_FOR, mayQuery, type Requester } from '../../domain/query/requester.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { FhirFault } from '../../formats/fhir/operation-outcome.ts'
import type { VerifyToken } from '../../identity/token-verifier.ts'
import type { Exchange } from './exchange.ts'
import { tokenRefusal } from './fault-reply.ts'
import { authorization, readAccessKind } from './request-headers.ts'

/**
 * Who asks and whether they may, before anything else of the request is read (rule 5.4). Where the access header cannot be
 * read the caller must hold at least one of the activities to be told so.
 */
export async function admitCaller(
  request: FastifyRequest,
  exchange: Exchange,
  verifyToken: VerifyToken,
): Promise<Result<Requester, FhirFault>> {
  const signedIn = await signIn(request, exchange, verifyToken)
  if (!signedIn.ok) return signedIn
  const requester = signedIn.value
  const access = readAccessKind(request.headers)
  if (access.ok) {
    const allowed = mayQuery(requester, access.value)
    if (allowed.ok) return success(requester)
    exchange.reason = `missing ${allowed.fault.activity}`
    return allowed
  }
  const mayAskAtAll = Object.values(ACTIVITY_FOR).some(activity => requester.activities.has(activity))
  return mayAskAtAll ? success(requester) : failure({ kind: 'no-activity' })
}

/** Who asks, by their token; from now on the exchange knows them. */
export async function signIn(
  request: FastifyRequest,
  exchange: Exchange,
  verifyToken: VerifyToken,
): Promise<Result<Requester, FhirFault>> {
  const verified = await verifyToken(authorization(request.raw))
  if (verified.ok) {
    exchange.requester = verified.value
    return verified
  }
  const { fault } = verified
  exchange.reason = fault.kind === 'claim-refused' ? `${fault.kind} ${fault.claim}` : fault.kind
  return failure(tokenRefusal(fault))
}
