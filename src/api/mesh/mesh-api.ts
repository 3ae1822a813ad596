import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { recordRequest } from '../../flows/audit/record-request.ts'
import { readMessageId } from '../../formats/mesh/message-id.ts'
import { writePing } from '../../formats/mesh/write-bodies.ts'
import { auditEveryRequest } from '../common/exchange.ts'
import { admitMailbox } from './admit-mailbox.ts'
import type { MeshApiDeps } from './api-deps.ts'
import { directoryRoutes } from './directory-routes.ts'
import { refuseTheRest, refusing, turnIntoFault } from './every-request.ts'
import { entryOf, keepMeshExchanges } from './exchange.ts'
import { inboxRoutes } from './inbox-routes.ts'
import type { MeshReply, MeshRoute } from './mesh-route.ts'
import { outboxRoutes } from './outbox-routes.ts'
import { requestBody } from './request-body.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const NO_MESSAGE = '-'

/**
 * The mailbox API, to be registered under its prefix `/messageexchange`. A request is dealt with in the order: which version of
 * answer (400), which mailbox (403), what its headers say (400), whether it may be; and leaves exactly one audit entry, by the
 * flow that did what was asked or, where it was refused or failed, by the API (rule 8.1). Bodies stream through both ways.
 */
export function meshApi(deps: MeshApiDeps): FastifyPluginAsync {
  return async fastify => {
    const exchangeOf = keepMeshExchanges(deps.newId)
    const refuse = refusing(deps, exchangeOf)
    const authenticating = { ...deps, mailboxes: deps.storage.mailboxes }
    const serve = (route: MeshRoute) => async (request: FastifyRequest, reply: FastifyReply) => {
      const exchange = exchangeOf(request)
      exchange.action = route.action
      const params = request.params as Record<string, string>
      const messageId = readMessageId(params['message'] ?? '')
      if (messageId) exchange.messageId = messageId
      const admitted = await admitMailbox(authenticating, request, exchange)
      if (!admitted.ok) return refuse(request, reply, admitted.fault)
      const answered = await route.answer({
        mailbox: admitted.value,
        version: exchange.version,
        messageId: messageId ?? NO_MESSAGE,
        params,
        headers: request.headers,
        query: new URLSearchParams(request.url.split('?')[1]),
        address: request.url,
        reference: exchange.reference,
        body: requestBody(request.raw, deps.maxRequestBytes),
      })
      if (!answered.ok) return refuse(request, reply, answered.fault)
      exchange.audited = true
      return answer(reply, answered.value)
    }

    takeBodiesAsTheyCome(fastify)
    auditEveryRequest(fastify, {
      exchangeOf,
      record: (exchange, status) =>
        recordRequest({ ...deps, audit: deps.storage.audit }, entryOf(exchange, status)),
      reportFailure: deps.reportFailure,
      couldNot: (reply, exchange) => turnIntoFault(reply, exchange, 'unavailable'),
    })
    refuseTheRest(fastify, deps, exchangeOf, refuse)
    const served = new Map<string, readonly string[]>()
    const add = (methods: readonly string[], url: string, handler: ReturnType<typeof serve>) => {
      served.set(url, [...(served.get(url) ?? []), ...methods])
      fastify.route({ method: [...methods], url, exposeHeadRoute: false, handler })
    }
    for (const route of [...directoryRoutes(deps), ...inboxRoutes(deps), ...outboxRoutes(deps)]) {
      add(route.methods, route.path, serve(route))
    }
    add(['GET'], '/_ping', async (request, reply) => {
      exchangeOf(request).action = 'ping'
      return answer(reply, { status: 200, body: writePing(deps.environment) })
    })
    for (const [url, methods] of served) {
      const others = METHODS.filter(method => !methods.includes(method))
      fastify.route({
        method: others,
        url,
        handler: async (request, reply) =>
          refuse(request, reply.header('allow', methods.join(', ')), 'method-not-allowed'),
      })
    }
  }
}

/** Whatever a body is, it is not read before it is known who sends it, and then piece by piece. */
function takeBodiesAsTheyCome(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null))
}

function answer(reply: FastifyReply, { status, headers, body }: MeshReply): FastifyReply {
  reply.code(status).headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers })
  if (body instanceof Readable) return reply.send(body)
  if (body?.contentType) reply.header('content-type', body.contentType)
  return reply.send(body?.text)
}
