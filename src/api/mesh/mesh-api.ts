import { Readable } from 'node:stream'
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  RouteHandlerMethod,
} from 'fastify'
import { type Result, success } from '../../domain/result.ts'
import { recordRequest } from '../../flows/audit/record-request.ts'
import { readAccept } from '../../formats/mesh/api-version.ts'
import type { MeshFault } from '../../formats/mesh/mesh-fault.ts'
import { readMessageId } from '../../formats/mesh/message-id.ts'
import { writePing } from '../../formats/mesh/write-bodies.ts'
import { auditEveryRequest } from '../common/exchange.ts'
import { admitMailbox } from './admit-mailbox.ts'
import type { MeshApiDeps } from './api-deps.ts'
import { directoryRoutes, lookUpRoutes } from './directory-routes.ts'
import { refuseTheRest, refusing, turnIntoFault } from './every-request.ts'
import { type Exchange, entryOf, keepMeshExchanges } from './exchange.ts'
import { inboxRoutes } from './inbox-routes.ts'
import type { MailboxCall, MeshReply } from './mesh-route.ts'
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
    const servedBy =
      <Caller extends object>(
        admit: (request: FastifyRequest, exchange: Exchange) => Promise<Result<Caller, MeshFault>>,
        route: ServedRoute<Caller>,
      ) =>
      async (request: FastifyRequest, reply: FastifyReply) => {
        const exchange = exchangeOf(request)
        exchange.action = route.action
        const params = request.params as Record<string, string>
        const messageId = readMessageId(params['message'] ?? '')
        if (messageId) exchange.messageId = messageId
        const admitted = await admit(request, exchange)
        if (!admitted.ok) return refuse(request, reply, admitted.fault)
        const answered = await route.answer({
          ...admitted.value,
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

    const byToken = async (request: FastifyRequest, exchange: Exchange) => {
      const opened = await admitMailbox(authenticating, request, exchange)
      return opened.ok ? success({ mailbox: opened.value }) : opened
    }
    /** Whoever shows a token is judged by it; without one the connection decides (rule 7.10). */
    const toLookUp = async (request: FastifyRequest, exchange: Exchange) => {
      const caller = request.headers.authorization ? undefined : deps.mayLookUp(request)
      if (caller) {
        const version = readAccept(request.headers.accept)
        return version.ok ? success({ caller }) : version
      }
      const opened = await byToken(request, exchange)
      return opened.ok ? success({ caller: { mailbox: opened.value.mailbox.id } }) : opened
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
    const add = (methods: readonly string[], url: string, handler: RouteHandlerMethod) => {
      served.set(url, [...(served.get(url) ?? []), ...methods])
      fastify.route({ method: [...methods], url, exposeHeadRoute: false, handler })
    }
    for (const route of [...directoryRoutes(deps), ...inboxRoutes(deps), ...outboxRoutes(deps)]) {
      add(route.methods, route.path, servedBy(byToken, route))
    }
    for (const route of lookUpRoutes(deps)) add(route.methods, route.path, servedBy(toLookUp, route))
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

/** A route whose calls bring what admission found out of the caller. */
interface ServedRoute<Caller> {
  readonly action: string
  readonly answer: (call: Omit<MailboxCall, 'mailbox'> & Caller) => Promise<Result<MeshReply, MeshFault>>
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
