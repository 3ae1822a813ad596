import { element, type XmlNode } from '../xml/xml-writer.ts'
import { SOAP, WSA } from './codes.ts'

/** A SOAP 1.1 envelope around one message; without head, without a header. Addressing is that of Spine, where nothing is said. */
export function writeEnvelope(head: readonly XmlNode[], message: XmlNode, addressing = WSA): XmlNode {
  return element(
    'soap:Envelope',
    { 'xmlns:soap': SOAP, 'xmlns:wsa': addressing },
    head.length > 0 ? element('soap:Header', {}, ...head) : undefined,
    element('soap:Body', {}, message),
  )
}
