import { element, type XmlNode } from '../xml/xml-writer.ts'
import { INTERACTIONS } from './codes.ts'
import { writeNhsQuery } from './nhs-query.ts'
import type { QueryMessage } from './query-message.ts'
import { writeTransmission } from './transmission.ts'

/** Writes a query (QUPC_IN000006GB01) with its namespaces, to stand in a SOAP body or a document. */
export function writeQuery({ query, createdAt, ...wrapper }: QueryMessage): XmlNode {
  const { effectiveTime, ...asked } = query
  return writeTransmission(
    INTERACTIONS.query,
    { ...wrapper, createdAt: createdAt ?? effectiveTime },
    undefined,
    element(
      'subject',
      { typeCode: 'SUBJ' },
      element('CP-ISQueryStub', {}, writeNhsQuery('cP-ISNHSQuery', { ...asked, at: effectiveTime })),
    ),
  )
}
