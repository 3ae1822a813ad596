import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import type { FastifyPluginAsync } from 'fastify'
import { auditEveryRequest } from '../api/common/exchange.ts'
import { authorityRoutes } from './authority/authority-routes.ts'
import { clinicianRoutes } from './clinician/clinician-routes.ts'
import { entryOf } from './exchange.ts'
import { operatorRoutes } from './operator/operator-routes.ts'
import type { PageDeps } from './page-deps.ts'
import { pagesOf } from './pages.ts'
import { signInRoutes } from './session/sign-in-routes.ts'
import { readStyles, serveStyles } from './styles.ts'

const LONGEST_FORM = 256 * 1024

/** Nothing but our own pages, styles and forms: no script runs, nobody frames a page, and nobody is told where one came from. */
const PROTECTION = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
} as const

/** The pages. Clinicians' pages ask the FHIR API like anybody's; every page leaves its audit entry (rule 8.1). */
export function webPages(deps: PageDeps): FastifyPluginAsync {
  return async fastify => {
    const sheets = readStyles()
    const pages = pagesOf(deps, { design: sheets.design.address, own: sheets.own.address })
    const { exchangeOf } = pages
    await fastify.register(cookie)
    await fastify.register(formbody, { bodyLimit: LONGEST_FORM })
    fastify.addHook('onRequest', async (request, reply) => {
      reply.headers(PROTECTION)
      // Style sheets are anybody's and may be kept by caches: they never carry a session.
      if (!request.url.startsWith('/assets/')) await pages.recognise(request, reply)
    })
    auditEveryRequest(fastify, {
      exchangeOf,
      record: (exchange, status) => deps.recordRequest(entryOf(exchange, status)),
      reportFailure: deps.reportFailure,
      couldNot: reply => {
        reply.code(503).type('text/plain; charset=utf-8')
        return 'The service could not look. Nothing can be said about what was asked. Try again.'
      },
    })
    fastify.setErrorHandler((error, request, reply) => {
      const exchange = exchangeOf(request)
      const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
      const mistaken = status >= 400 && status < 500
      exchange.reason = mistaken ? `status ${status}` : 'system-failure'
      if (!mistaken) deps.reportFailure(error, exchange.action)
      return pages.show(request, reply, {
        view: 'message',
        title: mistaken ? 'That cannot be read' : 'Something went wrong',
        status: mistaken || status === 503 ? status : 500,
        values: {
          lines: mistaken
            ? ['What was sent is too long, or is not a form of this service.']
            : [
                'The service could not look. Nothing can be said about what was asked. Try again in a moment.',
              ],
          link: { href: '/', text: 'Go to your first page' },
        },
      })
    })
    serveStyles(fastify, sheets, exchangeOf)
    signInRoutes(fastify, pages)
    clinicianRoutes(fastify, pages)
    operatorRoutes(fastify, pages)
    await fastify.register(authorityRoutes(pages))
  }
}
