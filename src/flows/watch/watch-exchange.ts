import type { AuditEntry } from '../../domain/audit/audit.ts'
import { type Concern, compareConcerns, type Finding } from '../../domain/watch/concern.ts'
import type { Clock, NewId, Storage, Stores } from '../ports.ts'

export interface WatchExchangeDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
  /** How often the exchange is looked at. */
  readonly watchEveryMs: number
}

export interface Watched {
  readonly raised: readonly Finding[]
  readonly cleared: readonly Concern[]
}

/** A round may be late by this many before what was found last is no longer believed. */
const ROUNDS_MISSED = 3

/**
 * Looks at how every authority and the service exchange, raises what is wrong and was not before, and clears what was mended, all
 * with its audit entries in one transaction (rule 16.1). Any number of processes may do so at once and as often as they like.
 */
export function watchExchange(deps: WatchExchangeDeps): Promise<Watched> {
  const { storage, clock, watchEveryMs } = deps
  return storage.transaction(async stores => {
    const at = clock.now()
    await stores.concerns.beginRound({ at, nextBy: new Date(at.getTime() + ROUNDS_MISSED * watchEveryMs) })
    const { raise, update, clear } = compareConcerns(
      await stores.concerns.open(),
      await stores.concerns.find(at),
    )
    await stores.concerns.raise(raise, at)
    await stores.concerns.update(update)
    await stores.concerns.clear(clear, at)
    for (const finding of raise) await record(deps, stores, 'raise concern', finding, at)
    for (const concern of clear) await record(deps, stores, 'clear concern', concern, at)
    return { raised: raise, cleared: clear }
  })
}

function record(
  { newId }: WatchExchangeDeps,
  stores: Stores,
  action: string,
  { authority, kind, subject, details }: Finding,
  at: Date,
): Promise<void> {
  const told: AuditEntry['details'] = { ...details, ...(subject !== '' && { subject }) }
  return stores.audit.append({
    id: newId(),
    at,
    via: 'worker',
    action,
    outcome: 'allowed',
    reason: kind,
    subject: authority,
    details: told,
  })
}

export interface ConcernsShown {
  /** Whether the exchange was looked at lately: if not, that nothing is listed says nothing (rule 16.9). */
  readonly current: boolean
  readonly watchedAt?: Date
  readonly concerns: readonly Concern[]
}

/** What is wrong, as the last round found it; with when that was. */
export async function showConcerns({
  storage,
  clock,
}: Pick<WatchExchangeDeps, 'storage' | 'clock'>): Promise<ConcernsShown> {
  const round = await storage.concerns.lastRound()
  const concerns = await storage.concerns.open()
  return {
    current: round !== undefined && clock.now() < round.nextBy,
    ...(round && { watchedAt: round.at }),
    concerns,
  }
}
