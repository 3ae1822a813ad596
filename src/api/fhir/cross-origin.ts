import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Exchange } from './exchange.ts'

/** What a page may send, besides what every page may. */
const SENT = [
  'Authorization',
  'Content-Type',
  'If-None-Exist',
  'IsUnscheduledAccessEvent',
  'IsUnscheduledEvent',
  'Prefer',
  'TraceID',
  'X-Correlation-ID',
  'X-Request-ID',
]

/** What a page may read of an answer, besides what every page may. */
const READ = [
  'Allow',
  'ETag',
  'Location',
  'Retry-After',
  'TraceID',
  'WWW-Authenticate',
  'X-Correlation-ID',
  'X-Request-ID',
]

/** How long a browser need not ask again, in seconds. */
const KEPT_SECONDS = 600

/**
 * Lets pages of the named origins ask from a browser (rule 9.10). A token is sent by the page itself: cookies never count, so that no
 * other page asks in somebody's name. A preflight asks about nobody, and is on record like any request.
 */
export function answerOtherOrigins(
  fastify: FastifyInstance,
  origins: readonly string[],
  exchangeOf: (request: FastifyRequest) => Exchange,
): void {
  if (origins.length === 0) return
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('Vary', 'Origin')
    const { origin } = request.headers
    if (origin === undefined || !origins.includes(origin)) return
    reply.header('Access-Control-Allow-Origin', origin)
    reply.header('Access-Control-Expose-Headers', READ.join(', '))
    if (isPreflight(request)) return allow(request, reply, exchangeOf)
  })
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

function allow(
  request: FastifyRequest,
  reply: FastifyReply,
  exchangeOf: (request: FastifyRequest) => Exchange,
): FastifyReply {
  exchangeOf(request).action = 'preflight'
  return reply
    .code(204)
    .headers({
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': SENT.join(', '),
      'Access-Control-Max-Age': String(KEPT_SECONDS),
    })
    .send()
}
