import { parseCalendarDate, parsePlanTime } from '../../domain/english-time.ts'
import { parseNhsNumber } from '../../domain/nhs-number.ts'
import type { PlanType } from '../../domain/plan/plan.ts'
import { type Result, success } from '../../domain/result.ts'
import type { PlanAsSent, SubjectAsSent } from '../../domain/upload/upload.ts'
import { attributeOf, childrenOf, descend, type XmlElement } from '../xml/xml-element.ts'
import { readAuthor } from './authors.ts'
import { PLAN_DATE_PREFIX } from './codes.ts'
import { incomplete, type MessageFault } from './message-fault.ts'
import { readQueriedNumber } from './nhs-query.ts'
import { readContact } from './organisations.ts'
import { readResponsePlans } from './plans.ts'
import type { QueryResponse, QueryResponseContent, ResponseAccess, ResponsePlan } from './query-response.ts'
import { readSubjects } from './subjects.ts'
import { parseTimestamp } from './time.ts'
import { readTransmission, readUuid } from './transmission.ts'

/** Reads the response to a query (the element REPC_IN000007GB01). */
export function readQueryResponse(root: XmlElement): Result<QueryResponse, MessageFault> {
  const transmission = readTransmission(root)
  if (!transmission.ok) return transmission
  const response = descend(root, 'ControlActEvent', 'subject', 'CP-ISNHSQueryResponse')
  if (!response) return incomplete('CP-ISNHSQueryResponse', root)
  const responseId = readUuid(response)
  if (responseId === undefined) return incomplete('id', response)
  const answer = readQueryResponseContent(response)
  return answer.ok ? success({ ...transmission.value, responseId, answer: answer.value }) : answer
}

/**
 * Reads what a response says (the element CP-ISNHSQueryResponse), also as live systems send it: all accesses in one
 * relationship, or one each; a person without a number; parts of a name in either order; times without an offset. A response
 * without a record, or with one that cannot be read, is never taken for "nothing held" (rule 4.3). The totals are not looked at.
 */
export function readQueryResponseContent(response: XmlElement): Result<QueryResponseContent, MessageFault> {
  const accesses: ResponseAccess[] = []
  for (const query of grandchildren(response, 'pertinentInformation13', 'pertinentCP-ISNHSQuery')) {
    const access = readAccess(query)
    if (!access.ok) return access
    accesses.push(access.value)
  }
  const plans: ResponsePlan[] = []
  const controlActs = grandchildren(response, 'pertinentInformation14', 'pertinentCP-ISRecordControlAct')
  for (const record of controlActs.flatMap(controlAct => childrenOf(controlAct, 'record'))) {
    const held = readRecord(record)
    if (!held.ok) return held
    plans.push(...held.value)
  }
  return plans.length > 0 ? success({ plans, accesses }) : incomplete('record', response)
}

function grandchildren(parent: XmlElement, name: string, child: string): readonly XmlElement[] {
  return childrenOf(parent, name).flatMap(one => childrenOf(one, child))
}

function readAccess(query: XmlElement): Result<ResponseAccess, MessageFault> {
  const id = readUuid(query)
  const at = parseTimestamp(attributeOf(descend(query, 'effectiveTime'), 'value') ?? '')
  const author = readAuthor(descend(query, 'author'))
  const nhsNumber = parseNhsNumber(readQueriedNumber([query]) ?? '')
  if (!at) return incomplete('effectiveTime', query)
  if (!author.ok) return incomplete('author', query)
  return success({
    ...(id !== undefined && { id }),
    at,
    author: author.value,
    ...(nhsNumber.ok && { nhsNumber: nhsNumber.value }),
  })
}

/** The plans of a record, each with the person it is for. */
function readRecord(record: XmlElement): Result<readonly ResponsePlan[], MessageFault> {
  const authority = readContact(descend(record, 'communicationFunctionSnd', 'organisation'))
  if (!authority) return incomplete('organisation', record)
  const subjects = grandchildren(record, 'CP-ISRecord', 'subject').flatMap(readSubjects)
  const plans: ResponsePlan[] = []
  for (const block of grandchildren(record, 'CP-ISRecord', 'pertinentInformation15')) {
    const sent = readResponsePlans(block)
    if (sent.length === 0) return incomplete('pertinentInformation15', block)
    for (const one of sent) {
      const plan = readPlan(one, block)
      const person = readPerson(one.type, subjects, record)
      if (!plan.ok) return plan
      if (!person.ok) return person
      plans.push({ ...plan.value, ...person.value, authority })
    }
  }
  return plans.length > 0 ? success(plans) : incomplete('pertinentInformation15', record)
}

function readPlan(
  { type, start, end }: PlanAsSent,
  block: XmlElement,
): Result<Pick<ResponsePlan, 'type' | 'start' | 'end'>, MessageFault> {
  const starts = parsePlanTime(start ?? '')
  if (!starts) return incomplete(`${PLAN_DATE_PREFIX[type]}StartDate`, block)
  if (end === undefined) return success({ type, start: starts })
  const ends = parsePlanTime(end)
  return ends
    ? success({ type, start: starts, end: ends })
    : incomplete(`${PLAN_DATE_PREFIX[type]}EndDate`, block)
}

/** The mother for an unborn child's plan, the child for another; where there is but one subject, that one. */
function readPerson(
  type: PlanType,
  subjects: readonly SubjectAsSent[],
  record: XmlElement,
): Result<Pick<ResponsePlan, 'subject' | 'nhsNumber'>, MessageFault> {
  const kind = type === 'UCPP' ? 'mother' : 'child'
  const subject =
    subjects.find(subject => subject.kind === kind) ?? (subjects.length === 1 ? subjects[0] : undefined)
  if (!subject) return incomplete('subject', record)
  const { given = '', family, birthTime, localId, localIdAuthority } = subject
  const birthDate = parseCalendarDate(birthTime ?? '')
  if (family === undefined) return incomplete('name', record)
  if (!birthDate) return incomplete('birthTime', record)
  const nhsNumber = subject.nhsNumber === undefined ? undefined : parseNhsNumber(subject.nhsNumber)
  if (nhsNumber && !nhsNumber.ok) return incomplete('id', record)
  return success({
    ...(nhsNumber && { nhsNumber: nhsNumber.value }),
    subject: {
      given,
      family,
      birthDate,
      ...(localId !== undefined && { localId }),
      ...(localIdAuthority !== undefined && { localIdAuthority }),
    },
  })
}
