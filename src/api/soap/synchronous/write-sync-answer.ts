import { HL7 } from '../../../formats/hl7v3/codes.ts'
import { ANONYMOUS, actionOf } from '../../../formats/soap/codes.ts'
import { type RequestHead, writeHead } from '../../../formats/soap/spine-head.ts'
import { writeEnvelope } from '../../../formats/soap/write-envelope.ts'
import { element, type XmlNode } from '../../../formats/xml/xml-writer.ts'
import type { OutcomeMessage } from '../common/write-outcome.ts'
import type { SynchronousApiDeps } from './api-deps.ts'

/** The answer in the envelope that goes back at once. */
export function writeSyncAnswer(
  deps: Pick<SynchronousApiDeps, 'ownAsid' | 'address'>,
  request: RequestHead,
  { id, interaction, message }: OutcomeMessage,
): XmlNode {
  return writeEnvelope(
    writeHead({
      messageId: id,
      action: actionOf(interaction),
      to: request.replyTo ?? ANONYMOUS,
      from: deps.address(),
      receiverAsid: request.senderAsid,
      senderAsid: deps.ownAsid,
      relatesTo: request.messageId,
    }),
    element('CP-ISNHSQueryResponse', { xmlns: HL7 }, message),
  )
}
