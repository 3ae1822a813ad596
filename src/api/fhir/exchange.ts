import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../../domain/audit/audit.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Requester } from '../../domain/query/requester.ts'
import { keepExchanges, type Exchange as RequestExchange, UNKNOWN_REQUEST } from '../common/exchange.ts'

/** What becomes known of a request while it is dealt with: what its audit entry is made of. */
export interface Exchange extends RequestExchange {
  traceId: string
  requester?: Requester
  nhsNumber?: NhsNumber
}

/** An audit entry as the API knows it; when and under which id is the audit log's. */
export type RequestEntry = Pick<
  AuditEntry,
  'action' | 'outcome' | 'reason' | 'author' | 'nhsNumber' | 'traceId'
> & { readonly via: 'fhir' }

/** Keeps the exchange of each request, under a reference of our own until the caller gives one. */
export function keepFhirExchanges(newId: () => string): (request: FastifyRequest) => Exchange {
  return keepExchanges(() => ({ ...UNKNOWN_REQUEST, traceId: newId() }))
}

/** The entry of a request that was answered with this HTTP status. */
export function entryOf(exchange: Exchange, status: number): RequestEntry {
  const { action, traceId, requester, nhsNumber, reason } = exchange
  return {
    via: 'fhir',
    action,
    outcome: status < 400 ? 'allowed' : status < 500 ? 'refused' : 'failed',
    ...(reason && { reason }),
    ...(requester && { author: requester.author }),
    ...(nhsNumber && { nhsNumber }),
    traceId,
  }
}
