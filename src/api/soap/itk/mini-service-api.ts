import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { ItkFault } from '../../../formats/itk/itk-fault.ts'
import { writeSmspWsdl } from '../../../formats/itk/smsp-wsdl.ts'
import { LONGEST_ENVELOPE } from '../../../formats/soap/read-envelope.ts'
import { auditEveryRequest } from '../../common/exchange.ts'
import { shownWith } from '../common/client-certificate.ts'
import { serveWsdl } from '../common/serve-wsdl.ts'
import { keepSoapExchanges } from '../common/soap-exchange.ts'
import { bytesOf, takeEnvelopes } from '../common/soap-requests.ts'
import { answerItkQuery } from './answer-itk-query.ts'
import type { MiniServiceDeps } from './api-deps.ts'
import { type Exchange, entryOf } from './exchange.ts'
import { readItkQuery } from './read-itk-query.ts'
import { failureCode } from './store-failure.ts'
import { reasonOf, SYSTEM_FAILURE, turnIntoFault, turnIntoResponse } from './write-reply.ts'

/**
 * The mini service (SMSP), to be registered under its prefix. A request is dealt with in the order: the service asked for, the
 * envelope, its header, the distribution envelope in it, who asks and whether they may, what they ask, the answer; and leaves
 * exactly one audit entry (rule 8.1). Faults end at who asks: from there on whatever is said is a response with its code.
 */
export function miniServiceApi(deps: MiniServiceDeps): FastifyPluginAsync {
  return async fastify => {
    const exchangeOf = keepSoapExchanges<Exchange>(deps.newId)
    const refuse = (request: FastifyRequest, reply: FastifyReply, fault: ItkFault) => {
      const exchange = exchangeOf(request)
      exchange.reason = reasonOf(fault)
      if (fault.kind === 'system-failure') exchange.failure = 'SMSP-9999'
      return reply.send(turnIntoFault(deps, reply, fault, exchange))
    }
    const couldNotRecord = (reply: FastifyReply, exchange: Exchange) => {
      const { question, failure: code } = exchange
      return question && code
        ? turnIntoResponse(deps, reply, question, { id: question.trackingId, at: deps.now(), code })
        : turnIntoFault(deps, reply, SYSTEM_FAILURE, exchange)
    }
    takeEnvelopes(fastify, { exchangeOf, refuse, reportFailure: deps.reportFailure })
    auditEveryRequest(fastify, {
      exchangeOf,
      record: async exchange => {
        try {
          await deps.recordRequest(entryOf(exchange))
        } catch (error) {
          exchange.failure ??= failureCode(error)
          throw error
        }
      },
      reportFailure: deps.reportFailure,
      couldNot: couldNotRecord,
    })
    serveWsdl(fastify, {
      exchangeOf,
      write: () => writeSmspWsdl(deps.address()),
      recordAllowed: ({ action, traceId }) =>
        deps.recordRequest({ via: 'smsp', action, outcome: 'allowed', traceId }),
    })

    fastify.post('/', { bodyLimit: LONGEST_ENVELOPE }, async (request, reply) => {
      const exchange = exchangeOf(request)
      exchange.action = 'query plans'
      const question = await readItkQuery(deps, exchange, {
        action: request.headers['soapaction'],
        bytes: bytesOf(request),
      })
      if (!question.ok) return refuse(request, reply, question.fault)
      exchange.question = question.value
      const shown = shownWith(deps.shownCertificate, request)
      const response = await answerItkQuery(deps, exchange, question.value, shown)
      return reply.send(turnIntoResponse(deps, reply, question.value, response))
    })
  }
}
