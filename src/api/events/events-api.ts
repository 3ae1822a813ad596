import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { z } from 'zod'
import { type NhsNumber, parseNhsNumber } from '../../domain/nhs-number.ts'
import { showsSecret } from '../common/bearer-secret.ts'
import { auditEveryRequest, type Exchange, keepExchanges, UNKNOWN_REQUEST } from '../common/exchange.ts'

export interface EventsApiDeps {
  /** What those who announce changes show; absent: nobody can. */
  readonly token: string | undefined
  readonly announceNumberChange: (event: { id: string; nhsNumber: NhsNumber }) => Promise<void>
  readonly recordRequest: (entry: {
    via: 'events'
    action: string
    outcome: 'refused' | 'failed'
    reason: string
  }) => Promise<void>
  readonly reportFailure: (error: unknown, action: string) => void
}

const LONGEST_EVENT = 64 * 1024

const COULD_NOT = { error: 'The event could not be kept. Send it again.' }

/** A change as the national notification service signals it (`nhs-number-change-1`); whatever else it carries is not looked at. */
const numberChange = z.object({
  id: z.string().min(1).max(128),
  type: z.string().regex(/^nhs-number-change(-\d+)?$/, 'The type of event is not one that is taken here.'),
  subject: z.string().transform((text, context): NhsNumber => {
    const number = parseNhsNumber(text)
    if (!number.ok)
      context.addIssue({ code: 'custom', message: 'The subject of the event is an NHS number.' })
    return number.ok ? number.value : z.NEVER
  }),
})

/**
 * Where changes of NHS numbers are announced. Every event is answered alike, whoever it is about: that plans are held is nobody's
 * business here (rule 14.3).
 */
export function eventsApi(deps: EventsApiDeps): FastifyPluginAsync {
  return async app => {
    const exchangeOf = keepExchanges<Exchange>(() => ({ ...UNKNOWN_REQUEST }))
    const couldNot = (reply: FastifyReply) => {
      reply.code(503).type('application/json')
      return JSON.stringify(COULD_NOT)
    }
    auditEveryRequest(app, {
      exchangeOf,
      record: ({ action, reason = 'unknown' }, status) =>
        deps.recordRequest({ via: 'events', action, outcome: status >= 500 ? 'failed' : 'refused', reason }),
      reportFailure: deps.reportFailure,
      couldNot,
    })
    app.setNotFoundHandler(async (request, reply) => {
      exchangeOf(request).reason = 'not served'
      return reply.code(404).send({ error: 'Nothing is served at this address.' })
    })
    app.setErrorHandler(async (error, request, reply) => {
      const exchange = exchangeOf(request)
      const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
      if (error instanceof z.ZodError || (status >= 400 && status < 500)) {
        exchange.reason = 'not readable'
        const why = error instanceof z.ZodError ? z.prettifyError(error) : 'The event cannot be read as JSON.'
        return reply.code(400).send({ error: why })
      }
      exchange.reason = 'system-failure'
      deps.reportFailure(error, exchange.action)
      return reply.type('application/json').send(couldNot(reply))
    })

    app.post('/nhs-number-change', { bodyLimit: LONGEST_EVENT }, async (request, reply) => {
      const exchange = exchangeOf(request)
      exchange.action = 'announce number change'
      if (deps.token === undefined || !showsSecret(request.headers.authorization, deps.token)) {
        exchange.reason = 'token missing or wrong'
        return reply.code(401).send({ error: 'The token of those who announce changes is missing or wrong.' })
      }
      const { id, subject } = numberChange.parse(request.body)
      await deps.announceNumberChange({ id, nhsNumber: subject })
      exchange.audited = true
      return reply.code(202).send({ id })
    })
  }
}
