import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { onboard } from '../../flows/onboard.ts'
import { authorityEntry } from './authority-body.ts'
import { clientSystemBody } from './client-system-body.ts'
import type { OperationsDoorDeps } from './door-deps.ts'
import { mailboxId, password } from './mailbox-body.ts'
import { name, odsCode, organisationBody } from './organisation-body.ts'

const mailboxEntry = z.strictObject({ id: mailboxId, name, odsCode, password: password.optional() })

const onboardingFile = z.strictObject({
  mailboxes: z
    .array(
      mailboxEntry.transform(({ password, ...mailbox }) => ({
        ...mailbox,
        ...(password !== undefined && { password }),
      })),
    )
    .default([]),
  authorities: z.array(authorityEntry).default([]),
  organisations: z.array(organisationBody).default([]),
  systems: z.array(clientSystemBody).default([]),
})

const onboardBody = z.object({ file: onboardingFile, dryRun: z.boolean().default(false) })

/** All of England is a few hundred kilobytes. */
const MAX_BYTES = 16 * 1024 * 1024

/** Takes on whoever a file names, all of them or nobody (rule 19.8). */
export function onboardRoute(app: FastifyInstance, deps: OperationsDoorDeps): void {
  app.post('/onboarding', { bodyLimit: MAX_BYTES }, async (request, reply) => {
    const { file, dryRun } = onboardBody.parse(request.body)
    const newPassword = () => randomBytes(18).toString('base64url')
    const outcome = await onboard({ ...deps, newPassword }, file, { dryRun })
    if (!outcome.ok) return reply.code(400).send({ error: outcome.fault.join('\n') })
    return { dryRun, lines: outcome.value }
  })
}
