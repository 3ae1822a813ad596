import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { faultName, type MeshFault, statusOf } from '../../formats/mesh/mesh-fault.ts'
import { writeFault } from '../../formats/mesh/write-bodies.ts'
import type { MeshApiDeps } from './api-deps.ts'
import type { Exchange } from './exchange.ts'
import { BodyFault, discardRest } from './request-body.ts'

export type ExchangeOf = (request: FastifyRequest) => Exchange
export type Refuse = (request: FastifyRequest, reply: FastifyReply, fault: MeshFault) => FastifyReply

/** Answers with a fault in the caller's version, and lets the caller finish what it is still sending. */
export function refusing(deps: MeshApiDeps, exchangeOf: ExchangeOf): Refuse {
  return (request, reply, fault) => {
    const exchange = exchangeOf(request)
    exchange.reason ??= faultName(fault)
    discardRest(request.raw, deps.maxRequestBytes)
    return reply.send(turnIntoFault(reply, exchange, fault))
  }
}

export function turnIntoFault(reply: FastifyReply, exchange: Exchange, fault: MeshFault): string {
  const { version, messageId, reference } = exchange
  const { contentType, text } = writeFault(version, fault, { reference, ...(messageId && { messageId }) })
  reply.code(statusOf(fault)).header('content-type', contentType)
  return text ?? ''
}

/** Addresses that are not served, and whatever breaks, in the form of this API. */
export function refuseTheRest(
  fastify: FastifyInstance,
  deps: MeshApiDeps,
  exchangeOf: ExchangeOf,
  refuse: Refuse,
): void {
  fastify.setNotFoundHandler((request, reply) => refuse(request, reply, 'not-found'))
  fastify.setErrorHandler((error, request, reply) => {
    const fault = faultOf(error)
    if (fault === 'internal-error' || fault === 'unavailable')
      deps.reportFailure(error, exchangeOf(request).action)
    return refuse(request, reply, fault)
  })
}

function faultOf(error: unknown): MeshFault {
  if (error instanceof BodyFault) return error.fault
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status === 503) return 'unavailable'
  return status >= 400 && status < 500 ? 'unreadable-request' : 'internal-error'
}
