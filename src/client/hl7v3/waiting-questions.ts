import type { QueryOutcome } from '../outcomes.ts'
import type { AskedQuestion } from './message-outcome.ts'

/** Questions whose answers come later, each by a message that refers to it. */
export interface WaitingQuestions {
  /** Begins to wait. */
  wait(asked: AskedQuestion): Promise<QueryOutcome>
  /**
   * Ends the wait for a question by what a message says to it; the first message does. One that comes again, or too late, finds
   * nobody waiting and changes nothing.
   */
  settle(id: string | undefined, read: (asked: AskedQuestion) => Promise<QueryOutcome>): Promise<void>
  forget(id: string): void
}

export function waitingQuestions(): WaitingQuestions {
  const waiting = new Map<string, { asked: AskedQuestion; resolve(outcome: QueryOutcome): void }>()
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
