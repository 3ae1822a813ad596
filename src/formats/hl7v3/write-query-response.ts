import { element, type XmlNode } from '../xml/xml-writer.ts'
import { INTERACTIONS } from './codes.ts'
import { valued } from './message.ts'
import { writeNhsQuery } from './nhs-query.ts'
import { writeContact } from './organisations.ts'
import { writeResponsePlan } from './plans.ts'
import type { QueryResponse, QueryResponseContent } from './query-response.ts'
import { type ResponseRecord, recordsOf } from './response-records.ts'
import { writeSubject } from './subjects.ts'
import { writeTimestamp } from './time.ts'
import { writeTransmission } from './transmission.ts'

/**
 * Writes the response to a query for whom something is visible (REPC_IN000007GB01): the accesses, one relationship each, and the
 * records of each authority. Where nothing is visible there is no such message: it is a query failure then (rule 4.2).
 */
export function writeQueryResponse({ requestId, answer, ...wrapper }: QueryResponse): XmlNode {
  if (answer.plans.length === 0)
    throw new Error('Nothing is visible: the query is answered by a query failure')
  return writeTransmission(
    INTERACTIONS.queryResponse,
    wrapper,
    undefined,
    element(
      'subject',
      { typeCode: 'SUBJ' },
      element(
        'CP-ISNHSQueryResponse',
        {},
        valued('effectiveTime', writeTimestamp(wrapper.createdAt)),
        element('id', { root: requestId.toUpperCase() }),
        ...writeResponseParts(answer),
      ),
    ),
    element('queryAck', { type: 'QueryAck' }, element('queryResponseCode', { code: 'OK' })),
  )
}

/** What follows the id of a response: the totals, the accesses and the records. Without plans, the totals alone. */
export function writeResponseParts({ plans, accesses }: QueryResponseContent): XmlNode[] {
  const records = recordsOf(plans)
  return [
    writeTotal('pertinentInformation11', 'pertinentTotalReturnedAccessRecords', accesses.length),
    writeTotal('pertinentInformation12', 'pertinentTotalReturnedChildRecords', records.length),
    ...accesses.map(access =>
      element(
        'pertinentInformation13',
        {},
        writeNhsQuery('pertinentCP-ISNHSQuery', { ...access, access: 'unscheduled' }),
      ),
    ),
    ...(records.length === 0
      ? []
      : [
          element(
            'pertinentInformation14',
            {},
            element('pertinentCP-ISRecordControlAct', {}, ...records.map(writeRecord)),
          ),
        ]),
  ]
}

function writeTotal(relationship: string, total: string, count: number): XmlNode {
  return element(relationship, {}, element(total, {}, valued('value', count)))
}

function writeRecord({ authority, plans, subjects }: ResponseRecord): XmlNode {
  return element(
    'record',
    {},
    element('communicationFunctionSnd', {}, writeContact(authority)),
    element('CP-ISRecord', {}, ...plans.map(writeResponsePlan), ...subjects.map(writeSubject)),
  )
}
