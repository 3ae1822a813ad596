import { element, type XmlAttributes, type XmlNode } from '../xml/xml-writer.ts'
import { INTERACTIONS } from './codes.ts'
import { writeNhsQuery } from './nhs-query.ts'
import type { QueryMessage } from './query-message.ts'
import { writeTransmission } from './transmission.ts'

/** Writes a query (QUPC_IN000006GB01) with its namespaces, to stand in a SOAP body or a document. */
export function writeQuery({ query, createdAt, ...wrapper }: QueryMessage): XmlNode {
  return writeTransmission(
    INTERACTIONS.query,
    { ...wrapper, createdAt: createdAt ?? query.effectiveTime },
    undefined,
    element('subject', { typeCode: 'SUBJ' }, writeQueryStub(query)),
  )
}

/** Writes the query alone (the element CP-ISQueryStub); where no wrapper stands around it, it needs the namespaces. */
export function writeQueryStub(
  { effectiveTime, ...asked }: QueryMessage['query'],
  attributes: XmlAttributes = {},
): XmlNode {
  const query = writeNhsQuery('cP-ISNHSQuery', { ...asked, at: effectiveTime })
  return element('CP-ISQueryStub', attributes, query)
}
