import type { XmlFault } from '../xml/xml-fault.ts'

/** Why a message sent by this service could not be read by one of its own tools. */
export type MessageFault =
  | ({ readonly kind: 'not-readable' } & XmlFault)
  | { readonly kind: 'incomplete'; readonly element: string; readonly line: number }
