import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../../domain/audit/audit.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { type ApiVersion, readAccept } from '../../formats/mesh/api-version.ts'
import { keepExchanges, type Exchange as RequestExchange, UNKNOWN_REQUEST } from '../common/exchange.ts'

/** What becomes known of a request while it is dealt with: what its audit entry is made of. */
export interface Exchange extends RequestExchange {
  version: ApiVersion
  /** What the audit entry of a refusal can be found by; told to the caller. */
  reference: string
  /** The mailbox that calls, once its token opened it. */
  mailbox?: MailboxId
  /** The mailbox of a token that opened nothing. */
  claimedMailbox?: string
  messageId?: string
}

/** Keeps the exchange of each request, with the version of the API that its caller speaks. */
export function keepMeshExchanges(newId: () => string): (request: FastifyRequest) => Exchange {
  return keepExchanges(({ headers }) => {
    const accepted = readAccept(headers.accept)
    return { ...UNKNOWN_REQUEST, version: accepted.ok ? accepted.value : 1, reference: newId() }
  })
}

/** The entry of a request that no flow recorded, answered with this HTTP status. */
export function entryOf(exchange: Exchange, status: number): Omit<AuditEntry, 'id' | 'at'> {
  const { action, reference, mailbox, claimedMailbox, messageId, reason } = exchange
  return {
    via: 'mesh',
    action,
    outcome: status < 300 ? 'allowed' : status < 500 ? 'refused' : 'failed',
    traceId: reference,
    ...(reason && { reason }),
    ...(mailbox && { actor: mailbox }),
    ...(messageId && { subject: messageId }),
    ...(claimedMailbox && !mailbox && { details: { claimedMailbox } }),
  }
}
