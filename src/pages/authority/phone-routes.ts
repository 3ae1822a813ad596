import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PHONES_CONFIRMED_DAYS } from '../../domain/watch/issue.ts'
import { confirmPhones } from '../../flows/watch/answer-issue.ts'
import { actorOf } from '../exchange.ts'
import { nothingHere } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import type { AuthoritySession } from '../session/session.ts'

/** The numbers that clinicians ring, and that somebody has said they are right (rule 16.5). */
export function phoneRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { storage } = deps.flows

  const showPhones = async (
    request: FastifyRequest,
    reply: FastifyReply,
    session: AuthoritySession,
    problem?: string,
  ) => {
    const authority = await storage.authorities.find(session.odsCode)
    if (!authority) return nothingHere(pages, request, reply)
    const confirmed = await storage.authorityPages.confirmedPhones(session.odsCode)
    const { contact } = authority
    const same =
      confirmed?.dutyPhone === contact?.dutyPhone && confirmed?.officePhone === contact?.officePhone
    const until = confirmed && new Date(confirmed.at.getTime() + PHONES_CONFIRMED_DAYS * 86_400_000)
    const believed = same && until !== undefined && until.getTime() > deps.now().getTime()
    return pages.show(request, reply, {
      view: 'desk-phones',
      title: 'Phone numbers',
      ...(problem !== undefined && { status: 409, failed: true }),
      values: {
        contact,
        confirmed,
        lastConfirmed: confirmed?.at.toISOString(),
        same,
        until,
        believed,
        days: PHONES_CONFIRMED_DAYS,
        problem,
      },
    })
  }

  fastify.get('/desk/phones', async (request, reply) => {
    exchangeOf(request).action = 'show phones'
    const session = await admit(pages, request, reply, 'authority')
    return session ? showPhones(request, reply, session) : reply
  })

  fastify.post('/desk/phones', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'confirm phones'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const rung = [field(request, 'dutyPhone'), field(request, 'officePhone')].filter(Boolean)
    const by = { via: 'web', actor: actorOf(session) } as const
    const lastConfirmed = field(request, 'lastConfirmed')
    const confirmed = await confirmPhones(deps.flows, session.odsCode, rung, { by, lastConfirmed })
    if (confirmed.ok) {
      exchange.audited = true
      return pages.redirect(reply, '/desk/phones')
    }
    exchange.reason = confirmed.fault.kind
    // Sent twice, or a colleague was faster: it stands as was asked.
    if (confirmed.fault.kind === 'confirmed-since') return pages.redirect(reply, '/desk/phones')
    const problem = 'The numbers have changed since you opened the page. Check those shown now.'
    return showPhones(request, reply, session, problem)
  })
}
