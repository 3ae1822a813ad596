import type { FastifyInstance } from 'fastify'
import { exchangeStanding } from '../../../domain/exchange-standing.ts'
import { admit } from '../admit.ts'
import type { Pages } from '../pages.ts'
import { englandMap } from './england-map.ts'
import { ENGLAND } from './england-tiles.ts'
import { STANDING_WORDS } from './standing-words.ts'

/** Authorities on a map of England and in a table: who is with the service, and how the exchange with each stands. */
export function authoritiesRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages

  fastify.get('/operator/authorities', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show authorities'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const { authorities, oversight } = deps.desk.storage
    const now = deps.now()
    const [known, states] = await Promise.all([authorities.list(), oversight.exchangeStates()])
    const stateOf = new Map(states.map(state => [state.authority, state]))
    const tileOf = new Map(ENGLAND.map(tile => [tile.dfeCode, tile]))
    const rows = known.map(authority => {
      const state = stateOf.get(authority.odsCode)
      const standing = exchangeStanding({ ...state, ...authority }, now)
      const tile = authority.dfeCode && tileOf.get(authority.dfeCode)
      return { ...authority, ...state, standing, words: STANDING_WORDS[standing], tile }
    })
    const onMap = rows.flatMap(({ tile, standing }) => (tile ? [[tile.dfeCode, standing] as const] : []))
    exchange.details = { shown: rows.length }
    return pages.show(request, reply, {
      view: 'operator-authorities',
      title: 'Authorities',
      values: {
        rows,
        map: englandMap(new Map(onMap)),
        unplaced: rows.length - onMap.length,
        others: ENGLAND.filter(({ dfeCode }) => !onMap.some(([code]) => code === dfeCode)),
        of: ENGLAND.length,
      },
    })
  })
}
