import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../../domain/audit.ts'
import type { Asid } from '../../domain/client-system.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Author } from '../../domain/requester.ts'

/** What becomes known of a request while it is dealt with: what its audit entry is made of. */
export interface Exchange {
  action: string
  traceId: string
  /** The system that sent it, as it calls itself. */
  system?: Asid
  author?: Author
  nhsNumber?: NhsNumber
  /** The code of the refusal or failure. */
  reason?: string
  /** Whether whoever answered has already left the audit entry. */
  audited: boolean
}

/** An audit entry as the door knows it; when and under which id is the audit log's. */
export type RequestEntry = Omit<AuditEntry, 'id' | 'at' | 'door'> & { readonly door: 'spine' }

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

/** The entry of a request that no flow dealt with: nothing but an answer that was never made is allowed here. */
export function entryOf(exchange: Exchange): RequestEntry {
  const { action, traceId, system, author, nhsNumber, reason } = exchange
  return {
    door: 'spine',
    action,
    outcome: reason === 'system-failure' ? 'failed' : 'refused',
    ...(reason && { reason }),
    ...(author && { author }),
    ...(nhsNumber && { nhsNumber }),
    traceId,
    ...(system && { details: { system } }),
  }
}
