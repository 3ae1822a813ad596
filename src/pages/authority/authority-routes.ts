import type { FastifyPluginAsync } from 'fastify'
import { takeFiles } from '../file-form.ts'
import type { Pages } from '../pages.ts'
import { failureRoutes } from './failure-routes.ts'
import { hoursRoutes } from './hours-routes.ts'
import { notificationRoutes } from './notification-routes.ts'
import { phoneRoutes } from './phone-routes.ts'
import { planRoutes } from './plan-routes.ts'
import { sendRoutes } from './send-routes.ts'
import { uploadRoutes } from './upload-routes.ts'

/**
 * The pages of an authority: what it was told, and what became of what it sent. Whatever is asked is asked of the session's own
 * authority, and of nobody else's (rule 21.12).
 */
export function authorityRoutes(pages: Pages): FastifyPluginAsync {
  return async fastify => {
    takeFiles(fastify)
    notificationRoutes(fastify, pages)
    uploadRoutes(fastify, pages)
    failureRoutes(fastify, pages)
    planRoutes(fastify, pages)
    sendRoutes(fastify, pages)
    phoneRoutes(fastify, pages)
    hoursRoutes(fastify, pages)
  }
}
