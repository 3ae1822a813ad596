import type { FastifyInstance, FastifyRequest } from 'fastify'
import { homeOf, newSessionToken, type Pages } from '../pages.ts'
import { field } from './admit.ts'
import type { Session } from './session.ts'
import { ours, showSignIn } from './show-sign-in.ts'

export function signInRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages

  fastify.get('/', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'first page'
    return pages.redirect(reply, exchange.session ? homeOf(exchange.session) : '/sign-in')
  })

  fastify.get('/sign-in', async (request, reply) => {
    exchangeOf(request).action = 'sign in'
    return showSignIn(pages, request, reply, {})
  })

  fastify.post('/sign-in', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'sign in'
    const resume = field(request, 'resume')
    const next = ours(field(request, 'next'))
    const signedIn = await deps.signIn.signIn(personOf(request))
    if (!signedIn) {
      exchange.reason = 'nobody chosen'
      const kept = resume ? { resume } : {}
      return showSignIn(pages, request, reply, { next, ...kept, problem: 'Choose who you are' })
    }
    const session = await pages.signIn(reply, begun({ ...signedIn, csrf: newSessionToken() }))
    exchange.session = session
    const form = resume ? await pages.forms.open(resume, deps.now()) : undefined
    if (form)
      return pages.show(request, reply, { view: 'continue', title: 'What you typed is kept', values: form })
    return pages.redirect(reply, next === '/' ? homeOf(session) : next)
  })

  fastify.post('/sign-out', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'sign out'
    if (exchange.session && field(request, 'csrf') === exchange.session.csrf) pages.signOut(reply)
    return pages.redirect(reply, '/sign-in')
  })
}

/** Who is chosen in a list counts before the one of the radio buttons, of which one is always chosen. */
function personOf(request: FastifyRequest): string {
  const sent = [(request.body as Readonly<Record<string, unknown>> | undefined)?.['person']].flat()
  return String(sent.filter(Boolean).at(-1) ?? '')
}

/** Whoever may look in one way only has nothing to choose. */
function begun(session: Session): Session {
  if (session.kind !== 'clinician') return session
  const [only, ...others] = session.may
  return only && others.length === 0 ? { ...session, access: only } : session
}
