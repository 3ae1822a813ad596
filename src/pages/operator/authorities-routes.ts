import type { FastifyInstance } from 'fastify'
import { matchPercent } from '../../domain/registration/authority.ts'
import { EXCHANGE_STATUSES, type ExchangeStatus, exchangeStatus } from '../../domain/watch/exchange-status.ts'
import { pageOf } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit } from '../session/admit.ts'
import { englandMap } from './england-map.ts'
import { ENGLAND } from './england-tiles.ts'
import { STATUS_WORDS } from './status-words.ts'

/** All of England on one page would be longer than a page may be. */
const ON_A_PAGE = 80

const WORST_FIRST: readonly ExchangeStatus[] = [
  'late-and-not-collecting',
  'late-and-not-looking',
  'late',
  'not-collecting',
  'not-looking',
  'suspended',
  'onboarding',
  'well',
  'passed-on',
]

/** Authorities on a map of England and in a table: who is with the service, and how the exchange with each stands. */
export function authoritiesRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages

  fastify.get('/operator/authorities', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show authorities'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const { authorities, holidays, oversight, uploadHistory } = deps.flows.storage
    const now = deps.now()
    const [known, states, set, rates] = await Promise.all([
      authorities.list(),
      oversight.exchangeStates(),
      holidays.days(),
      uploadHistory.matchRates(now),
    ])
    const stateOf = new Map(states.map(state => [state.authority, state]))
    const tileOf = new Map(ENGLAND.map(tile => [tile.dfeCode, tile]))
    const rows = known.map(authority => {
      const state = stateOf.get(authority.odsCode)
      const standing = exchangeStatus({ ...state, ...authority }, now, set)
      const tile = authority.dfeCode && tileOf.get(authority.dfeCode)
      const waits = authority.toldAt === 'desk' ? state?.unreadSince : state?.waitingSince
      const rate = rates.get(authority.odsCode)
      const percent = rate && matchPercent(rate)
      return {
        ...authority,
        ...state,
        ...(percent !== undefined && { percent }),
        standing,
        words: STATUS_WORDS[standing],
        tile,
        waits,
      }
    })
    const onMap = rows.flatMap(({ tile, standing }) => (tile ? [[tile.dfeCode, standing] as const] : []))
    const placed = new Map(onMap)
    const others = ENGLAND.filter(({ dfeCode }) => !placed.has(dfeCode))
    const counts = [
      ...EXCHANGE_STATUSES.map(standing => ({
        standing,
        count: rows.filter(row => row.standing === standing).length,
      })),
      { standing: 'unknown', count: others.length } as const,
    ]
    const page = pageOf(request)
    const shown = rows
      .sort((one, other) => WORST_FIRST.indexOf(one.standing) - WORST_FIRST.indexOf(other.standing))
      .slice((page - 1) * ON_A_PAGE, page * ON_A_PAGE)
    exchange.details = { shown: shown.length }
    return pages.show(request, reply, {
      view: 'operator-authorities',
      title: 'Authorities',
      values: {
        rows: shown,
        known: rows.length,
        ...(page > 1 && { earlierPage: `/operator/authorities?page=${page - 1}` }),
        ...(page * ON_A_PAGE < rows.length && { nextPage: `/operator/authorities?page=${page + 1}` }),
        map: englandMap(placed),
        legend: counts
          .filter(({ count }) => count > 0)
          .map(one => ({ ...one, words: STATUS_WORDS[one.standing] })),
        unplaced: rows.length - onMap.length,
        others,
        of: ENGLAND.length,
      },
    })
  })
}
