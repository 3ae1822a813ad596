import { writeMultipart } from '../mime/write-multipart.ts'
import { renderXml, XML_DECLARATION, type XmlNode } from '../xml/xml-writer.ts'
import { HEADER_ID, payloadId, soapActionOf } from './codes.ts'
import type { SentHeader } from './ebxml-header.ts'
import { writeEbxmlHeader } from './write-header.ts'

/** The content type of the header and of the payload. */
const XML_CONTENT = 'text/xml; charset=UTF-8'

/** A message as it is posted over HTTP. */
export interface WrittenMessage {
  readonly contentType: string
  readonly soapAction: string
  readonly bytes: Uint8Array
}

/** Writes a message around an HL7 payload: an element, or a document that was written before. */
export function writeEbxmlMessage(header: SentHeader, payload: XmlNode | string): WrittenMessage {
  const encoder = new TextEncoder()
  const document = (node: XmlNode) => encoder.encode(XML_DECLARATION + renderXml(node))
  const { contentType, bytes } = writeMultipart([
    { contentId: HEADER_ID, contentType: XML_CONTENT, bytes: document(writeEbxmlHeader(header)) },
    {
      contentId: payloadId(header.messageId.toUpperCase()),
      contentType: XML_CONTENT,
      bytes: typeof payload === 'string' ? encoder.encode(payload) : document(payload),
    },
  ])
  return { contentType, soapAction: soapActionOf(header), bytes }
}
