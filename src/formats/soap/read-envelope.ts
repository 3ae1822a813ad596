import { failure, type Result, success } from '../../domain/result.ts'
import { HL7 } from '../hl7v3/codes.ts'
import { childrenOf, type XmlElement } from '../xml/xml-element.ts'
import { readXml, XML_LIMITS } from '../xml/xml-reader.ts'
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

/** Reads a SOAP 1.1 envelope as one tree of bounded size (rule 3.13 holds for it as for uploads). */
export async function readEnvelope(bytes: Uint8Array): Promise<Result<SoapEnvelope, SoapFault>> {
  let root: XmlElement | undefined
  const limits = { ...XML_LIMITS, element: LONGEST_ENVELOPE, total: LONGEST_ENVELOPE }
  for await (const item of readXml(wholly(bytes), { limits })) {
    if (item.kind === 'fault') return notReadable(`line ${item.fault.line}: ${item.fault.detail}`)
    root = item.element
  }
  if (root?.name !== 'Envelope') return notReadable('a SOAP envelope is needed.')
  if (root.namespace !== SOAP) return failure({ kind: 'wrong-version' })
  const [header, ...moreHeaders] = childrenOf(root, 'Header')
  const [body, ...moreBodies] = childrenOf(root, 'Body')
  const [message, ...moreMessages] = body?.children ?? []
  if (moreHeaders.length > 0) return notReadable('the envelope has more than one header.')
  if (!message || moreBodies.length > 0 || moreMessages.length > 0) {
    return notReadable('the envelope needs one body with one message.')
  }
  const unknown = header?.children.some(part => mustBeUnderstood(part) && !isUnderstood(part))
  return unknown ? failure({ kind: 'not-understood' }) : success({ header, message })
}

async function* wholly(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function mustBeUnderstood(part: XmlElement): boolean {
  return part.attributes.get(`{${SOAP}}mustUnderstand`)?.trim() === '1'
}

function isUnderstood({ namespace }: XmlElement): boolean {
  return namespace === WSA || namespace === HL7
}

function notReadable(detail: string): Result<never, SoapFault> {
  return failure({ kind: 'not-readable', detail })
}
