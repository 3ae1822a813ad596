import type { Shown } from './client-certificate.ts'
import { type SoapEntry, type SoapExchange, soapEntry } from './soap-exchange.ts'

/** What becomes known of a request by Spine messaging. */
export interface Exchange extends SoapExchange {
  /** Where certificates are checked. */
  shown?: Shown
}

export type RequestEntry = SoapEntry<'spine'>

/** The entry of a request by Spine messaging that no flow dealt with. */
export function entryOf(exchange: Exchange): RequestEntry {
  const { system, shown, reason } = exchange
  const certificate = shown?.certificate
  const outcome = reason === 'system-failure' ? 'failed' : 'refused'
  return soapEntry('spine', outcome, exchange, {
    ...(system && { system }),
    ...(certificate && { certificate }),
  })
}
