import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../../../domain/audit/audit.ts'
import type { NhsNumber } from '../../../domain/nhs-number.ts'
import type { Author } from '../../../domain/query/requester.ts'
import type { Asid } from '../../../domain/registration/client-system.ts'
import { type Exchange as DoorExchange, keepExchanges, UNKNOWN_REQUEST } from '../../common/exchange.ts'
import type { Question } from './read-question.ts'
import type { FailureCode } from './store-failure.ts'

/** What becomes known of a request while it is dealt with: what its audit entry is made of. */
export interface Exchange extends DoorExchange {
  traceId: string
  /** The id of the request's message, as sent: what an answer relates to. */
  messageId?: string
  /** Present once the envelopes could be read: from here on whatever is said is a response, and no fault. */
  question?: Question
  /** The one system it can have come from. */
  system?: Asid
  author?: Author
  nhsNumber?: NhsNumber
  /** Why the service could not look. */
  failure?: FailureCode
}

/** An audit entry as the door knows it; when and under which id is the audit log's. */
export type RequestEntry = Omit<AuditEntry, 'id' | 'at' | 'door'> & { readonly door: 'smsp' }

/** Keeps the exchange of each request, under a reference of our own until the caller gives one. */
export function keepSmspExchanges(newId: () => string): (request: FastifyRequest) => Exchange {
  return keepExchanges(() => ({ ...UNKNOWN_REQUEST, traceId: newId() }))
}

/** The entry of a request that no flow dealt with: nothing but an answer that was never made is allowed here. */
export function entryOf(exchange: Exchange): RequestEntry {
  const { action, traceId, system, author, nhsNumber, reason, failure, question } = exchange
  const details = { ...(question && detailsOf(question)), ...(system && { system }) }
  return {
    door: 'smsp',
    action,
    outcome: failure ? 'failed' : 'refused',
    ...(reason && { reason }),
    ...(author && { author }),
    ...(nhsNumber && { nhsNumber }),
    traceId,
    ...(Object.keys(details).length > 0 && { details }),
  }
}

/** What the audit log keeps of who asks, beside the author: the identities, as their own system knows them. */
export function detailsOf({ trackingId, identities }: Question): NonNullable<AuditEntry['details']> {
  return { trackingId, identities: identities.join(' ') }
}
