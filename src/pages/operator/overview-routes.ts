import type { FastifyInstance } from 'fastify'
import type { DoorName } from '../../domain/audit/audit.ts'
import { exchangeStanding } from '../../domain/watch/exchange-standing.ts'
import type { DoorCount } from '../../flows/watch/ports.ts'
import { showConcerns } from '../../flows/watch/watch-exchange.ts'
import type { Pages } from '../pages.ts'
import { admit } from '../session/admit.ts'
import { DAYS_SHOWN, volumesOf } from './bars.ts'
import { DOOR_WORDS } from './interface-words.ts'
import { shownSeal } from './shown-seal.ts'

const HOUR = 3_600_000
/** More of a kind than this is told as "more than". */
const COUNTED_TO = 100

/** The whole service at one look: authorities, what is wrong, how much is asked, and how each door does. */
export function overviewRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages

  fastify.get('/operator', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show overview'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const { storage } = deps.desk
    const { oversight } = storage
    const now = deps.now()
    const [authorities, states, watched, undelivered, failedJobs, nonDeliveries, hours, doors, seal] =
      await Promise.all([
        storage.authorities.list(),
        oversight.exchangeStates(),
        showConcerns(deps.desk),
        storage.asynchronousAnswers.undelivered(),
        oversight.failedJobs(COUNTED_TO + 1),
        oversight.nonDeliveries(COUNTED_TO + 1),
        oversight.hours(new Date(now.getTime() - (DAYS_SHOWN + 1) * 24 * HOUR), now),
        oversight.doors(new Date(now.getTime() - HOUR)),
        shownSeal(pages),
      ])
    const stateOf = new Map(states.map(state => [state.authority, state]))
    const standings = authorities.map(authority =>
      exchangeStanding({ ...stateOf.get(authority.odsCode), ...authority }, now),
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
        doors: doorsOf(doors),
      },
    })
  })
}

/** Every door, those at which nobody was as well. */
function doorsOf(counts: readonly DoorCount[]) {
  const counted = new Map(counts.map(count => [count.door, count]))
  return (Object.keys(DOOR_WORDS) as DoorName[]).map(door => {
    const { allowed, refused, failed } = counted.get(door) ?? { allowed: 0, refused: 0, failed: 0 }
    const all = allowed + refused + failed
    return { words: DOOR_WORDS[door], allowed, refused, failed, quiet: all === 0 }
  })
}
