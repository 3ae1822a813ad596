import { type NhsNumber, parseNhsNumber } from '../../../domain/nhs-number.ts'
import { isTimely } from '../../../domain/query/message-age.ts'
import { type AccessKind, mayQuery, type Requester } from '../../../domain/query/requester.ts'
import {
  type Asid,
  activitiesThrough,
  type ClientSystem,
} from '../../../domain/registration/client-system.ts'
import { failure, type Result, success } from '../../../domain/result.ts'
import { readQuery } from '../../../formats/hl7v3/read-query.ts'
import type { XmlElement } from '../../../formats/xml/xml-element.ts'
import {
  NOT_TIMELY,
  noNhsNumber,
  notAnswered,
  type QueryRefusal,
  SENT_BY_ANOTHER,
  SENT_TO_ANOTHER,
} from './query-refusal.ts'
import type { Exchange } from './spine-exchange.ts'

export interface AdmittedQuery {
  readonly requester: Requester
  readonly access: AccessKind
  readonly nhsNumber: NhsNumber
}

/**
 * Who asks and whether they may through a registered system, and only then about whom (rule 5.4). Why a query is refused is
 * noted on its exchange.
 */
export function admitQuery(
  deps: { readonly ownAsid: Asid; readonly now: () => Date },
  exchange: Exchange,
  system: ClientSystem,
  message: XmlElement,
): Result<AdmittedQuery, QueryRefusal> {
  const read = readQuery(message)
  if (!read.ok) return failure({ kind: 'faulty', faults: read.fault })
  const { query, senderAsid, receiverAsid, createdAt } = read.value
  const { author, access } = query
  exchange.author = author
  if (senderAsid !== system.asid) return failure({ kind: 'faulty', faults: [SENT_BY_ANOTHER] })
  if (receiverAsid !== deps.ownAsid) return failure({ kind: 'faulty', faults: [SENT_TO_ANOTHER] })
  if (!createdAt || !isTimely(createdAt, deps.now())) return failure({ kind: 'faulty', faults: [NOT_TIMELY] })
  if (author.kind === 'system' && author.asid !== system.asid) {
    return failure({ kind: 'denied', reason: 'system speaks for another' })
  }
  const requester = { author, activities: activitiesThrough(system) }
  const allowed = mayQuery(requester, access)
  if (!allowed.ok) return failure(notAnswered(allowed.fault))
  const nhsNumber = parseNhsNumber(query.nhsNumber)
  if (!nhsNumber.ok) return failure({ kind: 'faulty', faults: [noNhsNumber(nhsNumber.fault)] })
  exchange.nhsNumber = nhsNumber.value
  return success({ requester, access, nhsNumber: nhsNumber.value })
}
