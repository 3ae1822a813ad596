import { element, type XmlNode } from '../xml/xml-writer.ts'
import { INTERACTIONS } from './codes.ts'
import { writeIssue } from './detected-issues.ts'
import type { QueryFailure } from './query-failure.ts'
import { writeTransmission } from './transmission.ts'

/** Writes that a query failed (QUQI_IN010000UK14), which is also how "nothing held" is said (rule 4.2). */
export function writeQueryFailure({ requestId, issues, ...wrapper }: QueryFailure): XmlNode {
  return writeTransmission(
    INTERACTIONS.queryFailure,
    wrapper,
    { outcome: 'AE', requestId },
    ...issues.map(writeIssue),
    element('queryAck', { type: 'QueryAck' }, element('queryResponseCode', { code: 'ID' })),
  )
}
