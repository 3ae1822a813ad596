import type { FastifyInstance } from 'fastify'
import { takeFiles } from '../file-form.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import { ours } from '../session/show-sign-in.ts'
import { admitChecking, CARE } from './admit-checking.ts'
import { launchRoutes } from './launch-routes.ts'
import { missedRoutes } from './missed-routes.ts'
import { answerAddresses } from './sealed-number.ts'
import { showAnswer } from './show-answer.ts'
import { readTypedNumber } from './typed-number.ts'
import { worklistRoutes } from './worklist-routes.ts'

const CHECK = { view: 'check', title: 'Check a child or a pregnant woman' } as const
/** Which rule a note is about is for those who read the rules. */
const RULE = / \(rule [\d.]+\)/

/** A clinician signs in, says once why they are looking, and then two steps lead from a number to an answer. */
export function clinicianRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const addresses = answerAddresses(deps)
  const examples = deps.examples.map(({ nhsNumber, note }) => ({ nhsNumber, note: note.replace(RULE, '') }))

  fastify.get<{ Querystring: { next?: unknown } }>('/care', async (request, reply) => {
    exchangeOf(request).action = 'choose care'
    const session = await admit(pages, request, reply, 'clinician')
    if (!session) return reply
    const { next } = request.query
    const after = ours(typeof next === 'string' ? next : '/check')
    if (session.may.length < 2) return pages.redirect(reply, '/check')
    return pages.show(request, reply, { ...CARE, values: { next: after } })
  })

  fastify.post('/care', async (request, reply) => {
    exchangeOf(request).action = 'choose care'
    const session = await admit(pages, request, reply, 'clinician')
    if (!session) return reply
    const next = ours(field(request, 'next'))
    const resume = field(request, 'resume')
    const chosen = session.may.find(access => access === field(request, 'access'))
    if (!chosen) {
      const values = { problem: 'Choose why you are looking', next, resume }
      return pages.show(request, reply, { ...CARE, status: 400, failed: true, values })
    }
    const chose = { ...session, access: chosen }
    exchangeOf(request).session = await pages.signIn(reply, chose)
    const form = resume ? await pages.forms.open(resume, deps.now()) : undefined
    if (form)
      return pages.show(request, reply, { view: 'continue', title: 'What you typed is kept', values: form })
    return pages.redirect(reply, next === '/' ? '/check' : next)
  })

  fastify.get('/check', async (request, reply) => {
    exchangeOf(request).action = 'check'
    const session = await admitChecking(pages, request, reply)
    return session ? pages.show(request, reply, { ...CHECK, values: { examples } }) : reply
  })

  fastify.post('/check', async (request, reply) => {
    exchangeOf(request).action = 'check'
    const session = await admitChecking(pages, request, reply)
    if (!session) return reply
    const typed = field(request, 'nhsNumber')
    const number = readTypedNumber(typed)
    if (number.ok) return pages.redirect(reply, await addresses.of(session, number.value))
    exchangeOf(request).reason = 'not an NHS number'
    const values = { problem: number.fault, typed: typed.slice(0, 60) }
    return pages.show(request, reply, { ...CHECK, status: 400, failed: true, values })
  })

  fastify.get<{ Params: { sealed: string } }>('/answer/:sealed', async (request, reply) => {
    exchangeOf(request).action = 'show answer'
    const session = await admitChecking(pages, request, reply)
    if (!session) return reply
    const number = await addresses.open(session, request.params.sealed)
    if (!number) return pages.redirect(reply, '/check')
    return showAnswer(pages, request, reply, session, number)
  })

  missedRoutes(fastify, pages)
  fastify.register(async scope => {
    takeFiles(scope)
    worklistRoutes(scope, pages, addresses)
  })
  launchRoutes(fastify, pages, addresses)
}
