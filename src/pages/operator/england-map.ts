import { EXCHANGE_STATUSES, type ExchangeStatus } from '../../domain/watch/exchange-status.ts'
import { ENGLAND, type Tile } from './england-tiles.ts'
import { STATUS_WORDS } from './status-words.ts'

/** Pointed hexagons: as wide as a column, each row half a column beside the one before. */
const WIDTH = 40
const SIDE = 23
const PITCH = 35
const HALF = WIDTH / 2
const POINT = PITCH - SIDE

export interface EnglandMap {
  readonly viewBox: string
  /** All tiles of one standing are one path, so that a map of England stays small. */
  readonly layers: readonly {
    readonly standing: ExchangeStatus | 'unknown'
    readonly words: (typeof STATUS_WORDS)[ExchangeStatus]
    readonly path: string
    readonly tiles: readonly { readonly letters: string; readonly x: number; readonly y: number }[]
  }[]
}

/** The picture of England, each authority as it stands by its code at the Department for Education. */
export function englandMap(standings: ReadonlyMap<string, ExchangeStatus>): EnglandMap {
  const layers = ([...EXCHANGE_STATUSES, 'unknown'] as const).flatMap(standing => {
    const tiles = ENGLAND.filter(tile => (standings.get(tile.dfeCode) ?? 'unknown') === standing)
    return tiles.length === 0
      ? []
      : [
          {
            standing,
            words: STATUS_WORDS[standing],
            path: tiles.map(hexagon).join(''),
            tiles: tiles.map(tile => ({ letters: tile.letters, ...centreOf(tile) })),
          },
        ]
  })
  const right = Math.max(...ENGLAND.map(tile => centreOf(tile).x)) + HALF
  const left = Math.min(...ENGLAND.map(tile => centreOf(tile).x)) - HALF
  const bottom = Math.max(...ENGLAND.map(tile => centreOf(tile).y)) + SIDE
  return { viewBox: `${left - 2} 0 ${right - left + 4} ${bottom + 2}`, layers }
}

function centreOf({ column, row }: Tile): { readonly x: number; readonly y: number } {
  return { x: column * WIDTH + (row % 2) * HALF + HALF, y: row * PITCH + SIDE + 2 }
}

function hexagon(tile: Tile): string {
  const { x, y } = centreOf(tile)
  return `M${x} ${y - SIDE}l${HALF} ${POINT}v${SIDE}l-${HALF} ${POINT}-${HALF}-${POINT}v-${SIDE}z`
}
