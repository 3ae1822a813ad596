import { element, type XmlNode } from '../xml/xml-writer.ts'
import { ACTORS, HL7_EBXML, PARTY_TYPE, PAYLOAD, payloadId, XLINK } from './codes.ts'
import type { SentHeader } from './ebxml-header.ts'
import { UNDERSTAND_2_0, writeEbxmlEnvelope } from './envelope.ts'

/** The header of a message with a payload, as an envelope: of a request, or of an answer, which refers to one. */
export function writeEbxmlHeader(header: SentHeader): XmlNode {
  const reliable = header.reliability === 'reliable'
  const messageId = header.messageId.toUpperCase()
  return writeEbxmlEnvelope(
    [
      writeMessageHeader({ ...header, messageId }, reliable ? element('eb:DuplicateElimination') : undefined),
      ...(reliable
        ? [
            element('eb:AckRequested', {
              ...UNDERSTAND_2_0,
              'soap:actor': ACTORS.toPartyMsh,
              'eb:signed': 'false',
            }),
            element('eb:SyncReply', { ...UNDERSTAND_2_0, 'soap:actor': ACTORS.next }),
          ]
        : []),
    ],
    writeManifest(payloadId(messageId)),
  )
}

/** Everything in the order of the schema. */
export function writeMessageHeader(
  header: Omit<SentHeader, 'reliability'>,
  duplicateElimination?: XmlNode,
): XmlNode {
  const { refToMessageId } = header
  return element(
    'eb:MessageHeader',
    UNDERSTAND_2_0,
    writeParty('eb:From', header.from),
    writeParty('eb:To', header.to),
    element('eb:CPAId', {}, header.cpaId),
    element('eb:ConversationId', {}, header.conversationId),
    element('eb:Service', {}, header.service),
    element('eb:Action', {}, header.action),
    element(
      'eb:MessageData',
      {},
      element('eb:MessageId', {}, header.messageId),
      element('eb:Timestamp', {}, writeInstant(header.timestamp)),
      refToMessageId === undefined ? undefined : element('eb:RefToMessageId', {}, refToMessageId),
    ),
    duplicateElimination,
  )
}

export function writeParty(name: 'eb:From' | 'eb:To', key: string): XmlNode {
  return element(name, {}, element('eb:PartyId', { 'eb:type': PARTY_TYPE }, key))
}

/** To the second, in UTC. */
export function writeInstant(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`
}

function writeManifest(contentId: string): XmlNode {
  return element(
    'eb:Manifest',
    { ...UNDERSTAND_2_0, 'xmlns:xlink': XLINK, 'xmlns:hl7ebxml': HL7_EBXML },
    element(
      'eb:Reference',
      { 'xlink:href': `cid:${contentId}` },
      element('eb:Schema', PAYLOAD.schema),
      element('eb:Description', { 'xml:lang': 'en' }, PAYLOAD.description),
      element('hl7ebxml:Payload', PAYLOAD.kind),
    ),
  )
}
