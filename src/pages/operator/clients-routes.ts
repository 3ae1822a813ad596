import type { FastifyInstance } from 'fastify'
import type { AccessKind } from '../../domain/query/requester.ts'
import type { ClientExchange } from '../../domain/registration/client-system.ts'
import type { Pages } from '../pages.ts'
import { admit } from '../session/admit.ts'

export const ACCESS_WORDS: Readonly<Record<AccessKind, string>> = {
  unscheduled: 'Unscheduled attendances',
  scheduled: 'Booked appointments',
}

export const EXCHANGE_WORDS: Readonly<Record<ClientExchange, string>> = {
  synchronous: 'Answered at once',
  asynchronous: 'Answered later',
  'mini-service': 'Mini service',
}

/** The systems and organisations of health that may ask. */
export function clientsRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages

  fastify.get('/operator/clients', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show clients'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const { clientSystems, organisations, asynchronousAnswers } = deps.flows.storage
    const [systems, known, undelivered] = await Promise.all([
      clientSystems.list(),
      organisations.list(),
      asynchronousAnswers.undelivered(),
    ])
    exchange.details = { systems: systems.length, organisations: known.length }
    return pages.show(request, reply, {
      view: 'operator-clients',
      title: 'Clients',
      values: {
        systems: systems.map(system => ({
          ...system,
          allows: system.allows.map(access => ACCESS_WORDS[access]),
          exchanges: system.exchanges.map(one => EXCHANGE_WORDS[one]),
          undelivered: undelivered.filter(answer => answer.system === system.asid).length,
        })),
        organisations: known,
      },
    })
  })
}
