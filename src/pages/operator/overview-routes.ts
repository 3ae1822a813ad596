import type { FastifyInstance } from 'fastify'
import type { InterfaceName } from '../../domain/audit/audit.ts'
import { exchangeStatus } from '../../domain/watch/exchange-status.ts'
import type { InterfaceCount } from '../../flows/watch/ports.ts'
import { showIssues } from '../../flows/watch/watch-exchange.ts'
import type { Pages } from '../pages.ts'
import { admit } from '../session/admit.ts'
import { DAYS_SHOWN, volumesOf } from './bars.ts'
import { INTERFACE_WORDS } from './interface-words.ts'
import { shownSeal } from './shown-seal.ts'

const HOUR = 3_600_000
/** More of a kind than this is told as "more than". */
const COUNTED_TO = 100

/** The whole service at one look: authorities, what is wrong, how much is asked, and how each interface does. */
export function overviewRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages

  fastify.get('/operator', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show overview'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const { storage } = deps.flows
    const { oversight } = storage
    const now = deps.now()
    const [
      holidays,
      authorities,
      states,
      watched,
      undelivered,
      failedJobs,
      nonDeliveries,
      hours,
      interfaces,
      seal,
    ] = await Promise.all([
      storage.holidays.days(),
      storage.authorities.list(),
      oversight.exchangeStates(),
      showIssues(deps.flows),
      storage.asynchronousAnswers.undelivered(),
      oversight.failedJobs(COUNTED_TO + 1),
      oversight.nonDeliveries(COUNTED_TO + 1),
      oversight.hours(new Date(now.getTime() - (DAYS_SHOWN + 1) * 24 * HOUR), now),
      oversight.interfaces(new Date(now.getTime() - HOUR)),
      shownSeal(pages),
    ])
    const stateOf = new Map(states.map(state => [state.authority, state]))
    const standings = authorities.map(authority =>
      exchangeStatus({ ...stateOf.get(authority.odsCode), ...authority }, now, holidays),
    )
    const count = (...wanted: readonly string[]) => standings.filter(one => wanted.includes(one)).length
    return pages.show(request, reply, {
      view: 'operator',
      title: 'Overview',
      values: {
        authorities: {
          all: authorities.length,
          live: authorities.filter(({ stage }) => stage === 'live').length,
          late: count('late', 'late-and-not-collecting', 'late-and-not-looking'),
          notCollecting: count('not-collecting', 'late-and-not-collecting'),
          notLooking: count('not-looking', 'late-and-not-looking'),
        },
        watched,
        trouble: [
          { href: 'concerns', text: 'Things wrong with authorities', count: watched.concerns.length },
          { href: 'answers', text: 'Answers not delivered', count: undelivered.length },
          { href: 'jobs', text: 'Jobs that failed', count: failedJobs.length },
          { href: 'messages', text: 'Messages not delivered', count: nonDeliveries.length },
        ].map(({ href, text, count }) => ({
          href: `/operator/trouble#${href}`,
          text,
          count: count > COUNTED_TO ? `more than ${COUNTED_TO}` : String(count),
          some: count > 0,
        })),
        seal,
        volumes: volumesOf(hours, now),
        interfaces: interfacesOf(interfaces),
      },
    })
  })
}

/** Every interface, those at which nobody was as well. */
function interfacesOf(counts: readonly InterfaceCount[]) {
  const counted = new Map(counts.map(count => [count.via, count]))
  return (Object.keys(INTERFACE_WORDS) as InterfaceName[]).map(via => {
    const { allowed, refused, failed } = counted.get(via) ?? { allowed: 0, refused: 0, failed: 0 }
    const all = allowed + refused + failed
    return { words: INTERFACE_WORDS[via], allowed, refused, failed, quiet: all === 0 }
  })
}
