import type { QueryOutcome } from '../outcomes.ts'
import type { SentQuery } from './message-outcome.ts'

/** Questions whose answers come later, each by a message that refers to it. */
export interface WaitingQueries {
  /** Begins to wait. */
  wait(asked: SentQuery): Promise<QueryOutcome>
  /**
   * Ends the wait for a question by what a message says to it; the first message does. One that comes again, or too late, finds
   * nobody waiting and changes nothing.
   */
  settle(id: string | undefined, read: (asked: SentQuery) => Promise<QueryOutcome>): Promise<void>
  forget(id: string): void
}

export function waitingQueries(): WaitingQueries {
  const waiting = new Map<string, { asked: SentQuery; resolve(outcome: QueryOutcome): void }>()
  return {
    wait: asked => new Promise(resolve => waiting.set(asked.id, { asked, resolve })),
    settle: async (id = '', read) => {
      const found = waiting.get(id.toUpperCase())
      if (!found) return
      waiting.delete(found.asked.id)
      found.resolve(await read(found.asked))
    },
    forget: id => void waiting.delete(id),
  }
}
