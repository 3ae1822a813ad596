import type { Styler } from './terminal.ts'
import { counted, instantWords, table } from './words.ts'

/** What the operations API says of the exchange with authorities. */
export interface ShownIssues {
  /** Whether it was looked at lately. */
  readonly current: boolean
  readonly watchedAt?: string
  readonly concerns: readonly {
    readonly authority: string
    readonly kind: string
    readonly subject: string
    readonly since: string
    readonly raisedAt: string
    readonly what: string
    readonly todo: string
  }[]
}

/** What is wrong as a table, and below it what is to be done about each kind of it. */
export function watchWords(styler: Styler, { concerns, watchedAt }: ShownIssues): string {
  const looked = watchedAt ? `looked at ${instantWords(new Date(watchedAt))}` : 'never looked at'
  if (concerns.length === 0) return styler.style('green', `Nothing is wrong (${looked}).`)
  const rows = concerns.map(({ authority, kind, since, what }) => [
    authority,
    kind,
    instantWords(new Date(since)),
    what,
  ])
  const todos = new Map(concerns.map(({ kind, todo }) => [kind, todo]))
  return [
    table([['authority', 'concern', 'since', 'what is wrong'], ...rows]),
    ['What to do', ...[...todos].map(([kind, todo]) => `  ${styler.style('bold', kind)}: ${todo}`)].join(
      '\n',
    ),
    `${styler.style('red', wrongWords(concerns.length))} (${looked}).`,
  ].join('\n\n')
}

export function wrongWords(count: number): string {
  return count === 1 ? 'One thing is wrong' : `${counted(count, 'thing')} are wrong`
}
