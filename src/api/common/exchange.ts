import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** What becomes known of a request while it is dealt with, at every interface: what its audit entry is made of. */
export interface Exchange {
  /** What is asked for, in the audit log's words. */
  action: string
  /** The code of the refusal or failure. */
  reason?: string
  /** Whether whoever answered has already left the audit entry. */
  audited: boolean
}

export const UNKNOWN_REQUEST = { action: 'unknown request', audited: false } as const

/**
 * Keeps the exchange of each request as long as the request itself. It begins when it is first asked for: a hook of the whole
 * server may refuse a request before its interface sees it.
 */
export function keepExchanges<E extends Exchange>(
  begin: (request: FastifyRequest) => E,
): (request: FastifyRequest) => E {
  const begun = new WeakMap<FastifyRequest, E>()
  return request => {
    const known = begun.get(request)
    if (known) return known
    const exchange = begin(request)
    begun.set(request, exchange)
    return exchange
  }
}

/**
 * The one place where an interface leaves audit entries, for what no flow recorded: after the answer is made and before it is sent. If
 * the entry cannot be left there is no answer, but what `couldNot` makes of the reply (rule 8.1).
 */
export function auditEveryRequest<E extends Exchange>(
  fastify: FastifyInstance,
  api: {
    readonly exchangeOf: (request: FastifyRequest) => E
    readonly record: (exchange: E, status: number) => Promise<void>
    /** Told of every failure whose details the caller is not shown. */
    readonly reportFailure: (error: unknown, action: string) => void
    readonly couldNot: (reply: FastifyReply, exchange: E) => string
  },
): void {
  fastify.addHook('onSend', async (request, reply, payload) => {
    const exchange = api.exchangeOf(request)
    if (exchange.audited) return payload
    try {
      await api.record(exchange, reply.statusCode)
      exchange.audited = true
      return payload
    } catch (error) {
      api.reportFailure(error, 'record request')
      reply.removeHeader('content-length')
      return api.couldNot(reply, exchange)
    }
  })
}
