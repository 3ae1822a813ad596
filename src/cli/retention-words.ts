import { periodWords } from '../domain/retention/personal-data.ts'
import { counted, dayWords, instantWords, table } from './words.ts'

/** What the operations API says of one kind of personal data. */
interface ShownKind {
  readonly kind: string
  readonly words: string
  readonly days: number
  readonly current: boolean
  readonly last?: {
    readonly endedAt: string
    readonly counts: {
      readonly held: number
      readonly past: number
      readonly onHold: number
      readonly removed: number
      readonly soon: number
      readonly oldest?: string
      readonly nextAt?: string
    }
  }
}

export interface ShownHold {
  readonly id: string
  readonly what: { readonly person: string } | { readonly authority: string }
  readonly reason: string
  readonly placedAt: string
  readonly placedBy: string
}

export interface ShownRetention {
  readonly current: boolean
  readonly kinds: readonly ShownKind[]
  readonly holds: readonly ShownHold[]
}

/** What is held of each kind, and what goes next, as the last whole pass found it (rule 23.11). */
export function retentionWords({ kinds, holds }: ShownRetention): string {
  const rows = kinds.map(({ words, days, last }) => {
    const counts = last?.counts
    return [
      periodWords(days),
      counts ? counts.held.toLocaleString('en-GB') : 'not known',
      counts ? counts.past.toLocaleString('en-GB') : 'not known',
      counts?.oldest ? dayWords(counts.oldest) : '-',
      counts?.nextAt ? dayWords(counts.nextAt) : '-',
      counts ? counts.soon.toLocaleString('en-GB') : 'not known',
      last ? instantWords(new Date(last.endedAt)) : 'never',
      words,
    ]
  })
  const head = [
    'period',
    'rows',
    'past period',
    'counts from',
    'next goes',
    'in 30 days',
    'looked at',
    'what',
  ]
  return [table([head, ...rows]), `${counted(holds.length, 'legal hold')}.`].join('\n\n')
}

export function holdsWords(holds: readonly ShownHold[]): string {
  if (holds.length === 0) return 'There is no legal hold.'
  const rows = holds.map(({ id, what, reason, placedAt, placedBy }) => [
    id,
    whatWords(what),
    dayWords(placedAt),
    placedBy,
    reason,
  ])
  return table([['hold', 'what', 'since', 'by', 'reason'], ...rows])
}

export function whatWords(what: ShownHold['what']): string {
  return 'person' in what ? `person ${what.person}` : `authority ${what.authority}`
}
