import { type CheckNumberDeps, checkNumber } from './check-number.ts'

export interface SweepNumbersDeps extends CheckNumberDeps {
  /** The most questions a second that PDS is to be asked by this process's sweep. */
  readonly numberChecksPerSecond: number
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

export interface Swept {
  readonly checked: number
  readonly inactive: number
  /** PDS could not be asked: the rest of the round was left for later. */
  readonly unavailable: boolean
}

/** A process that is killed lets go of the numbers it held after this time. */
const HELD_MS = 60_000

/**
 * Looks at every number that is due, evenly at the rate given, and goes on where it stopped, whoever stopped it (rule 14.1). Ends
 * when none is due or PDS cannot be asked; each number's outcome is a commit of its own.
 */
export async function sweepNumbers(deps: SweepNumbersDeps, signal?: AbortSignal): Promise<Swept> {
  const { storage, clock, numberCheckHours, numberChecksPerSecond, sleep } = deps
  let checked = 0
  let inactive = 0
  while (!signal?.aborted) {
    const at = clock.now()
    const until = new Date(at.getTime() + HELD_MS)
    const due = await storage.transaction(({ numbers }) =>
      numbers.claimDue({ at, until, checkHours: numberCheckHours, limit: numberChecksPerSecond }),
    )
    if (due.length === 0) break
    const version = await storage.numbers.question()
    const [outcomes] = await Promise.all([
      Promise.all(due.map(number => checkNumber(deps, number, version))),
      sleep((1000 * due.length) / numberChecksPerSecond),
    ])
    checked += outcomes.filter(({ kind }) => kind !== 'unavailable').length
    inactive += outcomes.filter(({ kind }) => kind === 'inactive').length
    if (outcomes.some(({ kind }) => kind === 'unavailable')) return { checked, inactive, unavailable: true }
  }
  return { checked, inactive, unavailable: false }
}
