import type { FastifyPluginAsync } from 'fastify'
import type { Officer } from '../../flows/notification/take-desk-step.ts'
import { actorOf } from '../exchange.ts'
import { takeFiles } from '../file-form.ts'
import type { Pages } from '../pages.ts'
import type { AuthoritySession } from '../session/session.ts'
import { failureRoutes } from './failure-routes.ts'
import { todayRoutes } from './notification-routes.ts'
import { phoneRoutes } from './phone-routes.ts'
import { sendRoutes } from './send-routes.ts'
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
