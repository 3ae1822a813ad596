import type { FastifyRequest } from 'fastify'
import type { AuditEntry, InterfaceName } from '../../../domain/audit/audit.ts'
import type { NhsNumber } from '../../../domain/nhs-number.ts'
import type { Author } from '../../../domain/query/requester.ts'
import type { Asid } from '../../../domain/registration/client-system.ts'
import { type Exchange, keepExchanges, UNKNOWN_REQUEST } from '../../common/exchange.ts'

/** What becomes known of a request with an envelope while it is dealt with: what its audit entry is made of. */
export interface SoapExchange extends Exchange {
  traceId: string
  /** The system that sent it, as it calls itself, or as its organisation is known by. */
  system?: Asid
  author?: Author
  nhsNumber?: NhsNumber
}

/** An audit entry as an interface knows it; when and under which id is the audit log's. */
export type SoapEntry<Name extends InterfaceName> = Omit<AuditEntry, 'id' | 'at' | 'via'> & {
  readonly via: Name
}

/** Keeps the exchange of each request, under a reference of our own until the caller gives one. */
export function keepSoapExchanges<E extends SoapExchange>(
  newId: () => string,
): (request: FastifyRequest) => E {
  // What an interface adds to its exchanges becomes known later: none of it is there at the beginning.
  return keepExchanges(() => ({ ...UNKNOWN_REQUEST, traceId: newId() }) as E)
}

/** The entry of a request that no flow dealt with: nothing but an answer that was never made is allowed here. */
export function soapEntry<Name extends InterfaceName>(
  via: Name,
  outcome: 'refused' | 'failed',
  { action, traceId, author, nhsNumber, reason }: SoapExchange,
  details: NonNullable<AuditEntry['details']>,
): SoapEntry<Name> {
  return {
    via,
    action,
    outcome,
    ...(reason && { reason }),
    ...(author && { author }),
    ...(nhsNumber && { nhsNumber }),
    traceId,
    ...(Object.keys(details).length > 0 && { details }),
  }
}
