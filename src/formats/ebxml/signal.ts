import type { XmlNode } from '../xml/xml-writer.ts'
import { type SIGNAL_ACTIONS, SIGNAL_SERVICE } from './codes.ts'
import type { EbxmlHeader } from './ebxml-header.ts'
import { writeEbxmlEnvelope } from './envelope.ts'
import { writeMessageHeader } from './write-header.ts'

/** A message about a message: it has a header of its own, and no payload. */
export interface EbxmlSignal {
  /** Party keys. */
  readonly from: string
  readonly to: string
  readonly cpaId: string
  readonly conversationId: string
  /** A UUID, which is written in capitals. */
  readonly messageId: string
  readonly timestamp: Date
  /** The message that it is about, letter for letter. */
  readonly refToMessageId: string
}

/** What is said of a message goes back to whoever sent it, in the same conversation. */
export function signalOf(
  header: EbxmlHeader,
  own: Pick<EbxmlSignal, 'from' | 'messageId' | 'timestamp'>,
): EbxmlSignal {
  const { cpaId, conversationId, messageId } = header
  return { ...own, to: header.from.key, cpaId, conversationId, refToMessageId: messageId }
}

export function writeSignal(
  signal: EbxmlSignal,
  action: (typeof SIGNAL_ACTIONS)[keyof typeof SIGNAL_ACTIONS],
  content: XmlNode,
): XmlNode {
  const messageId = signal.messageId.toUpperCase()
  return writeEbxmlEnvelope([
    writeMessageHeader({ ...signal, messageId, service: SIGNAL_SERVICE, action }),
    content,
  ])
}
