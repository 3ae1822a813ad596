import type { AccessKind } from '../../domain/query/requester.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { attributeOf, childrenOf, descend, textOf, type XmlElement } from '../xml/xml-element.ts'
import { readAskingAuthor } from './authors.ts'
import { HL7, INTERACTIONS, OID } from './codes.ts'
import { readQueriedNumber } from './nhs-query.ts'
import { authorFaults, queryFault } from './query-faults.ts'
import type { QueryFault, QueryMessage } from './query-message.ts'
import { parseTimestamp } from './time.ts'
import { readAuthoringSystem, readSystem, readUuid } from './transmission.ts'

/**
 * Reads a query (the element QUPC_IN000006GB01). Every fault that the national service would find is found at once, in its
 * order; what it does not look at is not insisted on: order, fixed values, a time without an offset, a person in the wrapper.
 */
export function readQuery(root: XmlElement): Result<QueryMessage, readonly QueryFault[]> {
  const faults: QueryFault[] = []
  const needed = collector(faults)
  const id = needed(readUuid(root), 'id')
  const createdAt = needed(readTime(root, 'creationTime'), 'creationTime')
  const versionCode = needed(attributeOf(descend(root, 'versionCode'), 'code'), 'versionCode')
  needed(readInteraction(root), 'interaction')
  const receiverAsid = needed(readSystem(root, 'communicationFunctionRcv'), 'receiver')
  const senderAsid = needed(readSystem(root, 'communicationFunctionSnd'), 'sender')
  const controlActs = childrenOf(root, 'ControlActEvent')
  const controlAct = needed(controlActs.length === 1 ? controlActs[0] : undefined, 'controlAct')
  if (!controlAct) return failure(faults)
  needed(readAuthoringSystem(controlAct), 'author1')
  const stubs = childrenOf(controlAct, 'subject').flatMap(subject => childrenOf(subject, 'CP-ISQueryStub'))
  const query = readQueryStubs(stubs, createdAt)
  if (!query.ok) return failure([...faults, ...query.fault])
  return id && createdAt && versionCode && receiverAsid && senderAsid && faults.length === 0
    ? success({ id, createdAt, versionCode, receiverAsid, senderAsid, query: query.value })
    : failure(faults)
}

/**
 * Reads the query itself (the elements CP-ISQueryStub, of which there should be one); one without a time of its own was made
 * when its message was. Of two queries, or two authors of one, nobody
 * could say who asked, or whether silently.
 */
export function readQueryStubs(
  stubs: readonly XmlElement[],
  createdAt: Date | undefined,
): Result<QueryMessage['query'], readonly QueryFault[]> {
  const faults: QueryFault[] = []
  const needed = collector(faults)
  const queries = stubs.flatMap(stub => childrenOf(stub, 'cP-ISNHSQuery'))
  if (queries.length > 1) return failure([queryFault('query')])
  const [query] = queries
  const id = needed(readUuid(query), 'eventId')
  const nhsNumber = needed(readQueriedNumber(queries), 'nhsNumber')
  const authors = childrenOf(query, 'author')
  const author = readAskingAuthor(authors.length === 1 ? authors[0] : undefined)
  if (!author.ok) faults.push(...authorFaults(author.fault))
  const effectiveTime = readTime(query, 'effectiveTime') ?? createdAt
  return id && nhsNumber && author.ok && effectiveTime
    ? success({ id, effectiveTime, access: readAccessKind(query), author: author.value, nhsNumber })
    : failure(faults)
}

/** Lets a value pass, and notes the fault where there is none. */
function collector(faults: QueryFault[]) {
  return <T>(value: T | undefined, check: Parameters<typeof queryFault>[0]): T | undefined => {
    if (value === undefined) faults.push(queryFault(check))
    return value
  }
}

/** An interaction id that says what the message is. */
function readInteraction(root: XmlElement): string | undefined {
  const id = descend(root, 'interactionId')
  const named = attributeOf(id, 'extension')
  const consistent = root.namespace === HL7 && root.name === INTERACTIONS.query && named === root.name
  return consistent && attributeOf(id, 'root') === OID.interaction ? named : undefined
}

function readTime(parent: XmlElement | undefined, name: string): Date | undefined {
  return parseTimestamp(attributeOf(descend(parent, name), 'value') ?? '')
}

/**
 * A query is silent only where it says so without a doubt, wherever in it that stands; one that does not say is unscheduled
 * (rule 5.1).
 */
function readAccessKind(query: XmlElement | undefined): AccessKind {
  const said = query ? accessEventTypes(query) : []
  return said.length > 0 && said.every(text => text === 'false' || text === '0') ? 'scheduled' : 'unscheduled'
}

function accessEventTypes(element: XmlElement): readonly string[] {
  return element.children.flatMap(child =>
    child.name === 'accessEventType'
      ? [(attributeOf(child, 'value') ?? textOf(child) ?? '').toLowerCase()]
      : accessEventTypes(child),
  )
}
