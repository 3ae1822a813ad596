import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { recordRequest } from '../../flows/record-request.ts'
import { faultName, type MeshFault, statusOf } from '../../formats/mesh/mesh-fault.ts'
import { writeFault } from '../../formats/mesh/write-bodies.ts'
import type { MeshDoorDeps } from './door-deps.ts'
import { type Exchange, entryOf } from './exchange.ts'
import { BodyFault, discardRest } from './request-body.ts'

export type ExchangeOf = (request: FastifyRequest) => Exchange
export type Refuse = (request: FastifyRequest, reply: FastifyReply, fault: MeshFault) => FastifyReply

/** Answers with a fault in the caller's version, and lets the caller finish what it is still sending. */
export function refusing(deps: MeshDoorDeps, exchangeOf: ExchangeOf): Refuse {
  return (request, reply, fault) => {
    const exchange = exchangeOf(request)
    exchange.reason ??= faultName(fault)
    discardRest(request.raw, deps.maxRequestBytes)
    return reply.send(turnIntoFault(reply, exchange, fault))
  }
}

function turnIntoFault(reply: FastifyReply, exchange: Exchange, fault: MeshFault): string {
  const { version, messageId, reference } = exchange
  const { contentType, text } = writeFault(version, fault, { reference, ...(messageId && { messageId }) })
  reply.code(statusOf(fault)).header('content-type', contentType)
  return text ?? ''
}

/**
 * The one place where the door leaves audit entries, for what no flow recorded: after the answer is made and before it is sent.
 * If the entry cannot be left there is no answer, but a 503 (rule 8.1).
 */
export function auditEveryRequest(
  fastify: FastifyInstance,
  deps: MeshDoorDeps,
  exchangeOf: ExchangeOf,
): void {
  const recording = { audit: deps.storage.audit, clock: deps.clock, newId: deps.newId }
  fastify.addHook('onSend', async (request, reply, payload) => {
    const exchange = exchangeOf(request)
    if (exchange.audited) return payload
    try {
      await recordRequest(recording, entryOf(exchange, reply.statusCode))
      exchange.audited = true
      return payload
    } catch (error) {
      deps.reportFailure(error, 'record request')
      reply.removeHeader('content-length')
      return turnIntoFault(reply, exchange, 'unavailable')
    }
  })
}

/** Addresses that are not served, and whatever breaks, in the form of this API. */
export function refuseTheRest(
  fastify: FastifyInstance,
  deps: MeshDoorDeps,
  exchangeOf: ExchangeOf,
  refuse: Refuse,
): void {
  fastify.setNotFoundHandler((request, reply) => refuse(request, reply, 'not-found'))
  fastify.setErrorHandler((error, request, reply) => {
    const fault = faultOf(error)
    if (fault === 'internal-error') deps.reportFailure(error, exchangeOf(request).action)
    return refuse(request, reply, fault)
  })
}

function faultOf(error: unknown): MeshFault {
  if (error instanceof BodyFault) return error.fault
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  return status >= 400 && status < 500 ? 'unreadable-request' : 'internal-error'
}
