import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { writeAcknowledgment } from '../../../formats/ebxml/acknowledgment.ts'
import { SIGNAL_ACTIONS, SIGNAL_SERVICE, soapActionOf } from '../../../formats/ebxml/codes.ts'
import type { EbxmlHeader } from '../../../formats/ebxml/ebxml-header.ts'
import { writeMessageError } from '../../../formats/ebxml/message-error.ts'
import { signalOf } from '../../../formats/ebxml/signal.ts'
import type { SoapFault } from '../../../formats/soap/soap-fault.ts'
import { auditEveryRequest } from '../../common/exchange.ts'
import { shownWith } from '../common/client-certificate.ts'
import { reasonOf, SYSTEM_FAILURE, turnIntoEnvelope, turnIntoFault } from '../common/fault-reply.ts'
import { keepSoapExchanges } from '../common/soap-exchange.ts'
import { bytesOf, takeEnvelopes } from '../common/soap-requests.ts'
import { type Exchange, entryOf } from '../common/spine-exchange.ts'
import type { AsynchronousApiDeps } from './api-deps.ts'
import { receiveQuery } from './receive-query.ts'

/** A query is a few thousand bytes, and as much again for its header. */
const LONGEST_MESSAGE = 2 ** 21

/**
 * The asynchronous form of Spine messaging: a query comes as an ebXML message, and its answer is posted later (rules 13.1 to
 * 13.7). Both addresses are for both kinds of contract.
 */
export function asynchronousApi(deps: AsynchronousApiDeps): FastifyPluginAsync {
  return async fastify => {
    const exchangeOf = keepSoapExchanges<Exchange>(deps.newId)
    const refuse = (request: FastifyRequest, reply: FastifyReply, fault: SoapFault) => {
      exchangeOf(request).reason = reasonOf(fault)
      return reply.send(turnIntoFault(reply, fault))
    }
    const signal = (header: EbxmlHeader) =>
      signalOf(header, { from: deps.ownPartyKey, messageId: deps.newId(), timestamp: deps.now() })
    const named = (reply: FastifyReply, action: (typeof SIGNAL_ACTIONS)[keyof typeof SIGNAL_ACTIONS]) =>
      reply.header('SOAPAction', `"${soapActionOf({ service: SIGNAL_SERVICE, action })}"`)

    takeEnvelopes(fastify, { exchangeOf, refuse, reportFailure: deps.reportFailure })
    auditEveryRequest(fastify, {
      exchangeOf,
      record: exchange => deps.recordRequest(entryOf(exchange)),
      reportFailure: deps.reportFailure,
      couldNot: reply => turnIntoFault(reply, SYSTEM_FAILURE),
    })

    for (const address of ['/queryrequest', '/reliablerequest']) {
      fastify.post(address, { bodyLimit: LONGEST_MESSAGE }, async (request, reply) => {
        const exchange = exchangeOf(request)
        exchange.action = 'query plans'
        const shown = shownWith(deps.shownCertificate, request)
        if (shown) exchange.shown = shown
        const received = await receiveQuery(deps, exchange, {
          contentType: request.headers['content-type'],
          bytes: bytesOf(request),
        })
        if (!received.ok) return refuse(request, reply, received.fault)
        const { kind, header } = received.value
        if (kind === 'refused') {
          const error = writeMessageError(signal(header), received.value.faults)
          return named(reply, SIGNAL_ACTIONS.messageError).send(turnIntoEnvelope(reply, 200, error))
        }
        if (!received.value.acknowledged) return reply.code(202).send()
        const acknowledgment = writeAcknowledgment(signal(header))
        return named(reply, SIGNAL_ACTIONS.acknowledgment).send(turnIntoEnvelope(reply, 202, acknowledgment))
      })
    }
  }
}
