import type { FastifyRequest } from 'fastify'
import { keepExchanges, type Exchange as RequestExchange, UNKNOWN_REQUEST } from '../api/common/exchange.ts'
import type { AuditEntry } from '../domain/audit/audit.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import type { Session } from './session/session.ts'

/** What becomes known of a request while it is dealt with. */
export interface Exchange extends RequestExchange {
  session?: Session
  /** Whether this request is one of pages alone: of styles, or of what anybody may see. */
  harmless?: boolean
  /** Whose record was opened. */
  nhsNumber?: NhsNumber
  /** What was opened, by its id. */
  subject?: string
  details?: AuditEntry['details']
}

export type RequestEntry = Omit<AuditEntry, 'id' | 'at' | 'via'> & { readonly via: 'web' }

export function keepWebExchanges(): (request: FastifyRequest) => Exchange {
  return keepExchanges(() => ({ ...UNKNOWN_REQUEST }))
}

/** The entry of a page: who looked, at what, and whether they were let. What a query looked up is in an entry of the FHIR API. */
export function entryOf(exchange: Exchange, status: number): RequestEntry {
  const { action, reason, session, nhsNumber, subject, details } = exchange
  return {
    via: 'web',
    action,
    outcome: status >= 500 ? 'failed' : reason ? 'refused' : 'allowed',
    ...(reason && { reason }),
    ...(session && { actor: actorOf(session) }),
    ...(nhsNumber && { nhsNumber }),
    ...(subject !== undefined && { subject }),
    ...(details && { details }),
  }
}

/** Who is signed in, as the audit log names them. */
export function actorOf(session: Session): string {
  const whose = session.kind === 'authority' ? ` ${session.odsCode}` : ''
  return `${session.kind}${whose}: ${session.name}`
}
