import { parseNhsNumber } from '../../domain/nhs-number.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { INTERACTIONS } from '../../formats/hl7v3/codes.ts'
import { readUuid } from '../../formats/hl7v3/transmission.ts'
import { actionOf } from '../../formats/soap/codes.ts'
import { readEnvelope } from '../../formats/soap/read-envelope.ts'
import type { SoapFault } from '../../formats/soap/soap-fault.ts'
import { type RequestHead, readRequestHead } from '../../formats/soap/spine-head.ts'
import type { XmlElement } from '../../formats/xml/xml-element.ts'
import type { XmlNode } from '../../formats/xml/xml-writer.ts'
import { admitSystem } from './admit-system.ts'
import type { SpineDoorDeps } from './door-deps.ts'
import type { Exchange } from './exchange.ts'
import { NO_NHS_NUMBER, type QueryRefusal, refusalReason } from './query-refusal.ts'
import { writeOutcome } from './write-outcome.ts'

const QUERY_ACTION = actionOf(INTERACTIONS.query)

/**
 * Answers one query as an envelope. What is wrong with the envelope is a SOAP fault; what is wrong with the query in it is an
 * answer. That the service could not look is thrown, and must never become an answer (rule 4.3).
 */
export async function answerSyncQuery(
  deps: SpineDoorDeps,
  exchange: Exchange,
  request: { readonly action: string | string[] | undefined; readonly bytes: Uint8Array },
): Promise<Result<XmlNode, SoapFault>> {
  if (!isQueryAction(request.action)) return failure({ kind: 'unsupported-service' })
  const envelope = await readEnvelope(request.bytes)
  if (!envelope.ok) return envelope
  const { header, message } = envelope.value
  const head = readRequestHead(header, QUERY_ACTION)
  if (!head.ok) return failure({ kind: 'header', faults: head.fault })
  exchange.traceId = head.value.messageId
  exchange.system = head.value.senderAsid
  if (head.value.receiverAsid !== deps.ownAsid) {
    return failure({ kind: 'header', faults: ['SOAP_COMM_FUNC_RCV_ERROR'] })
  }
  const outcome = await outcomeOf(deps, exchange, head.value, message)
  const requestId = readUuid(message) ?? head.value.messageId
  return success(writeOutcome(deps, head.value, requestId, outcome))
}

async function outcomeOf(deps: SpineDoorDeps, exchange: Exchange, head: RequestHead, message: XmlElement) {
  const refuse = (refusal: QueryRefusal) => {
    exchange.reason = refusalReason(refusal)
    return failure(refusal)
  }
  const admitted = await admitSystem(deps, exchange, head, message)
  if (!admitted.ok) return refuse(admitted.fault)
  const { requester, query } = admitted.value
  const nhsNumber = parseNhsNumber(query.nhsNumber)
  if (!nhsNumber.ok) return refuse({ kind: 'faulty', faults: [NO_NHS_NUMBER] })
  exchange.nhsNumber = nhsNumber.value
  const answered = await deps.answerQuery({
    requester,
    nhsNumber: nhsNumber.value,
    access: query.access,
    door: 'spine',
    system: head.senderAsid,
    action: exchange.action,
    traceId: exchange.traceId,
  })
  exchange.audited = true
  return answered.ok
    ? answered
    : failure<QueryRefusal>({ kind: 'denied', reason: `missing ${answered.fault.activity}` })
}

/** SOAP 1.1 has the action in quotes (clause 6.1.1); not every client puts it there. */
function isQueryAction(action: string | string[] | undefined): boolean {
  return action === QUERY_ACTION || action === `"${QUERY_ACTION}"`
}
