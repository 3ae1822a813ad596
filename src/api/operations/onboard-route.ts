import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { onboard } from '../../flows/registration/onboard.ts'
import { newPassword } from '../common/registration/new-password.ts'
import { onboardingFile } from '../common/registration/onboarding-file.ts'
import type { OperationsApiDeps } from './api-deps.ts'
import { lacksPages, NO_PAGES } from './authority-routes.ts'

const onboardBody = z.object({ file: onboardingFile, dryRun: z.boolean().default(false) })

/** All of England is a few hundred kilobytes. */
const MAX_BYTES = 16 * 1024 * 1024

/** Takes on whoever a file names, all of them or nobody (rule 19.8). */
export function onboardRoute(app: FastifyInstance, deps: OperationsApiDeps): void {
  app.post('/onboarding', { bodyLimit: MAX_BYTES }, async (request, reply) => {
    const { file, dryRun } = onboardBody.parse(request.body)
    if (file.authorities.some(authority => lacksPages(deps, authority)))
      return reply.code(409).send({ error: NO_PAGES })
    const outcome = await onboard({ ...deps, newPassword }, file, { dryRun })
    if (!outcome.ok) return reply.code(400).send({ error: outcome.fault.join('\n') })
    return { dryRun, lines: outcome.value }
  })
}
