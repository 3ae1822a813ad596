import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SoapFault } from '../../formats/soap/soap-fault.ts'
import type { SpineDoorDeps } from './door-deps.ts'
import type { Exchange } from './exchange.ts'
import { httpFault } from './fault-reply.ts'

type ExchangeOf = (request: FastifyRequest) => Exchange
type Refuse = (request: FastifyRequest, reply: FastifyReply, fault: SoapFault) => FastifyReply

/** What every answer carries, whatever it says: that nobody may keep it. */
export function greetEveryRequest(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
  })
}

/** Addresses and methods that are not served, and whatever the HTTP server refuses or fails at, in Spine's form. */
export function refuseTheRest(
  fastify: FastifyInstance,
  exchangeOf: ExchangeOf,
  refuse: Refuse,
  deps: Pick<SpineDoorDeps, 'reportFailure'>,
): void {
  fastify.setNotFoundHandler((request, reply) => refuse(request, reply, { kind: 'unsupported-service' }))
  fastify.setErrorHandler((error, request, reply) => {
    const fault = httpFault(error)
    if (fault.kind === 'system-failure') deps.reportFailure(error, exchangeOf(request).action)
    return refuse(request, reply, fault)
  })
}
