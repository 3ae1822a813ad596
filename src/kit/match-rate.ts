import type { TraceItem } from './trace-people.ts'

/** An authority is not cleared to go live below this share of matching numbers (rule 17.8). */
export const MATCH_GATE = 0.95

export interface MatchRate {
  readonly people: number
  /** Their number belongs to them. */
  readonly matched: number
  /** Without a number in the table, and PDS has one for them. */
  readonly found: number
  readonly notAsked: number
  /** Of all people, those whose number belongs to them; what could not be asked counts as not matched. */
  readonly rate: number
  /** Whether the gate is passed; `unknown` where those who could not be asked decide. */
  readonly gate: 'passed' | 'not-passed' | 'unknown'
}

/** Counts people as they are traced: each once, in however many rows. */
export function matchCounter(): { note(item: TraceItem): void; rate(): MatchRate } {
  const counts = { people: 0, matched: 0, found: 0, notAsked: 0 }
  return {
    note(item) {
      if (item.kind === 'fault' || (item.kind === 'traced' && item.sameAs !== undefined)) return
      counts.people += 1
      if (item.kind === 'unusable') return
      const { kind } = item.outcome
      if (kind === 'match') counts.matched += 1
      else if (kind === 'found') counts.found += 1
      else if (kind === 'could-not-ask') counts.notAsked += 1
    },
    rate() {
      const { people, matched, notAsked } = counts
      const atBest = people === 0 ? 0 : (matched + notAsked) / people
      const rate = people === 0 ? 0 : matched / people
      const gate = rate >= MATCH_GATE ? 'passed' : atBest >= MATCH_GATE ? 'unknown' : 'not-passed'
      return { ...counts, rate, gate }
    },
  }
}
