import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { FHIR_JSON } from '../../formats/fhir/codes.ts'
import type { FhirFault } from '../../formats/fhir/operation-outcome.ts'
import { auditEveryRequest } from '../common/exchange.ts'
import { admitCaller } from './admit-caller.ts'
import { answerRead, ONLY_VERSION } from './answer-read.ts'
import { answerSearch, parametersOf } from './answer-search.ts'
import type { FhirApiDeps } from './api-deps.ts'
import { answerOtherOrigins } from './cross-origin.ts'
import { DOCUMENTS } from './documents.ts'
import { greetEveryRequest, refuseTheRest } from './every-request.ts'
import { entryOf, keepFhirExchanges } from './exchange.ts'
import { FHIR_CONTENT, turnIntoFault, UNAVAILABLE } from './fault-reply.ts'
import { acceptsFhirJson } from './request-headers.ts'
import { MISSED_APPOINTMENTS, READ, SERVED } from './served.ts'
import { admitReporter, readResources, takeReport } from './take-report.ts'

/** A UUID, and the one version that there is: at other addresses there is nothing. */
const ID = ':id([0-9a-f-]{36})'
const VERSION = `:version(${ONLY_VERSION})`

const LONGEST_SEARCH = 4_000
/** Much more than is read of an appointment: real ones hold more. */
const LONGEST_RESOURCE = 100_000

/**
 * The FHIR R4 API of those who ask, to be registered under its prefix. A request is dealt with in the order: who asks (401),
 * whether they may (403), what they ask (400), the answer; and leaves exactly one audit entry (rule 8.1). The server it
 * stands on must not log addresses: those of a search hold the NHS number (rule 8.2).
 */
export function fhirApi(deps: FhirApiDeps): FastifyPluginAsync {
  return async fastify => {
    const exchangeOf = keepFhirExchanges(deps.newId)
    const refuse = (request: FastifyRequest, reply: FastifyReply, fault: FhirFault) => {
      exchangeOf(request).reason ??= fault.kind
      return reply.send(turnIntoFault(reply, fault, deps.newId()))
    }
    readFormsAlone(fastify)
    answerOtherOrigins(fastify, deps.origins ?? [], exchangeOf)
    greetEveryRequest(fastify, exchangeOf, refuse)
    auditEveryRequest(fastify, {
      exchangeOf,
      record: (exchange, status) => deps.recordRequest(entryOf(exchange, status)),
      reportFailure: deps.reportFailure,
      couldNot: reply => turnIntoFault(reply, UNAVAILABLE, deps.newId()),
    })
    refuseTheRest(fastify, exchangeOf, refuse, deps)

    const since = deps.now()
    const describe = () => ({ baseUrl: deps.baseUrl(), since, softwareVersion: deps.softwareVersion })
    const begin = (action: string) => async (request: FastifyRequest) => {
      exchangeOf(request).action = action
    }
    for (const document of DOCUMENTS) {
      fastify.get(`/${document.path}`, { onRequest: begin(document.action) }, async (request, reply) => {
        const format = parametersOf(request).get('_format')
        if (document.mediaType === FHIR_JSON && !acceptsFhirJson(request.headers, format)) {
          return refuse(request, reply, { kind: 'not-acceptable' })
        }
        reply.type(`${document.mediaType}; charset=utf-8`).headers(document.headers ?? {})
        return reply.send(document.write(describe()))
      })
    }

    const admit = (admission: typeof admitCaller) => async (request: FastifyRequest, reply: FastifyReply) => {
      const admitted = await admission(request, exchangeOf(request), deps.verifyToken)
      if (!admitted.ok) return refuse(request, reply, admitted.fault)
    }
    for (const served of SERVED) {
      const onRequest = [begin(served.action), admit(admitCaller)]
      const handler = async (request: FastifyRequest, reply: FastifyReply) => {
        const result = await answerSearch(served, deps, request, exchangeOf(request))
        if (!result.ok) return refuse(request, reply, result.fault)
        return reply.type(FHIR_CONTENT).send(JSON.stringify(result.value))
      }
      // A HEAD would tell authorities of an access that nobody was answered (rule 5.10).
      fastify.get(`/${served.path}`, { onRequest, exposeHeadRoute: false }, handler)
      fastify.post(`/${served.path}/_search`, { onRequest, bodyLimit: LONGEST_SEARCH }, handler)
    }

    for (const served of READ) {
      const onRequest = [begin(served.action), admit(admitCaller)]
      for (const interaction of served.interactions) {
        const address = interaction === 'read' ? ID : `${ID}/_history/${VERSION}`
        const options = { onRequest, exposeHeadRoute: false }
        fastify.get(`/${served.type}/${address}`, options, async (request, reply) => {
          const result = await answerRead(served, deps, request, exchangeOf(request))
          if (!result.ok) return refuse(request, reply, result.fault)
          const version = result.value.meta?.versionId
          if (version) reply.header('ETag', `W/"${version}"`)
          return reply.type(FHIR_CONTENT).send(JSON.stringify(result.value))
        })
      }
    }

    fastify.register(async resources => {
      readResources(resources)
      const { type, action } = MISSED_APPOINTMENTS
      const options = { onRequest: [begin(action), admit(admitReporter)], bodyLimit: LONGEST_RESOURCE }
      resources.post(`/${type}`, options, async (request, reply) => {
        const taken = await takeReport(deps, request, exchangeOf(request))
        if (!taken.ok) return refuse(request, reply, taken.fault)
        const { status, appointment } = taken.value
        reply.header('Location', `${deps.baseUrl()}/${type}/${appointment.id}/_history/${ONLY_VERSION}`)
        reply.header('ETag', `W/"${ONLY_VERSION}"`)
        return reply.code(status).type(FHIR_CONTENT).send(JSON.stringify(appointment))
      })
    })
  }
}

/** Posted searches are forms. Any other body is let run out unread, so that what is said of it is said by the routes. */
function readFormsAlone(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
    done(null, body),
  )
  fastify.addContentTypeParser('*', (_, body, done) => {
    body.resume()
    done(null)
  })
}
