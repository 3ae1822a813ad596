import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../../domain/audit.ts'
import { type Exchange as DoorExchange, keepExchanges, UNKNOWN_REQUEST } from '../common/exchange.ts'
import type { Session } from './session.ts'

/** What becomes known of a request while it is dealt with. */
export interface Exchange extends DoorExchange {
  session?: Session
  /** Whether this request is one of pages alone: of styles, or of what anybody may see. */
  harmless?: boolean
}

export type RequestEntry = Omit<AuditEntry, 'id' | 'at' | 'door'> & { readonly door: 'web' }

export function keepWebExchanges(): (request: FastifyRequest) => Exchange {
  return keepExchanges(() => ({ ...UNKNOWN_REQUEST }))
}

/** The entry of a page: who looked, at what, and whether they were let. What a query looked up is in an entry of the FHIR door. */
export function entryOf({ action, reason, session }: Exchange, status: number): RequestEntry {
  return {
    door: 'web',
    action,
    outcome: status >= 500 ? 'failed' : reason ? 'refused' : 'allowed',
    ...(reason && { reason }),
    ...(session && { actor: `${session.kind}: ${session.name}` }),
  }
}
