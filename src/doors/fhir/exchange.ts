import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../../domain/audit.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Requester } from '../../domain/requester.ts'

/** What becomes known of a request while it is dealt with: what its audit entry is made of. */
export interface Exchange {
  action: string
  traceId: string
  requester?: Requester
  nhsNumber?: NhsNumber
  /** The code of the refusal or failure. */
  reason?: string
  /** Whether whoever answered has already left the audit entry. */
  audited: boolean
}

/** An audit entry as the door knows it; when and under which id is the audit log's. */
export type RequestEntry = Pick<
  AuditEntry,
  'action' | 'outcome' | 'reason' | 'author' | 'nhsNumber' | 'traceId'
> & { readonly door: 'fhir' }

/**
 * Keeps the exchange of each request as long as the request itself. It begins when it is first asked for: a hook of the whole
 * server may refuse a request before this door sees it.
 */
export function keepExchanges(newId: () => string): (request: FastifyRequest) => Exchange {
  const begun = new WeakMap<FastifyRequest, Exchange>()
  return request => {
    const known = begun.get(request)
    if (known) return known
    const exchange: Exchange = { action: 'unknown request', traceId: newId(), audited: false }
    begun.set(request, exchange)
    return exchange
  }
}

/** The entry of a request that was answered with this HTTP status. */
export function entryOf(exchange: Exchange, status: number): RequestEntry {
  const { action, traceId, requester, nhsNumber, reason } = exchange
  return {
    door: 'fhir',
    action,
    outcome: status < 400 ? 'allowed' : status < 500 ? 'refused' : 'failed',
    ...(reason && { reason }),
    ...(requester && { author: requester.author }),
    ...(nhsNumber && { nhsNumber }),
    traceId,
  }
}
