import type { Answer } from '../../domain/answer.ts'
import type { Result } from '../../domain/result.ts'
import { HL7, INTERACTIONS, type Interaction } from '../../formats/hl7v3/codes.ts'
import { ACCESS_DENIED, issueOf, NO_RECORD } from '../../formats/hl7v3/detected-issues.ts'
import { writeApplicationAcknowledgement } from '../../formats/hl7v3/write-application-acknowledgement.ts'
import { writeQueryFailure } from '../../formats/hl7v3/write-query-failure.ts'
import { writeQueryResponse } from '../../formats/hl7v3/write-query-response.ts'
import { actionOf } from '../../formats/soap/codes.ts'
import { type RequestHead, writeHead } from '../../formats/soap/spine-head.ts'
import { writeEnvelope } from '../../formats/soap/write-envelope.ts'
import { element, type XmlNode } from '../../formats/xml/xml-writer.ts'
import type { SpineDoorDeps } from './door-deps.ts'
import type { QueryRefusal } from './query-refusal.ts'

/**
 * The answer to a query as an envelope: what is held, that nothing is held (rule 4.2), or why the query is refused. Each is a
 * message of its own kind, so that no system can take one for another.
 */
export function writeOutcome(
  deps: SpineDoorDeps,
  request: RequestHead,
  requestId: string,
  outcome: Result<Answer, QueryRefusal>,
): XmlNode {
  const id = deps.newId()
  const systems = { receiverAsid: request.senderAsid, senderAsid: deps.ownAsid }
  const wrapper = { id, createdAt: deps.now(), requestId, ...systems }
  const envelope = (interaction: Interaction, message: XmlNode) =>
    writeEnvelope(
      writeHead({
        messageId: id,
        action: actionOf(interaction),
        to: request.replyTo,
        from: deps.address(),
        ...systems,
        relatesTo: request.messageId,
      }),
      element('CP-ISNHSQueryResponse', { xmlns: HL7 }, message),
    )
  if (!outcome.ok) {
    const refusal = outcome.fault
    const issues = refusal.kind === 'denied' ? [ACCESS_DENIED] : refusal.faults.map(issueOf)
    const refused = writeApplicationAcknowledgement({ ...wrapper, outcome: 'AE', issues })
    return envelope(INTERACTIONS.applicationAcknowledgement, refused)
  }
  const answer = outcome.value
  return answer.plans.length > 0
    ? envelope(INTERACTIONS.queryResponse, writeQueryResponse({ ...wrapper, answer }))
    : envelope(INTERACTIONS.queryFailure, writeQueryFailure({ ...wrapper, issues: NO_RECORD }))
}
