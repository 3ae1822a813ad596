import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../../../domain/audit/audit.ts'
import type { NhsNumber } from '../../../domain/nhs-number.ts'
import type { Author } from '../../../domain/query/requester.ts'
import type { Asid } from '../../../domain/registration/client-system.ts'
import { type Exchange as DoorExchange, keepExchanges, UNKNOWN_REQUEST } from '../../common/exchange.ts'
import type { Shown } from './client-certificate.ts'

/** What becomes known of a request while it is dealt with: what its audit entry is made of. */
export interface Exchange extends DoorExchange {
  traceId: string
  /** The system that sent it, as it calls itself. */
  system?: Asid
  /** Where certificates are checked. */
  shown?: Shown
  author?: Author
  nhsNumber?: NhsNumber
}

/** An audit entry as the door knows it; when and under which id is the audit log's. */
export type RequestEntry = Omit<AuditEntry, 'id' | 'at' | 'door'> & { readonly door: 'spine' }

/** Keeps the exchange of each request, under a reference of our own until the caller gives one. */
export function keepSpineExchanges(newId: () => string): (request: FastifyRequest) => Exchange {
  return keepExchanges(() => ({ ...UNKNOWN_REQUEST, traceId: newId() }))
}

/** The entry of a request that no flow dealt with: nothing but an answer that was never made is allowed here. */
export function entryOf(exchange: Exchange): RequestEntry {
  const { action, traceId, system, shown, author, nhsNumber, reason } = exchange
  const certificate = shown?.certificate
  const details = { ...(system && { system }), ...(certificate && { certificate }) }
  return {
    door: 'spine',
    action,
    outcome: reason === 'system-failure' ? 'failed' : 'refused',
    ...(reason && { reason }),
    ...(author && { author }),
    ...(nhsNumber && { nhsNumber }),
    traceId,
    ...(Object.keys(details).length > 0 && { details }),
  }
}
