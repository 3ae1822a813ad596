import { activitiesThrough } from '../../domain/client-system.ts'
import { mayQuery, type Requester } from '../../domain/requester.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { QueryMessage } from '../../formats/hl7v3/query-message.ts'
import { readQuery } from '../../formats/hl7v3/read-query.ts'
import type { RequestHead } from '../../formats/soap/spine-head.ts'
import type { XmlElement } from '../../formats/xml/xml-element.ts'
import type { SpineDoorDeps } from './door-deps.ts'
import type { Exchange } from './exchange.ts'
import { type QueryRefusal, SENT_BY_ANOTHER, SENT_TO_ANOTHER } from './query-refusal.ts'

export interface AdmittedQuery {
  readonly requester: Requester
  readonly query: QueryMessage['query']
}

/**
 * Who asks and whether they may, before the number asked for is looked at (rule 5.4). A system that is not registered is told
 * nothing of its message; one that is may ask as the care it is used in allows (rule 9.5), whoever sits before it.
 */
export async function admitSystem(
  deps: SpineDoorDeps,
  exchange: Exchange,
  head: RequestHead,
  message: XmlElement,
): Promise<Result<AdmittedQuery, QueryRefusal>> {
  const system = await deps.findClientSystem(head.senderAsid)
  if (!system) return failure({ kind: 'denied', reason: 'system not registered' })
  const read = readQuery(message)
  if (!read.ok) return failure({ kind: 'faulty', faults: read.fault })
  const { query, senderAsid, receiverAsid } = read.value
  exchange.author = query.author
  if (senderAsid !== system.asid) return failure({ kind: 'faulty', faults: [SENT_BY_ANOTHER] })
  if (receiverAsid !== deps.ownAsid) return failure({ kind: 'faulty', faults: [SENT_TO_ANOTHER] })
  if (query.author.kind === 'system' && query.author.asid !== system.asid) {
    return failure({ kind: 'denied', reason: 'system speaks for another' })
  }
  const requester = { author: query.author, activities: activitiesThrough(system) }
  const allowed = mayQuery(requester, query.access)
  return allowed.ok
    ? success({ requester, query })
    : failure({ kind: 'denied', reason: `missing ${allowed.fault.activity}` })
}
