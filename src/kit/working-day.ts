import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { MeshError } from '../client/index.ts'
import { OUTGOING, type UploadEntry } from './authority-state.ts'
import { checkUpload, type UploadReport } from './check-upload.ts'
import {
  type CollectDeps,
  type CollectedMessage,
  type CollectReport,
  collectMessages,
} from './collect-messages.ts'
import type { ColumnMap } from './columns.ts'
import { type MadeUpload, makeUpload, type NotMade, type UploadHead } from './make-upload.ts'
import { type MatchRate, matchCounter } from './match-rate.ts'
import { type SendDeps, type SendOutcome, sendUpload, settleUploads } from './send-upload.ts'
import { emptyReport } from './sheet-report.ts'
import type { SheetSource } from './sheet-source.ts'
import type { AcknowledgementSummary } from './summarise-acknowledgement.ts'
import { type TraceDeps, type TracedRow, tracePeople } from './trace-people.ts'

export interface DayDeps extends SendDeps, CollectDeps {
  /** How long the acknowledgement is waited for, in milliseconds. */
  readonly patienceMs: number
  /** When it is looked for first, in milliseconds; the waits double up to a minute, since a mailbox is not to be asked too often. */
  readonly checkEveryMs: number
  /** How PDS is asked about everybody before the file is sent, where it is wished; what it says keeps nothing back. */
  readonly trace?: TraceDeps
  /** Called as each part of the day begins. */
  readonly onStep?: (step: DayStep) => void
}

export type DayStep = 'settle' | 'make' | 'check' | 'trace' | 'send' | 'await' | 'collect'

/** What the day brought, as far as it came. */
export interface DayReport {
  /** Uploads of earlier days of which nobody knew whether they had arrived. */
  readonly settled: readonly SendOutcome[]
  readonly notMade?: NotMade
  readonly made?: Omit<MadeUpload, 'rows'>
  readonly sequence?: number
  /** Why the file was not sent though it was made: our own check would have had the service refuse it whole. */
  readonly notGood?: UploadReport
  readonly traced?: DayTrace
  readonly sent?: SendOutcome
  /** What the service said of the file, and from which rows each failed record was made. */
  readonly answer?: {
    readonly summary: AcknowledgementSummary
    readonly rowsOf: ReadonlyMap<number, readonly number[]>
  }
  readonly collected: CollectReport
}

/** Whose numbers match; and everybody whose does not. */
export interface DayTrace {
  readonly rate: MatchRate
  readonly unmatched: readonly TracedRow[]
}

/**
 * An authority's whole working day: finds out what became of unfinished uploads, makes the new one, checks it, sends it, waits for
 * what the service says of it, and fetches everything that waits in the mailbox, which is done whatever happens to the file.
 */
export async function workTheDay(
  deps: DayDeps,
  sheet: SheetSource,
  { authority, map }: { readonly authority: UploadHead['authority']; readonly map?: ColumnMap },
): Promise<DayReport> {
  deps.onStep?.('settle')
  const settled = await settleUploads(deps)
  const upload = await makeAndSend(deps, sheet, authority, map)
  const collected = await collectAll(deps, upload.sent)
  const answer = answerTo(upload.sent, collected)
  return { settled, ...upload, ...(answer && { answer }), collected }
}

/**
 * Sends one file as a working day does. What waits in the mailbox is collected first, since it may be the answer "send it again" to this
 * very file, and again until the file is answered where that is awaited.
 */
export async function sendAndCollect(deps: DayDeps, path: string, wait: boolean): Promise<DayReport> {
  deps.onStep?.('collect')
  const before = await collectMessages(deps)
  deps.onStep?.('send')
  const sent = await sendUpload(deps, path)
  if (sent.kind !== 'sent') return { settled: [], sent, collected: before }
  const earlier = { ...before, messages: before.messages.map(message => ofEarlierAttempt(message, sent)) }
  if (!wait) return { settled: [], sent, collected: earlier }
  const after = await collectAll(deps, sent)
  const answer = answerTo(sent, after)
  return { settled: [], sent, ...(answer && { answer }), collected: merged(earlier, after) }
}

/** What had been said of a file before it was sent again. */
function ofEarlierAttempt(
  message: CollectedMessage,
  { entry }: Extract<SendOutcome, { kind: 'sent' | 'sent-before' }>,
): CollectedMessage {
  const isOfFile = message.kind === 'acknowledgement' && message.upload?.sequence === entry.sequence
  return isOfFile ? { ...message, former: true } : message
}

