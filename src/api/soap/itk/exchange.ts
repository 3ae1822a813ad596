import type { AuditEntry } from '../../../domain/audit/audit.ts'
import type { OdsCode } from '../../../domain/organisation.ts'
import type { XmlElement } from '../../../formats/xml/xml-element.ts'
import { type SoapEntry, type SoapExchange, soapEntry } from '../common/soap-exchange.ts'
import type { FailureCode } from './store-failure.ts'

/** What both envelopes say: who asks, and what they hold. */
export interface ItkQuery {
  readonly messageId: string
  readonly replyTo?: string
  readonly trackingId: string
  /** The one organisation of the audit identity. */
  readonly odsCode: OdsCode
  /** The audit identity, as sent. */
  readonly identities: readonly string[]
  readonly payload: XmlElement
}

/** What becomes known of a request of the mini service. */
export interface Exchange extends SoapExchange {
  /** The id of the request's message, as sent: what an answer relates to. */
  messageId?: string
  /** Present once the envelopes could be read: from here on whatever is said is a response, and no fault. */
  question?: ItkQuery
  /** Why the service could not look. */
  failure?: FailureCode
}

export type RequestEntry = SoapEntry<'smsp'>

/** The entry of a request of the mini service that no flow dealt with. */
export function entryOf(exchange: Exchange): RequestEntry {
  const { system, failure, question } = exchange
  return soapEntry('smsp', failure ? 'failed' : 'refused', exchange, {
    ...(question && detailsOf(question)),
    ...(system && { system }),
  })
}

/** What the audit log keeps of who asks, beside the author: the identities, as their own system knows them. */
export function detailsOf({ trackingId, identities }: ItkQuery): NonNullable<AuditEntry['details']> {
  return { trackingId, identities: identities.join(' ') }
}
