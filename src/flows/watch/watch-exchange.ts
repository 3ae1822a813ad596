import type { AuditEntry } from '../../domain/audit/audit.ts'
import { compareIssues, type Finding, type Issue } from '../../domain/watch/issue.ts'
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
  readonly cleared: readonly Issue[]
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
    await stores.issues.beginRound({ at, nextBy: new Date(at.getTime() + ROUNDS_MISSED * watchEveryMs) })
    const { raise, update, clear } = compareIssues(await stores.issues.open(), await stores.issues.find(at))
    await stores.issues.raise(raise, at)
    await stores.issues.update(update)
    await stores.issues.clear(clear, at)
    for (const finding of raise) await record(deps, stores, 'raise concern', finding, at)
    for (const issue of clear) await record(deps, stores, 'clear concern', issue, at)
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

export interface IssuesShown {
  /** Whether the exchange was looked at lately: if not, that nothing is listed says nothing (rule 16.9). */
  readonly current: boolean
  readonly watchedAt?: Date
  readonly concerns: readonly Issue[]
}

/** What is wrong, as the last round found it; with when that was. */
export async function showIssues({
  storage,
  clock,
}: Pick<WatchExchangeDeps, 'storage' | 'clock'>): Promise<IssuesShown> {
  const round = await storage.issues.lastRound()
  const concerns = await storage.issues.open()
  return {
    current: round !== undefined && clock.now() < round.nextBy,
    ...(round && { watchedAt: round.at }),
    concerns,
  }
}
