import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../../domain/audit.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { type ApiVersion, readAccept } from '../../formats/mesh/api-version.ts'

/** What becomes known of a request while it is dealt with: what its audit entry is made of. */
export interface Exchange {
  action: string
  version: ApiVersion
  /** What the audit entry of a refusal can be found by; told to the caller. */
  reference: string
  /** The mailbox that calls, once its token opened it. */
  mailbox?: MailboxId
  /** The mailbox of a token that opened nothing. */
  claimedMailbox?: string
  messageId?: string
  /** The code of the refusal or failure. */
  reason?: string
  /** Whether a flow has already left the audit entry. */
  audited: boolean
}

/** Keeps the exchange of each request as long as the request itself; it begins when it is first asked for. */
export function keepExchanges(newId: () => string): (request: FastifyRequest) => Exchange {
  const begun = new WeakMap<FastifyRequest, Exchange>()
  return request => {
    const known = begun.get(request)
    if (known) return known
    const accepted = readAccept(request.headers.accept)
    const exchange: Exchange = {
      action: 'unknown request',
      version: accepted.ok ? accepted.value : 1,
      reference: newId(),
      audited: false,
    }
    begun.set(request, exchange)
    return exchange
  }
}

/** The entry of a request that no flow recorded, answered with this HTTP status. */
export function entryOf(exchange: Exchange, status: number): Omit<AuditEntry, 'id' | 'at'> {
  const { action, reference, mailbox, claimedMailbox, messageId, reason } = exchange
  return {
    door: 'mesh',
    action,
    outcome: status < 300 ? 'allowed' : status < 500 ? 'refused' : 'failed',
    traceId: reference,
    ...(reason && { reason }),
    ...(mailbox && { actor: mailbox }),
    ...(messageId && { subject: messageId }),
    ...(claimedMailbox && !mailbox && { details: { claimedMailbox } }),
  }
}
