import type { CareTeamsOutcome } from '../../client/index.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'

/** The answers to a list, each as it comes. */
export interface Board {
  readonly answers: readonly Promise<CareTeamsOutcome>[]
  /** Whether everything has been asked. */
  finished: boolean
}

/** The service is asked for so many people at a time, whoever else is asking. */
const AT_ONCE = 6

/** How long answers are shown again without asking again, in milliseconds. */
const KEPT_FOR = 30 * 60_000

/** Starts asking for everybody of a list, a few at a time. */
export function askAll(
  numbers: readonly NhsNumber[],
  ask: (number: NhsNumber) => Promise<CareTeamsOutcome>,
): Board {
  const places = numbers.map(number => ({ number, ...Promise.withResolvers<CareTeamsOutcome>() }))
  const board = { answers: places.map(({ promise }) => promise), finished: false }
  const waiting = places.values()
  const inTurn = async () => {
    for (const { number, resolve } of waiting) {
      resolve(await ask(number).catch(() => ({ kind: 'could-not-look', message: 'It failed' }) as const))
    }
  }
  Promise.all(Array.from({ length: AT_ONCE }, inTurn)).then(() => {
    board.finished = true
  })
  return board
}

/**
 * Boards that were asked for lately, so that sorting, reloading and going back ask nothing again. Should one be gone, by time or
 * because another process has it, it is made again: a board is only ever what its list says.
 */
export function keptBoards(now: () => Date) {
  const boards = new Map<string, { readonly board: Board; readonly until: number }>()
  return (id: string, make: () => Board): Board => {
    for (const [old, { until }] of boards) if (until < now().getTime()) boards.delete(old)
    const kept = boards.get(id)?.board ?? make()
    boards.set(id, { board: kept, until: now().getTime() + KEPT_FOR })
    return kept
  }
}
