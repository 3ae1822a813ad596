import type { PdsSearch } from '../demographics/pds-search.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import type { Demographics } from '../domain/person/demographics.ts'
import { comparePerson } from '../domain/person/same-person.ts'
import { unreachable } from '../domain/result.ts'
import { type ColumnMap, type Columns, PERSON_FIELDS } from './columns.ts'
import { findPerson } from './find-person.ts'
import { readSheet } from './read-sheet.ts'
import type { RowProblem, SheetFault, SheetReport } from './sheet-report.ts'
import type { SheetSource } from './sheet-source.ts'
import type { TraceDecisions } from './trace-decisions.ts'
import type { TraceOutcome } from './trace-outcome.ts'
import { type PersonToTrace, readPersonToTrace } from './trace-row.ts'

export interface TracedRow {
  readonly row: number
  readonly localId?: string
  readonly by: 'number' | 'details'
  readonly outcome: TraceOutcome
  /** An earlier row is about the same person: it was asked once, and counts once. */
  readonly sameAs?: number
}

export type TraceItem =
  | ({ readonly kind: 'traced' } & TracedRow)
  | { readonly kind: 'unusable'; readonly row: number; readonly problems: readonly RowProblem[] }
  | { readonly kind: 'fault'; readonly fault: SheetFault }

export interface TraceDeps {
  readonly find: (number: NhsNumber) => Promise<Demographics>
  readonly search: PdsSearch
  /** Questions under way at any time, and begun in a second at most. */
  readonly concurrency: number
  readonly perSecond: number
  /** Waits in milliseconds after which a question that PDS did not answer is asked again. */
  readonly patienceMs: readonly number[]
  readonly sleep: (ms: number) => Promise<unknown>
  readonly now: () => Date
  /** What somebody of the authority has decided about possible matches (rule 17.12). */
  readonly decided?: TraceDecisions
  /** What an earlier run that broke off has found out, and where this one writes it down. */
  readonly journal?: TraceJournal
}

export interface TraceJournal {
  known(key: string): TraceOutcome | undefined
  add(key: string, outcome: TraceOutcome): Promise<void>
}

/**
 * Asks PDS about everybody in a table, in the order of the rows: by NHS number, compared with date of birth and names (rule 3.7);
 * where there is no number, or one that is none, by what else the row says (rule 17.10). A person in several rows is asked once.
 */
export async function* tracePeople(
  source: SheetSource,
  deps: TraceDeps,
  report: SheetReport,
  map: ColumnMap = {},
): AsyncGenerator<TraceItem> {
  const begin = pacer(deps)
  const first = new Map<string, { row: number; outcome: Promise<TraceOutcome> }>()
  const pending: Promise<TraceItem>[] = []
  let columns: Columns | undefined
  for await (const item of readSheet(source, { needed: PERSON_FIELDS, map }, report)) {
    if (item.kind === 'columns') columns = item.columns
    else if (item.kind !== 'person') pending.push(Promise.resolve(item))
    else if (columns) {
      const { row } = item
      const person = readPersonToTrace(columns, row, item.values)
      if (!person.ok) {
        report.leftOut.push(...person.fault)
        pending.push(Promise.resolve({ kind: 'unusable', row, problems: person.fault }))
      } else {
        const { key, localId, nhsNumber } = person.value
        const earlier = first.get(key)
        const outcome = earlier?.outcome ?? answerFor(person.value, deps, begin)
        if (!earlier) first.set(key, { row, outcome })
        const traced = {
          kind: 'traced' as const,
          row,
          by: nhsNumber ? ('number' as const) : ('details' as const),
          ...(localId !== undefined && { localId }),
          ...(earlier && { sameAs: earlier.row }),
        }
        const answered = outcome.then(outcome => ({ ...traced, outcome }))
        // Whoever stops reading leaves it behind: what broke is thrown where it is awaited.
        answered.catch(() => undefined)
        pending.push(answered)
      }
    }
    // So many rows may be under way; the oldest is handed out before another is read.
    while (pending.length >= deps.concurrency) {
      const oldest = await pending.shift()
      if (oldest) yield oldest
    }
  }
  for (const rest of pending) yield await rest
}

async function answerFor(
  person: PersonToTrace,
  deps: TraceDeps,
  begin: () => Promise<void>,
): Promise<TraceOutcome> {
  const known = deps.journal?.known(person.key)
  if (known) return decide(person, known, deps)
  let outcome: TraceOutcome = { kind: 'could-not-ask', why: 'PDS was not asked' }
  for (const wait of [0, ...deps.patienceMs]) {
    if (wait > 0) await deps.sleep(wait)
    outcome = await askOnce(person, deps, begin)
    if (outcome.kind !== 'could-not-ask') {
      await deps.journal?.add(person.key, outcome)
      return decide(person, outcome, deps)
    }
  }
  return outcome
}

/** What somebody has decided about a possible match takes its place; about anything else there is nothing to decide (rule 17.12). */
function decide(
  { nhsNumber, claimed }: PersonToTrace,
  outcome: TraceOutcome,
  { decided }: TraceDeps,
): TraceOutcome {
  if (outcome.kind === 'possible-match' && nhsNumber) {
    const decision = decided?.(nhsNumber, claimed)
    if (decision === 'same-person') return { kind: 'match' }
    return decision ? { kind: 'different-person', items: outcome.items } : outcome
  }
  if (outcome.kind !== 'possibly-found') return outcome
  const decision = decided?.(outcome.nhsNumber, claimed)
  if (decision === 'same-person') return { kind: 'found', nhsNumber: outcome.nhsNumber }
  return decision ? { kind: 'not-found' } : outcome
}

async function askOnce(
  person: PersonToTrace,
  { find, search }: TraceDeps,
  begin: () => Promise<void>,
): Promise<TraceOutcome> {
  const { nhsNumber } = person
  if (!nhsNumber) {
    return findPerson(person, async question => {
      await begin()
      return search(question)
    })
  }
  await begin()
  return ofNumber(person, await find(nhsNumber))
}

function ofNumber({ claimed }: PersonToTrace, answer: Demographics): TraceOutcome {
  switch (answer.kind) {
    case 'found': {
      const comparison = comparePerson(claimed, answer.person)
      if (comparison.kind === 'match') return comparison
      const { kind, items } = comparison
      return { kind: kind === 'review' ? 'possible-match' : 'different-person', items }
    }
    case 'restricted':
      return { kind: 'sensitive' }
    case 'superseded':
      return { kind: 'superseded', by: answer.by }
    case 'unknown':
    case 'invalidated':
      return { kind: answer.kind }
    case 'unavailable':
      return { kind: 'could-not-ask', why: answer.why }
    default:
      return unreachable(answer)
  }
}

/** Lets questions begin at even distances, however many wait. */
function pacer({ perSecond, now, sleep }: TraceDeps): () => Promise<void> {
  const every = 1000 / perSecond
  let next = 0
  return async () => {
    const at = Math.max(next, now().getTime())
    next = at + every
    const wait = at - now().getTime()
    if (wait > 0) await sleep(wait)
  }
}
