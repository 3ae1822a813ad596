import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { otherNationWords } from '../../domain/nhs-number.ts'
import type { Pages } from '../pages.ts'
import { field } from '../session/admit.ts'
import { sealedBox } from '../session/sealed-box.ts'
import { admitChecking } from './admit-checking.ts'
import { type AnswerAddresses, sealedNumber } from './sealed-number.ts'

/** A launch is to be gone on with at once, but signing in may come in between. */
const MINUTES = 15

const launched = z.object({ user: z.string(), number: sealedNumber })

/**
 * An electronic record opens an answer: it sends its user here with a signed patient context. What it signed is checked before
 * anybody is asked to sign in, and from then on no address shows it. It opens for its own user only: on a shared computer
 * somebody else may still be signed in, and the look would be theirs.
 */
export function launchRoutes(fastify: FastifyInstance, pages: Pages, addresses: AnswerAddresses): void {
  const { deps, exchangeOf } = pages
  const { readPatientContext: readContext } = deps
  if (!readContext) return
  const box = sealedBox(deps.sessionSecret, 'launch', launched)

  const launch = async (request: FastifyRequest, reply: FastifyReply, context: string) => {
    exchangeOf(request).action = 'launch'
    const read = await readContext(context)
    if (read.ok) {
      const { user, nhsNumber: number } = read.value
      return pages.redirect(reply, `/launch/open?of=${await box.seal({ user, number }, deps.now(), MINUTES)}`)
    }
    exchangeOf(request).reason = read.fault.kind
    const broken = read.fault.kind === 'issuer-unavailable'
    return pages.show(request, reply, {
      view: 'launch-refused',
      title: broken ? 'CP-IS could not look' : 'This link cannot be used',
      status: broken ? 503 : 400,
      failed: true,
      values: { kind: read.fault.kind, nation: otherNationWords(read.fault.kind) },
    })
  }

  fastify.get<{ Querystring: { context?: unknown } }>('/launch', (request, reply) => {
    const { context } = request.query
    return launch(request, reply, typeof context === 'string' ? context : '')
  })

  // Posted, the context is in no address at all.
  fastify.post('/launch', (request, reply) => launch(request, reply, field(request, 'context')))

  fastify.get<{ Querystring: { of?: unknown } }>('/launch/open', async (request, reply) => {
    exchangeOf(request).action = 'launch'
    const session = await admitChecking(pages, request, reply)
    if (!session) return reply
    const { of } = request.query
    const opened = typeof of === 'string' ? await box.open(of, deps.now()) : undefined
    if (!opened) return pages.redirect(reply, '/check')
    if (opened.user === session.user) return pages.redirect(reply, await addresses.of(session, opened.number))
    exchangeOf(request).reason = 'launched by somebody else'
    return pages.show(request, reply, {
      view: 'launch-refused',
      title: 'Somebody else is signed in',
      status: 403,
      failed: true,
      values: { kind: 'other-user' },
    })
  })
}
