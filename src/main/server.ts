import type { ServerOptions } from 'node:https'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { InterfaceName } from '../domain/audit/audit.ts'
import { StorageUnavailable } from '../flows/storage-unavailable.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

type PublicInterface = Exclude<InterfaceName, 'worker'>

/** The longest part of an address: a page token of the mailbox service may have a thousand characters. */
const LONGEST_PATH_PART = 1024

/** The longest that a whole request may take to come in: 100 MB over a slow line (milliseconds). */
const REQUEST_WITHIN_MS = 600_000
/** A connection on which nothing moves is given up (milliseconds). */
const IDLE_MS = 120_000

/**
 * An empty HTTP server that logs and measures each request by the pattern of its route: an address may hold an NHS number, so
 * the framework's own log, which writes addresses, stays off (rule 8.2).
 */
export function createServer(deps: {
  readonly logger: Logger
  readonly metrics?: Metrics
  /** How it speaks HTTPS; absent: it speaks HTTP. */
  readonly https?: ServerOptions | undefined
  /** The API of whatever has none of the addresses of systems. */
  readonly otherwise: 'web' | 'operations'
  /** Records a request whose address no interface ever sees, because it cannot be decoded (rule 8.1). */
  readonly onMalformed: (via: PublicInterface) => Promise<void>
}): FastifyInstance {
  const app = Fastify({
    https: deps.https ?? null,
    logger: false,
    requestTimeout: REQUEST_WITHIN_MS,
    connectionTimeout: IDLE_MS,
    forceCloseConnections: true,
    frameworkErrors: async (_error, request, reply: FastifyReply) => {
      await deps.onMalformed(interfaceAt(request.url, deps.otherwise))
      return reply.code(400).send({
        error: 'The address is not well-formed: a percent sign must be followed by two hexadecimal digits.',
      })
    },
    routerOptions: { maxParamLength: LONGEST_PATH_PART, caseSensitive: true },
  })
  app.addHook('onResponse', async (request, reply) => {
    const fields = {
      via: interfaceOf(request, deps.otherwise),
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
    deps.logger.failure('request failed', error, { via: interfaceOf(request, deps.otherwise) })
    return reply
      .code(error instanceof StorageUnavailable ? 503 : 500)
      .send({ error: 'The service failed. Nothing can be said about what was asked.' })
  })
  return app
}

function interfaceOf(request: FastifyRequest, otherwise: PublicInterface): string {
  const route = request.routeOptions.url ?? ''
  return route.startsWith('/sandbox') ? 'sandbox' : interfaceAt(route, otherwise)
}

function interfaceAt(address: string, otherwise: PublicInterface): PublicInterface {
  return ADDRESSES.find(([begin]) => address.startsWith(begin))?.[1] ?? otherwise
}

const ADDRESSES: readonly (readonly [string, PublicInterface])[] = [
  ['/cpis/FHIR', 'fhir'],
  ['/messageexchange', 'mesh'],
  ['/sync-service', 'spine'],
  ['/reliablemessaging', 'spine'],
  ['/smsp', 'smsp'],
  ['/events', 'events'],
]
