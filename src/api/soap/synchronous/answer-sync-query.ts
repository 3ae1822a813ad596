import type { Answer } from '../../../domain/query/answer.ts'
import { failure, type Result, success } from '../../../domain/result.ts'
import { INTERACTIONS } from '../../../formats/hl7v3/codes.ts'
import { readUuid } from '../../../formats/hl7v3/transmission.ts'
import { actionOf } from '../../../formats/soap/codes.ts'
import { readEnvelope } from '../../../formats/soap/read-envelope.ts'
import type { SoapFault } from '../../../formats/soap/soap-fault.ts'
import { type RequestHead, readRequestHead } from '../../../formats/soap/spine-head.ts'
import { xmlDigest } from '../../../formats/xml/xml-digest.ts'
import type { XmlElement } from '../../../formats/xml/xml-element.ts'
import type { XmlNode } from '../../../formats/xml/xml-writer.ts'
import { admitQuery } from '../common/admit-query.ts'
import { leftByFlow, notAnswered, type QueryRefusal, refusalReason } from '../common/query-refusal.ts'
import type { Exchange } from '../common/spine-exchange.ts'
import { writeOutcome } from '../common/write-outcome.ts'
import { admitSystem } from './admit-system.ts'
import type { SynchronousApiDeps } from './api-deps.ts'
import { writeSyncAnswer } from './write-sync-answer.ts'

const QUERY_ACTION = actionOf(INTERACTIONS.query)

/**
 * Answers one query as an envelope. What is wrong with the envelope is a SOAP fault; what is wrong with the query in it is an
 * answer. That the service could not look is thrown, and must never become an answer (rule 4.3).
 */
export async function answerSyncQuery(
  deps: SynchronousApiDeps,
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
  if (!outcome.ok) exchange.reason = refusalReason(outcome.fault)
  const requestId = readUuid(message) ?? head.value.messageId
  const question = { askedBy: head.value.senderAsid, requestId }
  return success(writeSyncAnswer(deps, head.value, writeOutcome(deps, question, outcome)))
}

async function outcomeOf(
  deps: SynchronousApiDeps,
  exchange: Exchange,
  head: RequestHead,
  message: XmlElement,
): Promise<Result<Answer, QueryRefusal>> {
  const system = await admitSystem(deps, head.senderAsid, 'synchronous', exchange.shown)
  if (!system.ok) return system
  const admitted = admitQuery(deps, exchange, system.value, message)
  if (!admitted.ok) return admitted
  const answered = await deps.answerQuery({
    ...admitted.value,
    via: 'spine',
    system: head.senderAsid,
    action: exchange.action,
    traceId: exchange.traceId,
    message: { caller: head.senderAsid, id: head.messageId, digest: xmlDigest(message) },
  })
  if (answered.ok) {
    exchange.audited = true
    return answered
  }
  exchange.audited = leftByFlow(answered.fault)
  return failure(notAnswered(answered.fault))
}

/** SOAP 1.1 has the action in quotes (clause 6.1.1); not every client puts it there. */
function isQueryAction(action: string | string[] | undefined): boolean {
  return action === QUERY_ACTION || action === `"${QUERY_ACTION}"`
}
