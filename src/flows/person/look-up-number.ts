import { setTimeout as sleep } from 'node:timers/promises'
import { registerOf } from '../../domain/person/number-register.ts'
import type { Freshness, NumberToAsk, QueryStore } from '../query/ports.ts'
import type { CheckNumberDeps } from './check-number.ts'
import { settle } from './settle.ts'

export interface NumberLookUpDeps extends Omit<CheckNumberDeps, 'demographics'> {
  /** PDS with a short patience of its own: somebody waits for the answer. */
  readonly demographics: PatientDemographics
  /** How long all questions about one query may take together (milliseconds). */
  readonly withinMs: number
  /** The most questions a second; 0: PDS is never asked. */
  readonly perSecond: number
  /** How long after their last word those who announce number changes count as connected (milliseconds); absent: nobody announces. */
  readonly feedMs: number | undefined
  readonly reportFailure: (error: unknown) => void
}

interface PatientDemographics {
  readonly find: CheckNumberDeps['demographics']['find']
  /** Whether PDS is left alone for a while because it did not answer of late. */
  readonly leftAlone: () => boolean
}

/** PDS, asked about a number under which nothing is held, while somebody waits (rule 4.8). */
export interface NumberLookUp {
  /** What counts as said lately, at an instant. */
  freshness(at: Date): Freshness
  /** Whether PDS can be asked now; takes nothing from the budget. */
  ready(): boolean
  /** Asks and keeps the answer; false where it was not had before the deadline (by the process's own clock, `performance.now()`). */
  ask(question: NumberToAsk, deadline: number): Promise<boolean>
  readonly withinMs: number
}

/** A number that is replaced by one that is replaced: no more questions than this about one query. */
const MOST_QUESTIONS = 3

/**
 * Questions of all who wait, within one budget: the rate is a bucket that holds a second's worth, a number is asked about once at a time,
 * and an answer that comes too late is kept all the same.
 */
export function numberLookUp(deps: NumberLookUpDeps): NumberLookUp {
  const { demographics, clock, withinMs, perSecond, feedMs, numberCheckHours } = deps
  const underWay = new Map<string, Promise<boolean>>()
  let left = perSecond
  let filledAt = performance.now()

  const fill = () => {
    const now = performance.now()
    left = Math.min(perSecond, left + ((now - filledAt) * perSecond) / 1000)
    filledAt = now
  }
  const question = async ({ nhsNumber, version }: NumberToAsk): Promise<boolean> => {
    const answer = await demographics.find(nhsNumber)
    if (answer.kind === 'unavailable') return false
    await settle(deps, { nhsNumber, version, at: clock.now(), says: registerOf(nhsNumber, answer) })
    return true
  }
  return {
    withinMs,
    freshness: at => ({
      checkedAfter: new Date(at.getTime() - numberCheckHours * 3_600_000),
      ...(feedMs !== undefined && { feedAfter: new Date(at.getTime() - feedMs) }),
    }),
    ready: () => {
      fill()
      return left >= 1 && !demographics.leftAlone()
    },
    ask: async (asked, deadline) => {
      let answered = underWay.get(asked.nhsNumber)
      if (!answered) {
        fill()
        if (left < 1) return false
        left -= 1
        answered = question(asked)
          .catch(error => {
            deps.reportFailure(error)
            return false
          })
          .finally(() => underWay.delete(asked.nhsNumber))
        underWay.set(asked.nhsNumber, answered)
      }
      const late = new AbortController()
      try {
        const waiting = sleep(Math.max(0, deadline - performance.now()), false, { signal: late.signal })
        return await Promise.race([answered, waiting.catch(() => false)])
      } finally {
        late.abort()
      }
    },
  }
}

/** Calls `attempt` until it has no question left that PDS can be asked in time. */
export async function askAsNeeded<T extends { readonly kind: string }>(
  lookUp: NumberLookUp,
  attempt: (mayAsk: boolean) => Promise<T | ({ readonly kind: 'ask' } & NumberToAsk)>,
): Promise<Exclude<T, { readonly kind: 'ask' }>> {
  const deadline = performance.now() + lookUp.withinMs
  let mayAsk = lookUp.ready()
  for (let asked = 1; ; asked++) {
    const outcome = await attempt(mayAsk)
    if (outcome.kind !== 'ask') return outcome as Exclude<T, { readonly kind: 'ask' }>
    const answered = await lookUp.ask(outcome as NumberToAsk, deadline)
    mayAsk = answered && asked < MOST_QUESTIONS && lookUp.ready()
  }
}

/** What was looked up before: within a transaction nobody is asked. */
export function lookedUp({ freshness, withinMs }: NumberLookUp): NumberLookUp {
  return { freshness, withinMs, ready: () => false, ask: async () => false }
}

/**
 * The same before a transaction that looks at what is held under a number; nothing may be asked while it is open. Answers whether
 * "nothing held" may be said of the number.
 */
export async function lookUpFirst(
  deps: { readonly queries: Pick<QueryStore, 'numberToAsk'>; readonly lookUp: NumberLookUp },
  query: { readonly nhsNumber: NumberToAsk['nhsNumber']; readonly at: Date },
): Promise<boolean> {
  const { queries, lookUp } = deps
  const freshness = lookUp.freshness(query.at)
  const { checked } = await askAsNeeded(lookUp, async mayAsk => {
    const asked = await queries.numberToAsk({ ...query, ...freshness })
    return asked && mayAsk ? { kind: 'ask', ...asked } : { kind: 'looked-up', checked: asked === undefined }
  })
  return checked
}
