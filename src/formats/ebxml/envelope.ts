import { failure, type Result, success } from '../../domain/result.ts'
import { SOAP } from '../soap/codes.ts'
import { MOST_ELEMENTS } from '../soap/read-envelope.ts'
import { readTree } from '../xml/read-tree.ts'
import { childrenOf, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlContent, type XmlNode } from '../xml/xml-writer.ts'
import { EB, EBXML_VERSION } from './codes.ts'
import type { EbxmlFault } from './ebxml-header.ts'

/** What an ebXML message says of itself stands in the header of a SOAP 1.1 envelope, its manifest in the body. */
export interface EbxmlEnvelope {
  readonly header: XmlElement
  readonly body: XmlElement
}

/** In characters; a header has about three thousand. */
export const LONGEST_HEADER = 65_536
const LIMITS = { depth: 16, elements: MOST_ELEMENTS, element: LONGEST_HEADER, total: LONGEST_HEADER }

const UNDERSTOOD = ['MessageHeader', 'AckRequested', 'SyncReply', 'Acknowledgment', 'ErrorList']

/** Reads an envelope, as one tree of bounded size. */
export async function readEbxmlEnvelope(bytes: Uint8Array): Promise<Result<EbxmlEnvelope, EbxmlFault>> {
  const tree = await readTree(bytes, LIMITS)
  if (!tree.ok) return notReadable(`line ${tree.fault.line}: ${tree.fault.detail}`)
  const root = tree.value
  if (root.name !== 'Envelope') return notReadable('a SOAP envelope is needed.')
  if (root.namespace !== SOAP) return failure({ kind: 'wrong-version' })
  const [header, ...moreHeaders] = childrenOf(root, 'Header')
  const [body, ...moreBodies] = childrenOf(root, 'Body')
  if (!header || !body || moreHeaders.length + moreBodies.length > 0) {
    return notReadable('the envelope needs one header and one body.')
  }
  const unknown = header.children.some(part => mustBeUnderstood(part) && !isUnderstood(part))
  return unknown ? failure({ kind: 'not-understood' }) : success({ header, body })
}

export function mustBeUnderstood(part: XmlElement): boolean {
  return part.attributes.get(`{${SOAP}}mustUnderstand`)?.trim() === '1'
}

function isUnderstood({ name, namespace }: XmlElement): boolean {
  return namespace === EB && UNDERSTOOD.includes(name)
}

export function notReadable(detail: string): Result<never, EbxmlFault> {
  return failure({ kind: 'not-readable', detail })
}

/** The elements of ebXML with a name. */
export function ebxmlOf(parent: XmlElement, name: string): readonly XmlElement[] {
  return childrenOf({ ...parent, namespace: EB }, name)
}

/** An attribute of ebXML: the schema has them with a prefix, and some leave it out. */
export function ebxmlAttribute({ attributes }: XmlElement, name: string): string | undefined {
  return (attributes.get(`{${EB}}${name}`) ?? attributes.get(name))?.trim()
}

export function writeEbxmlEnvelope(header: readonly XmlContent[], ...body: XmlContent[]): XmlNode {
  return element(
    'soap:Envelope',
    { 'xmlns:soap': SOAP, 'xmlns:eb': EB },
    element('soap:Header', {}, ...header),
    element('soap:Body', {}, ...body),
  )
}

/** What every element at the top of a header or body has. */
export const UNDERSTAND_2_0 = { 'eb:version': EBXML_VERSION, 'soap:mustUnderstand': '1' } as const
