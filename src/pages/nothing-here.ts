import type { FastifyReply, FastifyRequest } from 'fastify'
import { homeOf, type Pages } from './pages.ts'

/** One answer to whatever is not there and whatever is somebody else's (rule 21.12). */
export function nothingHere(
  pages: Pages,
  request: FastifyRequest,
  reply: FastifyReply,
  reason = 'not found',
): FastifyReply {
  const exchange = pages.exchangeOf(request)
  exchange.reason = reason
  const home = exchange.session ? homeOf(exchange.session) : '/'
  return pages.show(request, reply, {
    view: 'message',
    title: 'Page not found',
    status: 404,
    values: { lines: ['Nothing is here.'], link: { href: home, text: 'Go to your first page' } },
  })
}

/** The page of a list that an address asks for, from 1. */
export function pageOf(request: FastifyRequest): number {
  const page = Number((request.query as Readonly<Record<string, unknown>>)['page'] ?? 1)
  return Number.isInteger(page) && page >= 1 && page <= 100_000 ? page : 1
}
