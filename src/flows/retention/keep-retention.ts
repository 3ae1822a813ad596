import { daysOf, type PeriodName, type RetainedKind } from '../../domain/retention/personal-data.ts'
import type { Clock, NewId, Storage } from '../ports.ts'
import type { RetentionPass } from './ports.ts'

export interface RetentionSettings {
  /** The length of each period (days). */
  readonly days: Readonly<Record<PeriodName, number>>
  /** How long after a pass the next one begins (hours). */
  readonly everyHours: number
  /** How many rows a step looks at. */
  readonly rows: number
  /** How long the job rests after each step (milliseconds). */
  readonly pauseMs: number
}

export interface KeepRetentionDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
  readonly retention: RetentionSettings
  /** Whether announcements of number changes are relied on (rule 4.8). */
  readonly isFeedReliedOn: boolean
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/**
 * Removes personal data that are past their periods (rules 23.1 and 23.9): a pass over each kind that is due, in small steps, each one
 * commit. Several processes at once take different kinds. A pass goes on where it was left. Ends when no pass is due that nobody else
 * has, or when the signal is aborted; answers how many rows it removed of which kinds whose passes ended.
 */
export async function keepRetention(
  deps: KeepRetentionDeps,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly { readonly kind: RetainedKind; readonly removed: number }[]> {
  const ended: { kind: RetainedKind; removed: number }[] = []
  while (!signal.aborted) {
    const pass = await takeStep(deps)
    if (!pass) break
    if (pass.isOver) ended.push({ kind: pass.kind, removed: pass.counts.removed })
    // Rejected only where the signal is aborted.
    await deps.sleep(deps.retention.pauseMs, signal).catch(() => undefined)
  }
  return ended
}

/** One step of a pass, with the audit entry of the pass where it ends: counts, and nothing of anybody. */
function takeStep(deps: KeepRetentionDeps): Promise<RetentionPass | undefined> {
  const { storage, clock, retention, isFeedReliedOn } = deps
  return storage.transaction(async stores => {
    const at = clock.now()
    const turn = await stores.retention.takeTurn(at)
    if (!turn) return undefined
    const days = daysOf(turn.kind, retention.days)
    const pass = await stores.retention.step(turn, { at, days, rows: retention.rows, isFeedReliedOn })
    const dueAt = new Date(at.getTime() + retention.everyHours * 3_600_000)
    await stores.retention.keep(pass, { at, dueAt })
    if (pass.isOver) {
      const { removed, held, past, onHold } = pass.counts
      await stores.audit.append({
        id: deps.newId(),
        at,
        via: 'worker',
        action: 'remove personal data',
        outcome: 'allowed',
        subject: pass.kind,
        details: { removed, held, past, onHold, days },
      })
    }
    return pass
  })
}
