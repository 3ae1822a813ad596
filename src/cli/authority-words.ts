import {
  GO_LIVE_PERCENT,
  matchPercent,
  meetsGoLive,
  type NumberMatch,
} from '../domain/registration/authority.ts'
import { type MatchRate, scopeWords } from '../domain/registration/match-rate.ts'
import { shownSequence } from '../domain/upload/upload.ts'
import type { Styler } from './terminal.ts'
import { columns, counted, dayWords, instantWords, table } from './words.ts'

interface ShownOutcome {
  readonly sequence: number
  readonly createdAt: string
  readonly receivedAt: string
  readonly fileCode: string
  readonly loaded: number
  readonly failed: number
  readonly match: NumberMatch
}

/** What the operations API says of an authority. */
export interface ShownReport {
  readonly authority: {
    readonly odsCode: string
    readonly name: string
    readonly mailbox: string
    readonly stage: string
    readonly liveSince?: string
    readonly suspension?: { readonly since: string; readonly why: string }
    readonly passedOn?: {
      readonly on: string
      readonly to: readonly { readonly odsCode: string; readonly name: string }[]
    }
    readonly gssCode?: string
    readonly dfeCode?: string
    readonly intervalHours: number
    readonly mode: string
    readonly toldAt: string
    readonly wave?: string
    readonly hours?: string
    readonly children?: number
    readonly contact?: { readonly dutyPhone: string; readonly officePhone?: string }
  }
  readonly matchRate?: MatchRate
  readonly uploads: readonly ShownOutcome[]
  readonly tests: readonly ShownOutcome[]
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
  readonly lastApplied?: string
  readonly overdue: boolean
}

/** All that is known of an authority, the newest file first. */
export function reportWords(styler: Styler, report: ShownReport, now: Date): string {
  const { authority, matchRate, uploads, tests, gaps, lastApplied, overdue } = report
  const { contact, mode, suspension } = authority
  const silence = lastApplied
    ? `${instantWords(new Date(lastApplied))}, ${hoursAgo(new Date(lastApplied), now)}`
    : 'never'
  return [
    `${styler.style('bold', authority.name)} (${authority.odsCode})`,
    columns([
      ['stage', stageWords(authority)],
      ['suspended', suspension && `${instantWords(new Date(suspension.since))}: ${suspension.why}`],
      ['passed on', passedOnWords(authority)],
      ['wave', authority.wave],
      ['GSS code', authority.gssCode],
      ['DfE code', authority.dfeCode],
      ['mailbox', authority.mailbox],
      ['by day', contact?.officePhone],
      ['by night', contact?.dutyPhone],
      ['office hours', authority.hours ?? 'not known: both numbers are shown without a claim'],
      ['sends', mode === 'snapshot' ? 'all that it holds' : 'what changed'],
      ['told at', authority.toldAt === 'desk' ? 'its desk, on the pages alone' : 'its mailbox'],
      ['at least every', counted(authority.intervalHours, 'hour')],
      ['last applied', overdue ? styler.style('red', `${silence}: too long ago`) : silence],
      ['children', authority.children?.toLocaleString('en-GB')],
      ['match', matchWords(styler, matchRate)],
      ['gaps', gaps.length > 0 ? gaps.map(gapWords).join(', ') : 'none'],
    ]),
    ...(tests.length > 0 ? ['Test files', outcomesTable(tests)] : []),
    ...(uploads.length > 0 ? ['Applied files', outcomesTable(uploads)] : []),
  ].join('\n\n')
}

function passedOnWords({ passedOn }: ShownReport['authority']): string | undefined {
  if (!passedOn) return undefined
  const to = passedOn.to.map(({ odsCode, name }) => `${name} (${odsCode})`)
  return `from ${dayWords(passedOn.on)} to ${to.join(', ')}`
}

function stageWords({ stage, liveSince }: ShownReport['authority']): string {
  if (stage === 'onboarding') return 'onboarding: its files are tests'
  if (stage === 'passed-on') return 'passed on: its files may end and delete plans for 90 days'
  if (stage === 'suspended') return 'suspended: its files are refused, its plans are visible'
  return liveSince ? `live since ${instantWords(new Date(liveSince))}` : stage
}

function matchWords(styler: Styler, match: MatchRate | undefined): string {
  const percent = match && matchPercent(match)
  if (!match || percent === undefined) return `nothing yet; ${GO_LIVE_PERCENT} % are needed`
  const words = `${percent} % (${match.matched.toLocaleString('en-GB')} of ${match.total.toLocaleString('en-GB')} ${scopeWords(match)})`
  return `${styler.style(meetsGoLive(match) ? 'green' : 'red', words)}; should be 100 %`
}

function gapWords({ from, to }: { readonly from: number; readonly to: number }): string {
  return from === to ? String(from) : `${from} to ${to}`
}

function hoursAgo(then: Date, now: Date): string {
  const hours = Math.floor((now.getTime() - then.getTime()) / 3_600_000)
  return hours < 1 ? 'within the last hour' : `${counted(hours, 'hour')} ago`
}

function outcomesTable(outcomes: readonly ShownOutcome[]): string {
  const rows = outcomes.map(({ sequence, createdAt, fileCode, loaded, failed, match }) => [
    shownSequence(sequence),
    instantWords(new Date(createdAt)),
    fileCode,
    loaded.toLocaleString('en-GB'),
    failed.toLocaleString('en-GB'),
    `${matchPercent(match) ?? '-'} %`,
  ])
  return table([['file', 'created', 'code', 'loaded', 'failed', 'match'], ...rows])
}
