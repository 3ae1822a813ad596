import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { LONGEST_ENVELOPE } from '../../../formats/soap/read-envelope.ts'
import type { SoapFault } from '../../../formats/soap/soap-fault.ts'
import { writeSpineWsdl } from '../../../formats/soap/spine-wsdl.ts'
import { auditEveryRequest } from '../../common/exchange.ts'
import { shownWith } from '../common/client-certificate.ts'
import { reasonOf, SYSTEM_FAILURE, turnIntoEnvelope, turnIntoFault } from '../common/fault-reply.ts'
import { serveWsdl } from '../common/serve-wsdl.ts'
import { keepSoapExchanges } from '../common/soap-exchange.ts'
import { bytesOf, takeEnvelopes } from '../common/soap-requests.ts'
import { type Exchange, entryOf } from '../common/spine-exchange.ts'
import { answerSyncQuery } from './answer-sync-query.ts'
import type { SynchronousApiDeps } from './api-deps.ts'

/**
 * The synchronous form of Spine messaging, to be registered under its prefix. A request is dealt with in the order: the
 * service asked for, the envelope, its header, who asks and whether they may, what they ask, the answer; and leaves exactly
 * one audit entry (rule 8.1).
 */
export function synchronousApi(deps: SynchronousApiDeps): FastifyPluginAsync {
  return async fastify => {
    const exchangeOf = keepSoapExchanges<Exchange>(deps.newId)
    const refuse = (request: FastifyRequest, reply: FastifyReply, fault: SoapFault) => {
      exchangeOf(request).reason = reasonOf(fault)
      return reply.send(turnIntoFault(reply, fault))
    }
    takeEnvelopes(fastify, { exchangeOf, refuse, reportFailure: deps.reportFailure })
    auditEveryRequest(fastify, {
      exchangeOf,
      record: exchange => deps.recordRequest(entryOf(exchange)),
      reportFailure: deps.reportFailure,
      couldNot: reply => turnIntoFault(reply, SYSTEM_FAILURE),
    })
    serveWsdl(fastify, {
      exchangeOf,
      write: () => writeSpineWsdl(deps.address()),
      recordAllowed: ({ action, traceId }) =>
        deps.recordRequest({ via: 'spine', action, outcome: 'allowed', traceId }),
    })

    fastify.post('/', { bodyLimit: LONGEST_ENVELOPE }, async (request, reply) => {
      const exchange = exchangeOf(request)
      exchange.action = 'query plans'
      const shown = shownWith(deps.shownCertificate, request)
      if (shown) exchange.shown = shown
      const answered = await answerSyncQuery(deps, exchange, {
        action: request.headers['soapaction'],
        bytes: bytesOf(request),
      })
      if (!answered.ok) return refuse(request, reply, answered.fault)
      return reply.send(turnIntoEnvelope(reply, 200, answered.value))
    })
  }
}
