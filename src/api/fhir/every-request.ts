import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FhirFault } from '../../formats/fhir/operation-outcome.ts'
import type { FhirApiDeps } from './api-deps.ts'
import type { Exchange } from './exchange.ts'
import { httpFault } from './fault-reply.ts'
import { platformReferences, readTraceId } from './request-headers.ts'

const LONGEST_ADDRESS = 2_000

type ExchangeOf = (request: FastifyRequest) => Exchange
type Refuse = (request: FastifyRequest, reply: FastifyReply, fault: FhirFault) => FastifyReply

/** What every answer carries, whatever it says: the caller's references, and that nobody may keep it. */
export function greetEveryRequest(fastify: FastifyInstance, exchangeOf: ExchangeOf, refuse: Refuse): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const exchange = exchangeOf(request)
    const sent = readTraceId(request.headers)
    if (sent.ok && sent.value) exchange.traceId = sent.value
    reply.headers({
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      TraceID: exchange.traceId,
      ...Object.fromEntries(platformReferences(request.headers)),
    })
    if (request.url.length > LONGEST_ADDRESS)
      return refuse(request, reply, { kind: 'too-long', part: 'address' })
  })
}

/** Addresses and methods that are not served, and whatever the HTTP server refuses or fails at, in FHIR's form. */
export function refuseTheRest(
  fastify: FastifyInstance,
  exchangeOf: ExchangeOf,
  refuse: Refuse,
  deps: FhirApiDeps,
): void {
  const methodsAt = new Map<string, string[]>()
  fastify.addHook('onRoute', ({ url, method }) => {
    methodsAt.set(url, [...(methodsAt.get(url) ?? []), ...[method].flat()])
  })
  fastify.setNotFoundHandler((request, reply) => {
    const address = (request.url.split('?')[0] ?? '').split('/')
    const served = [...methodsAt].filter(([route]) => isServedAt(route.split('/'), address))
    const allowed = served[0]?.[1]
    return refuse(request, reply, allowed ? { kind: 'method-not-allowed', allowed } : { kind: 'not-found' })
  })
  fastify.setErrorHandler((error, request, reply) => {
    const fault = httpFault(error)
    if (fault.kind === 'internal-error' || fault.kind === 'unavailable')
      deps.reportFailure(error, exchangeOf(request).action)
    return refuse(request, reply, fault)
  })
}

/** Parts of a route that are not fixed have a form: `:id([0-9a-f-]{36})`. */
function isServedAt(route: readonly string[], address: readonly string[]): boolean {
  return (
    route.length === address.length &&
    route.every((part, nth) => {
      const form = /^:\w+\((.+)\)$/.exec(part)?.[1]
      return form ? new RegExp(`^${form}$`).test(address[nth] ?? '') : part === address[nth]
    })
  )
}
