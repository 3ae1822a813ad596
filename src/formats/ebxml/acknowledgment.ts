import { element, type XmlNode } from '../xml/xml-writer.ts'
import { ACTORS, SIGNAL_ACTIONS } from './codes.ts'
import { type EbxmlEnvelope, ebxmlOf, UNDERSTAND_2_0 } from './envelope.ts'
import { idOf } from './read-header.ts'
import { type EbxmlSignal, writeSignal } from './signal.ts'
import { writeInstant, writeParty } from './write-header.ts'

/** Says that a message was received and is kept: whoever sent it need not send it again. */
export function writeAcknowledgment(signal: EbxmlSignal): XmlNode {
  return writeSignal(
    signal,
    SIGNAL_ACTIONS.acknowledgment,
    element(
      'eb:Acknowledgment',
      { ...UNDERSTAND_2_0, 'soap:actor': ACTORS.toPartyMsh },
      element('eb:Timestamp', {}, writeInstant(signal.timestamp)),
      element('eb:RefToMessageId', {}, signal.refToMessageId),
      writeParty('eb:From', signal.from),
    ),
  )
}

/** The id of the message that an envelope acknowledges, letter for letter; undefined where it does not acknowledge one. */
export function readAcknowledgment({ header }: EbxmlEnvelope): string | undefined {
  const [acknowledgment, ...others] = ebxmlOf(header, 'Acknowledgment')
  if (!acknowledgment || others.length > 0) return undefined
  const [refTo, ...more] = ebxmlOf(acknowledgment, 'RefToMessageId')
  return more.length === 0 ? idOf(refTo) : undefined
}
