import type { Officer } from '../../flows/notification/take-notification-step.ts'
import { actorOf } from '../exchange.ts'
import type { AuthoritySession } from '../session/session.ts'

export function officerOf(session: AuthoritySession): Officer {
  return { authority: session.odsCode, name: session.name, actor: actorOf(session) }
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/** The id in an address; undefined where it can be nobody's. */
export function idOf(text: string): string | undefined {
  return UUID.test(text) ? text : undefined
}
