import {
  type AuthoritySettings,
  type AuthorityStage,
  type AuthorityStatus,
  meetsGoLive,
  type NumberMatch,
} from './authority.ts'

/**
 * What a match rate counts. Of an authority that is live: the people it holds (rule 19.5). Of one that is being onboarded: its newest
 * test, over the children it has declared, or over its largest test, which is a full picture only where it sends all it holds.
 */
export type MatchScope = 'holding' | 'declared' | 'full-tests' | 'some-tests'

/** How many NHS numbers are the person's, of how many, counted over what, and as of when: the one figure of an authority (rule 19.3). */
export interface MatchRate extends NumberMatch {
  readonly scope: MatchScope
  /** When the newest file that counts in it was received. */
  readonly asOf: Date
}

export interface MatchFacts
  extends Pick<AuthorityStatus, 'liveSince'>,
    Pick<AuthoritySettings, 'mode' | 'children'> {
  /** Of an authority that is or was live. */
  readonly holding?: NumberMatch
  readonly lastApplied?: Date
  /** The newest test that could be judged, and how many records the largest had. */
  readonly test?: NumberMatch & { readonly largest: number; readonly receivedAt: Date }
}

/**
 * The one match rate of an authority, wherever it is told or decides something (rules 16.6, 19.3 and 19.5). Undefined where there is
 * nothing to count yet.
 */
export function matchRate({
  liveSince,
  mode,
  children,
  holding,
  lastApplied,
  test,
}: MatchFacts): MatchRate | undefined {
  if (liveSince) {
    if (!holding || holding.total === 0) return undefined
    return { ...holding, scope: 'holding', asOf: lastApplied ?? liveSince }
  }
  if (!test) return undefined
  const { matched, total, largest, receivedAt: asOf } = test
  if (children !== undefined) return { matched, total: Math.max(children, total), scope: 'declared', asOf }
  return { matched, total: largest, scope: mode === 'snapshot' ? 'full-tests' : 'some-tests', asOf }
}

const SCOPE_WORDS: Readonly<Record<MatchScope, string>> = {
  holding: 'people it holds',
  declared: 'children it has declared or sent',
  'full-tests': 'records of its largest test',
  'some-tests': 'records of its largest test, which need not be all it holds',
}

/** What is counted, in words: "people it holds". */
export function scopeWords({ scope }: MatchRate): string {
  return SCOPE_WORDS[scope]
}

/** Why an authority cannot go live. The first two are not to be overruled; `not-declared`: nobody knows what all of it would be. */
export type GoLiveObstacle =
  | { readonly kind: 'already-live' }
  | { readonly kind: 'passed-on' }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'no-test' }
  | { readonly kind: 'not-declared'; readonly match: NumberMatch }
  | { readonly kind: 'low-match'; readonly match: NumberMatch }

/** The gate before real children depend on an authority's files: its one match rate, over a full picture (rule 19.3). */
export function goLiveObstacle(
  stage: AuthorityStage,
  rate: MatchRate | undefined,
): GoLiveObstacle | undefined {
  if (stage === 'live') return { kind: 'already-live' }
  if (stage === 'suspended' || stage === 'passed-on') return { kind: stage }
  if (!rate) return { kind: 'no-test' }
  const match = { matched: rate.matched, total: rate.total }
  if (rate.scope === 'some-tests') return { kind: 'not-declared', match }
  return meetsGoLive(rate) ? undefined : { kind: 'low-match', match }
}