type Uploading = Pick<DayReport, 'notMade' | 'made' | 'sequence' | 'notGood' | 'traced' | 'sent'>

async function makeAndSend(
  deps: DayDeps,
  sheet: SheetSource,
  authority: UploadHead['authority'],
  map: ColumnMap = {},
): Promise<Uploading> {
  const { state, now, onStep } = deps
  onStep?.('make')
  const sequence = await state.takeSequence()
  const path = join(state.directory, OUTGOING)
  try {
    const made = await makeUpload(sheet, { authority, sequence, createdAt: now() }, path, { map, now: now() })
    if (!made.ok) return { notMade: made.fault }
    const { rows, ...shown } = made.value
    onStep?.('check')
    const checked = await checkUpload(createReadStream(path), now())
    if (checked.file) return { made: shown, sequence, notGood: checked }
    const traced = deps.trace && (await traceSheet(deps, deps.trace, sheet, map))
    onStep?.('send')
    const sent = await sendUpload(deps, path, rows)
    return { made: shown, sequence, ...(traced && { traced }), sent }
  } finally {
    await rm(path, { force: true })
  }
}

async function traceSheet(
  { onStep }: DayDeps,
  trace: TraceDeps,
  sheet: SheetSource,
  map: ColumnMap,
): Promise<DayTrace> {
  onStep?.('trace')
  const counter = matchCounter()
  const unmatched: TracedRow[] = []
  for await (const item of tracePeople(sheet, trace, emptyReport(), map)) {
    counter.note(item)
    if (item.kind === 'traced' && item.outcome.kind !== 'match') unmatched.push(item)
  }
  return { rate: counter.rate(), unmatched }
}

const LONGEST_WAIT_MS = 60_000

/** Collects until the file is answered or patience ends; once at least. */
async function collectAll(deps: DayDeps, sent: SendOutcome | undefined): Promise<CollectReport> {
  const { state, now, patienceMs, checkEveryMs, sleep = setTimeout, onStep } = deps
  const awaited = sent?.kind === 'sent' ? sent.entry.sequence : undefined
  onStep?.(awaited === undefined ? 'collect' : 'await')
  const deadline = now().getTime() + patienceMs
  let all: CollectReport = { messages: [], vanished: [], failed: [] }
  for (let wait = checkEveryMs; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    const waiting = awaited !== undefined && (await state.upload(awaited))?.status === 'sent'
    try {
      all = merged(all, await collectMessages(deps))
    } catch (error) {
      // A mailbox service that is down may be up again before patience ends.
      if (!(error instanceof MeshError) || !waiting || now().getTime() >= deadline) throw error
    }
    const answered = awaited === undefined || (await state.upload(awaited))?.status !== 'sent'
    if (answered || now().getTime() >= deadline) return all
    await sleep(wait)
  }
}

/** What failed and came in a later round has not failed. */
function merged(before: CollectReport, after: CollectReport): CollectReport {
  const came = new Set(after.messages.map(({ kept }) => kept.info.id))
  const known = new Set(before.messages.map(({ kept }) => kept.info.id))
  const failedAgain = new Set(after.failed.map(({ messageId }) => messageId))
  return {
    messages: [...before.messages, ...after.messages.filter(({ kept }) => !known.has(kept.info.id))],
    vanished: [...before.vanished, ...after.vanished.filter(id => !before.vanished.includes(id))],
    failed: [
      ...before.failed.filter(({ messageId }) => !came.has(messageId) && !failedAgain.has(messageId)),
      ...after.failed,
    ],
  }
}

function answerTo(sent: SendOutcome | undefined, { messages }: CollectReport): DayReport['answer'] {
  if (!sent || !('entry' in sent)) return undefined
  const { sequence } = sent.entry
  for (const message of messages) {
    if (message.kind !== 'acknowledgement' || message.upload?.sequence !== sequence || message.former)
      continue
    return { summary: message.summary, rowsOf: rowsOf(message.upload, message.summary) }
  }
  return undefined
}

/** The rows of the table behind each record that failed. */
export function rowsOf(
  { rows = [] }: UploadEntry,
  { failures }: AcknowledgementSummary,
): ReadonlyMap<number, readonly number[]> {
  return new Map(failures.map(({ position }) => [position, rows[position - 1] ?? []]))
}
