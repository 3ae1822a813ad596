import { element, type XmlNode } from '../xml/xml-writer.ts'
import { SOAP, WSA } from './codes.ts'

/** A SOAP 1.1 envelope around one message; without head, without a header. */
export function writeEnvelope(head: readonly XmlNode[], message: XmlNode): XmlNode {
  return element(
    'soap:Envelope',
    { 'xmlns:soap': SOAP, 'xmlns:wsa': WSA },
    head.length > 0 ? element('soap:Header', {}, ...head) : undefined,
    element('soap:Body', {}, message),
  )
}
