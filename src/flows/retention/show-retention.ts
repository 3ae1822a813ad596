import {
  daysOf,
  PERSONAL_DATA,
  RETAINED_KINDS,
  type RetainedKind,
} from '../../domain/retention/personal-data.ts'
import type { Clock, Storage } from '../ports.ts'
import type { RetentionSettings } from './keep-retention.ts'
import type { LegalHold, PassCounts } from './ports.ts'

export interface ShowRetentionDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly retention: RetentionSettings
}

/** A pass that ended longer ago than so many of its usual pauses says nothing of today. */
const CURRENT_ROUNDS = 3

/** What is held of one kind of personal data, and when it goes, as the last whole pass found it. */
export interface ShownKind {
  readonly kind: RetainedKind
  readonly words: string
  readonly from: string
  /** Its period (days). */
  readonly days: number
  readonly last?: { readonly endedAt: Date; readonly counts: PassCounts }
  readonly nextPassAt?: Date
  /** Whether the last whole pass was lately: else nothing is known of today. */
  readonly current: boolean
}

export interface ShownRetention {
  readonly kinds: readonly ShownKind[]
  readonly holds: readonly LegalHold[]
  readonly current: boolean
}

/** What is held of each kind of personal data and when it goes, and the legal holds (rule 23.11). */
export async function showRetention({
  storage,
  clock,
  retention,
}: ShowRetentionDeps): Promise<ShownRetention> {
  const [states, holds] = await Promise.all([storage.retention.states(), storage.retention.holds()])
  const oldest = clock.now().getTime() - CURRENT_ROUNDS * retention.everyHours * 3_600_000
  const kinds = RETAINED_KINDS.map(kind => {
    const state = states.find(one => one.kind === kind)
    const { words, from } = PERSONAL_DATA[kind]
    return {
      kind,
      words,
      from,
      days: daysOf(kind, retention.days),
      ...(state?.last && { last: state.last }),
      ...(state && { nextPassAt: state.dueAt }),
      current: state?.last !== undefined && state.last.endedAt.getTime() >= oldest,
    }
  })
  return { kinds, holds, current: kinds.every(({ current }) => current) }
}
