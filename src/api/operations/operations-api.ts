import type { FastifyInstance, FastifyPluginAsync, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { MailboxId } from '../../domain/organisation.ts'
import { parseAsid } from '../../domain/registration/client-system.ts'
import type { Storage } from '../../flows/ports.ts'
import {
  addClientSystem,
  addMailbox,
  addWorkflow,
  postAnswerAgain,
  removeClientSystem,
} from '../../flows/registration/manage-exchange.ts'
import { showsSecret } from '../common/bearer-secret.ts'
import { clientSystemBody } from '../common/registration/client-system-body.ts'
import { mailboxBody, mailboxId } from '../common/registration/mailbox-body.ts'
import type { OperationsApiDeps } from './api-deps.ts'
import { appointmentRoutes } from './appointment-routes.ts'
import { auditRoutes } from './audit-routes.ts'
import { authorityRoutes } from './authority-routes.ts'
import { holidayRoutes } from './holiday-routes.ts'
import { issueRoutes } from './issue-routes.ts'
import { onboardRoute } from './onboard-route.ts'
import { organisationRoutes } from './organisation-routes.ts'
import { recordCommand, seenOnRecord } from './record-command.ts'
import { retentionRoutes } from './retention-routes.ts'
import { successionRoutes } from './succession-routes.ts'

/**
 * The operations API, on a port of its own: health and metrics for machines, and the commands of `cpis` behind the operator's
 * secret. Every command is in the audit log (rule 8.1); health and metrics concern nobody and are not.
 */
export function operationsApi(deps: OperationsApiDeps): FastifyPluginAsync {
  return async app => {
    app.get('/health/live', async () => ({ status: 'live' }))
    app.get('/health/ready', async (_request, reply) => readiness(deps, reply))
    app.get('/metrics', async (_request, reply) => {
      const { contentType, text } = await deps.metrics()
      return reply.type(contentType).send(text)
    })
    app.register(commands(deps))
  }
}

async function readiness(deps: OperationsApiDeps, reply: FastifyReply) {
  try {
    await deps.probe()
    return { status: 'ready' }
  } catch {
    return reply.code(503).send({ status: 'not ready', reason: 'The database does not answer.' })
  }
}

/** Everything an operator may do; each route is one command. */
function commands(deps: OperationsApiDeps): FastifyPluginAsync {
  return async app => {
    app.addHook('onRequest', async (request, reply) => {
      if (showsSecret(request.headers.authorization, deps.adminToken)) return
      await reply
        .code(401)
        .send({ error: "The operator's secret is missing or wrong. Set CPIS_ADMIN_TOKEN to it." })
    })
    app.addHook('onSend', async (_request, reply) => {
      if (reply.statusCode < 400) return
      await recordCommand(deps, {
        action: 'command',
        outcome: 'refused',
        reason: `status ${reply.statusCode}`,
      })
    })
    app.setErrorHandler(async (error, _request, reply) => {
      if (error instanceof z.ZodError) return reply.code(400).send({ error: z.prettifyError(error) })
      throw error
    })
    reading(app, deps)
    changing(app, deps)
    authorityRoutes(app, deps)
    successionRoutes(app, deps)
    appointmentRoutes(app, deps)
    auditRoutes(app, deps)
    organisationRoutes(app, deps)
    holidayRoutes(app, deps)
    issueRoutes(app, deps)
    onboardRoute(app, deps)
    retentionRoutes(app, deps)
  }
}

function reading(app: FastifyInstance, deps: OperationsApiDeps): void {
  const { storage } = deps
  const seen = <T>(action: string, read: Promise<T>) => seenOnRecord(deps, action, read)
  app.get('/mailboxes', async () =>
    (await seen('list mailboxes', storage.mailboxes.list())).map(({ password: _secret, ...shown }) => shown),
  )
  app.get('/workflows', () => seen('list workflows', storage.workflows.list()))
  app.get('/clients', () => seen('list client systems', storage.clientSystems.list()))
  app.get('/answers/undelivered', () =>
    seen('list undelivered answers', storage.asynchronousAnswers.undelivered()),
  )
  app.get('/relay', () => seen('show relay', storage.relay.status()))
  app.get('/sandbox', async (_request, reply) => {
    if (!deps.sandbox)
      return reply.code(404).send({ error: 'There is no sandbox: this service runs in production mode.' })
    return seen('show sandbox', deps.sandbox())
  })
}

function changing(app: FastifyInstance, deps: OperationsApiDeps): void {
  app.post('/mailboxes', async (request, reply) => {
    const mailbox = mailboxBody.parse(request.body)
    await addMailbox(deps, mailbox)
    return reply.code(201).send({ id: mailbox.id })
  })
  app.post('/workflows', async (request, reply) => {
    const workflow = workflowBody.parse(request.body)
    const unknown = await unknownMailboxes(deps.storage, [...workflow.senders, ...workflow.receivers])
    if (unknown.length > 0) return reply.code(400).send({ error: `No such mailbox: ${unknown.join(', ')}` })
    await addWorkflow(deps, workflow)
    return reply.code(201).send({ id: workflow.id })
  })
  app.post('/clients', async (request, reply) => {
    const system = clientSystemBody.parse(request.body)
    const { asid } = system
    const added = await addClientSystem(deps, system)
    if (added.ok) return reply.code(201).send({ asid })
    return reply.code(400).send({ error: `System ${added.fault.asid} has that CPA id: each has its own.` })
  })
  app.post<{ Params: { asid: string } }>('/clients/:asid/remove', async (request, reply) => {
    const asid = parseAsid(request.params.asid)
    if (!asid || !(await removeClientSystem(deps, asid))) {
      return reply.code(404).send({ error: 'No such client system. GET /clients lists them.' })
    }
    return { asid }
  })
  app.post('/answers/post-again', async (request, reply) => {
    const wanted = answerBody.parse(request.body)
    const undelivered = await deps.storage.asynchronousAnswers.undelivered()
    const answer = undelivered.find(
      ({ system, messageId }) => system === wanted.asid && messageId === wanted.messageId,
    )
    if (!answer || !(await postAnswerAgain(deps, answer))) {
      return reply.code(404).send({ error: 'No such answer. GET /answers/undelivered lists them.' })
    }
    return wanted
  })
}

const answerBody = z.object({ asid: z.string(), messageId: z.string() })
const workflowBody = z.object({
  id: z.string().min(1).max(300),
  description: z.string().default(''),
  senders: z.array(mailboxId).default([]),
  receivers: z.array(mailboxId).default([]),
})

async function unknownMailboxes(storage: Storage, ids: readonly MailboxId[]): Promise<MailboxId[]> {
  const unknown: MailboxId[] = []
  for (const id of new Set(ids)) if (!(await storage.mailboxes.find(id))) unknown.push(id)
  return unknown
}
