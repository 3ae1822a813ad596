import type { FastifyInstance } from 'fastify'
import type { Pages } from '../pages.ts'
import { addAuthorityRoutes } from './add-authority-routes.ts'
import { auditRoutes } from './audit-routes.ts'
import { authoritiesRoutes } from './authorities-routes.ts'
import { authorityRoutes } from './authority-routes.ts'
import { authoritySettingsRoutes } from './authority-settings-routes.ts'
import { clientRoutes } from './client-routes.ts'
import { clientsRoutes } from './clients-routes.ts'
import { issueRoutes } from './issue-routes.ts'
import { onboardingRoutes } from './onboarding-routes.ts'
import { overviewRoutes } from './overview-routes.ts'
import { retentionRoutes } from './retention-routes.ts'
import { successionRoutes } from './succession-routes.ts'

/** What the operator of the national service sees and does. Every look is in the audit log, whose reader is in it, too. */
export function operatorRoutes(fastify: FastifyInstance, pages: Pages): void {
  overviewRoutes(fastify, pages)
  authoritiesRoutes(fastify, pages)
  addAuthorityRoutes(fastify, pages)
  authorityRoutes(fastify, pages)
  authoritySettingsRoutes(fastify, pages)
  successionRoutes(fastify, pages)
  clientsRoutes(fastify, pages)
  clientRoutes(fastify, pages)
  onboardingRoutes(fastify, pages)
  issueRoutes(fastify, pages)
  auditRoutes(fastify, pages)
  retentionRoutes(fastify, pages)
}
