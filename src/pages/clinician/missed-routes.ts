import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { fhirClient } from '../../client/index.ts'
import { unreachable } from '../../domain/result.ts'
import type { Pages } from '../pages.ts'
import { field, keepForm } from '../session/admit.ts'
import { showSignIn } from '../session/show-sign-in.ts'
import { admitChecking, type Checking } from './admit-checking.ts'
import { type MissedFields, missedFields, type Problem, readMissedForm } from './missed-form.ts'
import { type Draft, missedSeals, reportOf } from './missed-report.ts'

interface Of {
  readonly Querystring: { readonly of?: unknown }
}

/** Reports a missed appointment: what happened, then what the authority will be told, and only then does anything leave. */
export function missedRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const seals = missedSeals(deps)

  fastify.get<Of>('/missed', async (request, reply) => {
    exchangeOf(request).action = 'missed appointment'
    const session = await admitChecking(pages, request, reply)
    if (!session) return reply
    const draft = await seals.open(session, request.query.of)
    if (!draft) return pages.redirect(reply, '/check')
    return showForm(request, reply, draft, missedFields(draft.start, draft.service, draft.description))
  })

  fastify.post('/missed', async (request, reply) => {
    exchangeOf(request).action = 'missed appointment'
    const session = await admitChecking(pages, request, reply)
    if (!session) return reply
    const draft = await seals.open(session, field(request, 'of'))
    if (!draft) return pages.redirect(reply, '/check')
    const fields: MissedFields = {
      day: field(request, 'day'),
      month: field(request, 'month'),
      year: field(request, 'year'),
      time: field(request, 'time'),
      service: field(request, 'service'),
      description: field(request, 'description'),
    }
    const read = readMissedForm(fields, deps.now())
    if (!read.ok) {
      exchangeOf(request).reason = 'not filled in'
      return showForm(request, reply, draft, fields, read.fault)
    }
    const { start, service, description } = read.value
    const whole = { ...draft, start: start.toISOString(), service, description }
    return pages.redirect(reply, `/missed/check?of=${await seals.seal(whole)}`)
  })

  fastify.get<Of>('/missed/check', async (request, reply) => {
    exchangeOf(request).action = 'missed appointment: check'
    const session = await admitChecking(pages, request, reply)
    if (!session) return reply
    const draft = await seals.open(session, request.query.of)
    const report = draft && reportOf(draft)
    if (!report) return pages.redirect(reply, '/check')
    return pages.show(request, reply, {
      view: 'missed-check',
      title: 'Check what will be sent',
      confidential: true,
      values: { of: request.query.of, draft, report },
    })
  })

  fastify.post('/missed/send', async (request, reply) => {
    exchangeOf(request).action = 'missed appointment: send'
    const session = await admitChecking(pages, request, reply)
    if (!session) return reply
    const draft = await seals.open(session, field(request, 'of'))
    return draft ? send(request, reply, session, draft) : pages.redirect(reply, '/check')
  })

  fastify.get<Of>('/missed/sent', async (request, reply) => {
    exchangeOf(request).action = 'missed appointment: sent'
    const session = await admitChecking(pages, request, reply)
    if (!session) return reply
    const outcome = await seals.openOutcome(session, request.query.of)
    const report = outcome && reportOf(outcome.draft)
    if (!report) return pages.redirect(reply, '/check')
    const page = { view: 'missed-sent', title: 'The authority is told', confidential: true }
    return pages.show(request, reply, { ...page, values: { ...outcome, report } })
  })

  function showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    draft: Draft,
    fields: MissedFields,
    problems: readonly Problem[] = [],
  ) {
    const wrong = Object.fromEntries(problems.map(problem => [problem.field, problem.text]))
    return seals.seal(draft).then(of =>
      pages.show(request, reply, {
        view: 'missed',
        title: 'Report a missed appointment',
        confidential: true,
        ...(problems.length > 0 && { status: 400, failed: true }),
        values: { of, draft, fields, problems, wrong },
      }),
    )
  }

  /** Sends it in the reporter's name. Until somebody is known to be told, nobody is said to be. */
  async function send(request: FastifyRequest, reply: FastifyReply, session: Checking, draft: Draft) {
    const report = reportOf(draft)
    if (!report) return pages.redirect(reply, '/check')
    const client = fhirClient({ baseUrl: deps.fhirUrl, token: () => session.token })
    const outcome = await client.reportMissedAppointment(report)
    switch (outcome.kind) {
      case 'told': {
        const { authorities, repeated } = outcome
        const of = await seals.sealOutcome({
          draft,
          repeated,
          authorities: authorities.map(({ odsCode: _code, ...authority }) => authority),
        })
        return pages.redirect(reply, `/missed/sent?of=${of}`)
      }
      case 'nobody-told':
        return pages.show(request, reply, {
          view: 'missed-nobody',
          title: 'Nobody was told',
          failed: true,
          confidential: true,
          values: { draft },
        })
      case 'refused': {
        exchangeOf(request).reason = `refused ${outcome.status}`
        if (outcome.status === 401) {
          const resume = await keepForm(pages, request)
          return showSignIn(pages, request, reply, { ended: true, resume })
        }
        const lines = [`${outcome.message}.`, 'Nobody was told.']
        const values = { lines, link: { href: '/check', text: 'Check somebody' } }
        return pages.show(request, reply, {
          view: 'message',
          title: 'The report was not taken',
          status: 422,
          values,
        })
      }
      case 'not-known':
        exchangeOf(request).reason = 'not known'
        return pages.show(request, reply, {
          view: 'missed-not-known',
          title: 'Nobody knows whether the authority was told',
          status: 503,
          failed: true,
          confidential: true,
          values: { draft, of: field(request, 'of'), message: `${outcome.message}.` },
        })
      default:
        return unreachable(outcome)
    }
  }
}
