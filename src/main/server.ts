import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

/** The longest part of an address: a page token of the mailbox service may have a thousand characters. */
const LONGEST_PATH_PART = 1024

/**
 * An empty HTTP server that logs and measures each request by the pattern of its route: an address may hold an NHS number, so
 * the framework's own log, which writes addresses, stays off (rule 8.2).
 */
export function createServer(deps: { readonly logger: Logger; readonly metrics?: Metrics }): FastifyInstance {
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: LONGEST_PATH_PART, caseSensitive: true },
  })
  app.addHook('onResponse', async (request, reply) => {
    const fields = {
      door: doorOf(request),
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
    }
    deps.metrics?.request(fields, reply.elapsedTime / 1000)
    deps.logger.debug('request', { ...fields, ms: Math.round(reply.elapsedTime) })
  })
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send({ error: 'Nothing is served at this address.' }),
  )
  app.setErrorHandler(async (error, request, reply) => {
    deps.logger.failure('request failed', error, { door: doorOf(request) })
    return reply.code(500).send({ error: 'The service failed. Nothing can be said about what was asked.' })
  })
  return app
}

function doorOf(request: FastifyRequest): string {
  const route = request.routeOptions.url ?? ''
  if (route.startsWith('/cpis/FHIR')) return 'fhir'
  if (route.startsWith('/messageexchange')) return 'mesh'
  return route.startsWith('/sandbox') ? 'sandbox' : 'operations'
}
