import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Officer } from '../../../flows/take-desk-step.ts'
import { actorOf } from '../exchange.ts'
import { takeFiles } from '../file-form.ts'
import type { Pages } from '../pages.ts'
import type { AuthoritySession } from '../session.ts'
import { failureRoutes } from './failure-routes.ts'
import { phoneRoutes } from './phone-routes.ts'
import { sendRoutes } from './send-routes.ts'
import { todayRoutes } from './today-routes.ts'
import { uploadRoutes } from './upload-routes.ts'

/**
 * The desk of an authority: what it was told, and what became of what it sent. Whatever is asked is asked of the session's own
 * authority, and of nobody else's (rule 21.12).
 */
export function authorityRoutes(pages: Pages): FastifyPluginAsync {
  return async fastify => {
    takeFiles(fastify)
    todayRoutes(fastify, pages)
    uploadRoutes(fastify, pages)
    failureRoutes(fastify, pages)
    sendRoutes(fastify, pages)
    phoneRoutes(fastify, pages)
  }
}

export function officerOf(session: AuthoritySession): Officer {
  return { authority: session.odsCode, name: session.name, actor: actorOf(session) }
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/** The id in an address; undefined where it can be nobody's. */
export function idOf(text: string): string | undefined {
  return UUID.test(text) ? text : undefined
}

/** One answer to whatever is not there and whatever is another authority's. */
export function notFound(pages: Pages, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  pages.exchangeOf(request).reason = 'not found'
  return pages.show(request, reply, {
    view: 'message',
    title: 'Page not found',
    status: 404,
    values: { lines: ['Nothing is here.'], link: { href: '/desk', text: 'Go to your first page' } },
  })
}

/** The page of a list that an address asks for, from 1. */
export function pageOf(request: FastifyRequest): number {
  const page = Number((request.query as Readonly<Record<string, unknown>>)['page'] ?? 1)
  return Number.isInteger(page) && page >= 1 && page <= 100_000 ? page : 1
}
