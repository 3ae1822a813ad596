import type { ServerOptions } from 'node:https'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { InterfaceName } from '../domain/audit/audit.ts'
import { StorageUnavailable } from '../flows/storage-unavailable.ts'
import {
  type EarlyRefusal,
  faultOfHead,
  type RefusalReply,
  refuseUnreadable,
  takeExpectations,
} from './early-refusals.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

type PublicInterface = Exclude<InterfaceName, 'worker'>

/** The longest part of an address: a page token of the mailbox service may have a thousand characters. */
const LONGEST_PATH_PART = 1024

/** Of a request's headers and address together, where it is not set (bytes). */
const LONGEST_HEADERS = 64 * 1024

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
  /** In bytes; what is longer is refused (431). */
  readonly longestHeaders?: number
  /** Records a request that no interface ever sees, because it cannot be read (rule 8.1). */
  readonly onRefused: (via: PublicInterface, refusal: EarlyRefusal) => Promise<void>
  /** The same refusal in the form of the interface it was meant for, where that has one of its own. */
  readonly writeRefusal?: (
    via: PublicInterface,
    refusal: EarlyRefusal | 'unavailable',
  ) => RefusalReply | undefined
}): FastifyInstance {
  const { otherwise, writeRefusal, longestHeaders = LONGEST_HEADERS } = deps
  const refuseEarly = async (address: string, refusal: EarlyRefusal): Promise<RefusalReply> => {
    // Of a request whose address has not come, only what it says is known: callers of the FHIR API send the longest headers.
    const via = address === '' && refusal === 'headers-too-long' ? 'fhir' : interfaceAt(address, otherwise)
    try {
      await deps.onRefused(via, refusal)
    } catch (error) {
      deps.logger.failure('a refusal could not be recorded', error, { via })
      return writeRefusal?.(via, 'unavailable') ?? plainReply('unavailable')
    }
    return writeRefusal?.(via, refusal) ?? plainReply(refusal)
  }
  // Node's own limit lies higher: what is between the two is refused by the interface it was sent to, in its own form.
  const head = { maxHeaderSize: longestHeaders * 2, requireHostHeader: false }
  const app = Fastify({
    ...(deps.https ? { https: { ...deps.https, ...head } } : { http: head }),
    logger: false,
    requestTimeout: REQUEST_WITHIN_MS,
    connectionTimeout: IDLE_MS,
    forceCloseConnections: true,
    frameworkErrors: async (_error, request, reply: FastifyReply) => {
      const { status, contentType, body } = await refuseEarly(request.url, 'malformed-address')
      return reply.code(status).type(contentType).send(body)
    },
    clientErrorHandler: refuseUnreadable(refuseEarly),
    routerOptions: { maxParamLength: LONGEST_PATH_PART, caseSensitive: true },
  })
  takeExpectations(app.server)
  app.addHook('onRequest', async ({ raw }) => {
    const fault = faultOfHead(raw, longestHeaders)
    if (fault) throw fault
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
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
    if (status >= 400 && status < 500)
      return reply.code(status).send({ error: 'The request cannot be read.' })
    deps.logger.failure('request failed', error, { via: interfaceOf(request, deps.otherwise) })
    return reply
      .code(error instanceof StorageUnavailable ? 503 : 500)
      .send({ error: 'The service failed. Nothing can be said about what was asked.' })
  })
  return app
}

const PLAIN: Readonly<Record<EarlyRefusal | 'unavailable', readonly [status: number, error: string]>> = {
  'headers-too-long': [431, 'The headers are too long.'],
  'malformed-address': [
    400,
    'The address is not well-formed: a percent sign must be followed by two hexadecimal digits.',
  ],
  'unreadable-request': [400, 'The request cannot be read.'],
  unavailable: [503, 'The service failed. Nothing can be said about what was asked.'],
}

function plainReply(refusal: EarlyRefusal | 'unavailable'): RefusalReply {
  const [status, error] = PLAIN[refusal]
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify({ error }) }
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
