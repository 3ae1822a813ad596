import { failure, type Result, success } from '../../domain/result.ts'
import { HL7 } from '../hl7v3/codes.ts'
import { readTree } from '../xml/read-tree.ts'
import { childrenOf, type XmlElement } from '../xml/xml-element.ts'
import type { XmlLimits } from '../xml/xml-reader.ts'
import { SOAP, WSA } from './codes.ts'
import type { SoapFault } from './soap-fault.ts'

export interface SoapEnvelope {
  /** Absent where the envelope has none. */
  readonly header: XmlElement | undefined
  /** The one element in the body. */
  readonly message: XmlElement
}

/** The longest envelope that is read, in characters: a query has a few thousand. */
export const LONGEST_ENVELOPE = 2 ** 20

/** The most elements of an envelope that asks: a query has about a hundred, and each costs time and memory whatever its length. */
export const MOST_ELEMENTS = 5_000

/** How much of a message is read that asks. */
export const QUERY_LIMITS: Partial<XmlLimits> = {
  elements: MOST_ELEMENTS,
  element: LONGEST_ENVELOPE,
  total: LONGEST_ENVELOPE,
}

/** How much is read of an answer, whose elements grow with what is held. */
export const ANSWER_LIMITS: Partial<XmlLimits> = { element: LONGEST_ENVELOPE, total: LONGEST_ENVELOPE }

/** What can be wrong with an envelope, whatever it carries. */
export type EnvelopeFault = Extract<
  SoapFault,
  { readonly kind: 'not-readable' | 'wrong-version' | 'not-understood' }
>

/**
 * Reads a SOAP 1.1 envelope as one tree of bounded size (rule 3.13 holds for it as for uploads). What must be understood of its
 * header must be of one of the namespaces given: those of Spine messaging, where nothing is said. The limits are those of a query,
 * where nothing is said.
 */
export async function readEnvelope(
  bytes: Uint8Array,
  understood: readonly string[] = [WSA, HL7],
  limits = QUERY_LIMITS,
): Promise<Result<SoapEnvelope, EnvelopeFault>> {
  const tree = await readTree(bytes, limits)
  if (!tree.ok) return notReadable(`line ${tree.fault.line}: ${tree.fault.detail}`)
  const root = tree.value
  if (root.name !== 'Envelope') return notReadable('a SOAP envelope is needed.')
  if (root.namespace !== SOAP) return failure({ kind: 'wrong-version' })
  const [header, ...moreHeaders] = childrenOf(root, 'Header')
  const [body, ...moreBodies] = childrenOf(root, 'Body')
  const [message, ...moreMessages] = body?.children ?? []
  if (moreHeaders.length > 0) return notReadable('the envelope has more than one header.')
  if (!message || moreBodies.length > 0 || moreMessages.length > 0) {
    return notReadable('the envelope needs one body with one message.')
  }
  const unknown = header?.children.some(
    part => mustBeUnderstood(part) && !understood.includes(part.namespace),
  )
  return unknown ? failure({ kind: 'not-understood' }) : success({ header, message })
}

function mustBeUnderstood(part: XmlElement): boolean {
  return part.attributes.get(`{${SOAP}}mustUnderstand`)?.trim() === '1'
}

function notReadable(detail: string): Result<never, EnvelopeFault> {
  return failure({ kind: 'not-readable', detail })
}
