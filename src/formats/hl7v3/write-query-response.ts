import type { SubjectAsSent } from '../../domain/upload/upload.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import { INTERACTIONS } from './codes.ts'
import { valued } from './message.ts'
import { writeNhsQuery } from './nhs-query.ts'
import { writeContact } from './organisations.ts'
import { writeResponsePlan } from './plans.ts'
import type { QueryResponse, QueryResponseContent, ResponsePlan } from './query-response.ts'
import { writeSubject } from './subjects.ts'
import { writeTimestamp } from './time.ts'
import { writeTransmission } from './transmission.ts'

/**
 * Writes the response to a query for whom something is visible (REPC_IN000007GB01): the accesses, one relationship each, and the
 * records of each authority. Where nothing is visible there is no such message: it is a query failure then (rule 4.2).
 */
export function writeQueryResponse({ responseId, answer, ...wrapper }: QueryResponse): XmlNode {
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
        element('id', { root: responseId.toUpperCase() }),
        ...writeResponseParts(answer),
      ),
    ),
    element('queryAck', { type: 'QueryAck' }, element('queryResponseCode', { code: 'OK' })),
  )
}

/**
 * What follows the id of a response: the totals, the accesses, and for each plan a control act with one record of its own, since Spine's
 * own viewer shows one authority for each (rule 12.3). Without plans, the totals alone.
 */
export function writeResponseParts({ plans, accesses }: QueryResponseContent): XmlNode[] {
  return [
    writeTotal('pertinentInformation11', 'pertinentTotalReturnedAccessRecords', accesses.length),
    writeTotal('pertinentInformation12', 'pertinentTotalReturnedChildRecords', plans.length),
    ...accesses.map(access =>
      element(
        'pertinentInformation13',
        {},
        writeNhsQuery('pertinentCP-ISNHSQuery', { ...access, access: 'unscheduled' }),
      ),
    ),
    ...plans.map(plan =>
      element('pertinentInformation14', {}, element('pertinentCP-ISRecordControlAct', {}, writeRecord(plan))),
    ),
  ]
}

function writeTotal(relationship: string, total: string, count: number): XmlNode {
  return element(relationship, {}, element(total, {}, valued('value', count)))
}

function writeRecord(plan: ResponsePlan): XmlNode {
  return element(
    'record',
    {},
    element('communicationFunctionSnd', {}, writeContact(plan.authority)),
    element('CP-ISRecord', {}, writeResponsePlan(plan), writeSubject(subjectOf(plan))),
  )
}

/** The person a plan is for: the mother, where it protects an unborn child (rule 2.2). */
function subjectOf({ type, nhsNumber, subject }: ResponsePlan): SubjectAsSent {
  const { birthDate, ...described } = subject
  return {
    kind: type === 'UCPP' ? 'mother' : 'child',
    ...(nhsNumber !== undefined && { nhsNumber }),
    ...described,
    birthTime: birthDate.replaceAll('-', ''),
  }
}
