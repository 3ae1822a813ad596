import { failure } from '../../domain/result.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import type { XmlFault } from '../xml/xml-fault.ts'

/** Why a message sent by this service could not be read by one of its own tools. */
export type MessageFault =
  | ({ readonly kind: 'not-readable' } & XmlFault)
  | { readonly kind: 'incomplete'; readonly element: string; readonly line: number }

/** An element that is missing, or that cannot be read, inside the one given. */
export function incomplete(
  element: string,
  { line }: Pick<XmlElement, 'line'>,
): { readonly ok: false; readonly fault: MessageFault } {
  return failure({ kind: 'incomplete', element, line })
}
