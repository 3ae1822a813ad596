import type { XmlNode } from '../xml/xml-writer.ts'
import type { ApplicationAcknowledgement } from './application-acknowledgement.ts'
import { INTERACTIONS } from './codes.ts'
import { writeIssue } from './detected-issues.ts'
import { writeTransmission } from './transmission.ts'

/** Writes what became of a message (MCCI_IN010000UK13): its reasons, if any, and no answer of its own. */
export function writeApplicationAcknowledgement(acknowledgement: ApplicationAcknowledgement): XmlNode {
  const { requestId, outcome, issues, ...wrapper } = acknowledgement
  return writeTransmission(
    INTERACTIONS.applicationAcknowledgement,
    wrapper,
    { outcome, requestId },
    ...issues.map(writeIssue),
  )
}
