import { randomUUID } from 'node:crypto'
import { writeAcknowledgment } from '../../formats/ebxml/acknowledgment.ts'
import { checkHeader } from '../../formats/ebxml/check-header.ts'
import { SIGNAL_ACTIONS, SIGNAL_SERVICE, soapActionOf } from '../../formats/ebxml/codes.ts'
import type { EbxmlFault, EbxmlHeader } from '../../formats/ebxml/ebxml-header.ts'
import { writeMessageError } from '../../formats/ebxml/message-error.ts'
import { readEbxmlMessage } from '../../formats/ebxml/read-message.ts'
import { readEbxmlReply } from '../../formats/ebxml/read-reply.ts'
import { type EbxmlSignal, signalOf } from '../../formats/ebxml/signal.ts'
import { INTERACTIONS } from '../../formats/hl7v3/codes.ts'
import { SERVICE } from '../../formats/soap/codes.ts'
import { ANSWER_LIMITS } from '../../formats/soap/read-envelope.ts'
import { writeSoapFault } from '../../formats/soap/soap-fault.ts'
import { readTree } from '../../formats/xml/read-tree.ts'
import { renderXml, XML_DECLARATION, type XmlNode } from '../../formats/xml/xml-writer.ts'
import type { QueryOutcome } from '../outcomes.ts'
import type { ListenerReply, PostedMessage } from './answer-listener.ts'
import { notUnderstood } from './failed.ts'
import { messageErrorOutcome } from './message-error-outcome.ts'
import { messageOutcome, type SentQuery } from './message-outcome.ts'
import type { WaitingQueries } from './waiting-queries.ts'

/** What was agreed with CP-IS: under which contract, and between which parties. */
export interface Agreement {
  readonly cpaId: string
  readonly reliability: 'reliable' | 'express'
  readonly partyKey: string
  readonly spinePartyKey: string
}

const ANSWERS: readonly string[] = [
  INTERACTIONS.queryResponse,
  INTERACTIONS.queryFailure,
  INTERACTIONS.applicationAcknowledgement,
]

/**
 * Deals with what is posted to a callback. An answer by the contract is acknowledged, whether or not somebody still waits for it:
 * whoever posted it would only post it again. Anything else is told what is wrong with it, and ends nobody's wait.
 */
export function takeAnswers(agreement: Agreement, waiting: WaitingQueries) {
  return async ({ contentType, bytes }: PostedMessage): Promise<ListenerReply> => {
    const said = await readEbxmlReply(bytes, contentType)
    if (said.kind === 'acknowledgment') return { status: 202 }
    if (said.kind === 'message-error') {
      if (said.highestSeverity === 'Error') {
        await waiting.settle(said.refToMessageId, async () => messageErrorOutcome(said))
      }
      return { status: 202 }
    }
    const read = await readEbxmlMessage(contentType, bytes)
    if (!read.ok) return soapFault(read.fault)
    const { header, payload } = read.value
    const faults = faultsOf(agreement, header)
    if (faults.length > 0 || !payload) {
      const error = writeMessageError(ownSignal(agreement, header), faults)
      return signalReply(SIGNAL_ACTIONS.messageError, error)
    }
    await waiting.settle(header.refToMessageId, asked => answerIn(payload, asked).catch(notUnderstood))
    if (agreement.reliability === 'express') return { status: 202 }
    return signalReply(SIGNAL_ACTIONS.acknowledgment, writeAcknowledgment(ownSignal(agreement, header)))
  }
}

function faultsOf({ spinePartyKey, partyKey, cpaId, reliability }: Agreement, header: EbxmlHeader) {
  return checkHeader(header, {
    service: SERVICE,
    action: ANSWERS.find(action => action === header.action) ?? INTERACTIONS.queryResponse,
    ownPartyKey: partyKey,
    now: new Date(),
    contract: { cpaId, reliability, partyKey: spinePartyKey },
  })
}

async function answerIn(payload: Uint8Array, asked: SentQuery): Promise<QueryOutcome> {
  const message = await readTree(payload, ANSWER_LIMITS)
  return message.ok ? messageOutcome(message.value, asked) : notUnderstood()
}

function ownSignal({ partyKey }: Agreement, header: EbxmlHeader): EbxmlSignal {
  return signalOf(header, { from: partyKey, messageId: randomUUID(), timestamp: new Date() })
}

function signalReply(
  action: (typeof SIGNAL_ACTIONS)[keyof typeof SIGNAL_ACTIONS],
  envelope: XmlNode,
): ListenerReply {
  return { status: 200, soapAction: soapActionOf({ service: SIGNAL_SERVICE, action }), body: text(envelope) }
}

function soapFault(fault: EbxmlFault): ListenerReply {
  return { status: 500, body: text(writeSoapFault(fault)) }
}

function text(envelope: XmlNode): string {
  return XML_DECLARATION + renderXml(envelope)
}
