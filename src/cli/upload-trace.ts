import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectionWords } from '../client/connection-problem.ts'
import { pdsClient } from '../demographics/pds-client.ts'
import { pdsRequests } from '../demographics/pds-request.ts'
import { pdsSearch } from '../demographics/pds-search.ts'
import { displayNhsNumber } from '../domain/nhs-number.ts'
import { failure, type Result, success, unreachable } from '../domain/result.ts'
import { listed } from '../domain/upload/reason.ts'
import { reasonOf } from '../domain/upload/record-reasons.ts'
import { fileSheet } from '../kit/file-sheet.ts'
import { MATCH_GATE, type MatchRate, matchCounter } from '../kit/match-rate.ts'
import { emptyReport, sheetReasonOf } from '../kit/sheet-report.ts'
import { readTraceDecisions } from '../kit/trace-decisions.ts'
import { openTraceJournal } from '../kit/trace-journal.ts'
import type { TraceOutcome } from '../kit/trace-outcome.ts'
import { type TraceDeps, type TracedRow, tracePeople } from '../kit/trace-people.ts'
import type { Config } from '../main/config.ts'
import { type CommandFailure, type CommandResult, done, fault, refused } from './command-result.ts'
import { remedyFor } from './not-reached.ts'
import { startProgress } from './progress.ts'
import { readSecret } from './read-secret.ts'
import type { Styler, Terminal } from './terminal.ts'
import { columnMapFrom, sheetData, sheetWords } from './upload-sheet.ts'
import { counted } from './words.ts'
import { wrapped } from './wrapped.ts'

export interface UploadTraceOptions {
  readonly pdsUrl?: string
  readonly pdsToken?: string
  readonly concurrency?: number
  readonly perSecond?: number
  readonly journal?: string
  readonly decisions?: string
  readonly columns?: string
}

/** PDS is to be asked gently, unless somebody knows that it bears more. */
const USUAL_CONCURRENCY = 8
const USUAL_PER_SECOND = 5
const UNTRUSTED = 'untrusted-certificate'

/** `cpis upload trace`: what PDS says of everybody in a table, before anything is uploaded. */
export async function uploadTrace(
  terminal: Terminal,
  config: Config,
  path: string,
  options: UploadTraceOptions,
  now: () => Date,
): Promise<CommandResult> {
  const opened = await openTrace(config, options, now)
  if (!opened.ok) return opened.fault
  const map = await columnMapFrom(options.columns)
  if (!map.ok) return map.fault
  const decided =
    options.decisions === undefined ? undefined : await readTraceDecisions(fileSheet(options.decisions))
  if (decided && !decided.ok) return refused(`${options.decisions}: ${decided.fault}`)
  const { size } = await stat(path)
  const journal = options.journal === undefined ? undefined : await openTraceJournal(options.journal, now)
  const progress = startProgress(terminal, 'tracing', size)
  const report = emptyReport()
  const traced: TracedRow[] = []
  const counter = matchCounter()
  const deps = { ...opened.value, ...(journal && { journal }), ...(decided && { decided: decided.value }) }
  try {
    for await (const item of tracePeople(fileSheet(path, progress.update), deps, report, map.value)) {
      if (item.kind === 'fault') return refused(sheetReasonOf(item.fault))
      counter.note(item)
      if (item.kind === 'traced') traced.push(item)
    }
  } finally {
    progress.stop()
    await journal?.close()
  }
  const rate = counter.rate()
  const shown = {
    data: { ...rate, traced, table: sheetData(report) },
    text: [
      ...traced.flatMap(row => (row.outcome.kind === 'match' ? [] : [tracedWords(terminal, row)])),
      sheetWords(terminal, report),
      rateWords(rate),
    ]
      .filter(Boolean)
      .join('\n'),
  }
  if (rate.notAsked > 0) {
    const todo = options.journal
      ? 'Run it again: only they are asked.'
      : 'Run it again, with --journal FILE to ask only them.'
    const isUntrusted = traced.some(
      ({ outcome }) => outcome.kind === 'could-not-ask' && outcome.why.includes(connectionWords(UNTRUSTED)),
    )
    const first = isUntrusted ? `${remedyFor(UNTRUSTED)} ` : ''
    return {
      ...fault(`${counted(rate.notAsked, 'person', 'people')} could not be asked about.`, first + todo),
      shown,
    }
  }
  const unmatched = rate.people - rate.matched
  if (unmatched === 0 && rate.people > 0) return done(shown.data, shown.text)
  if (rate.people === 0) return refused(sheetReasonOf({ kind: 'no-people' }))
  return { ...refused(`${counted(unmatched, 'person', 'people')} without a number that is theirs.`), shown }
}

/** How PDS is to be asked, by the options and the configuration. */
export async function openTrace(
  config: Config,
  options: Pick<UploadTraceOptions, 'pdsUrl' | 'pdsToken' | 'concurrency' | 'perSecond'>,
  now: () => Date,
): Promise<Result<TraceDeps, CommandFailure>> {
  const baseUrl = options.pdsUrl ?? config.pds.baseUrl
  if (baseUrl === undefined) return failure(refused('Where is PDS?', 'Give --pds-url, or set CPIS_PDS_URL.'))
  const token = options.pdsToken === undefined ? config.pds.token : await readSecret(options.pdsToken)
  const { timeoutMs, retries, failures, coolDownMs, patienceMs } = config.pds
  const pds = {
    baseUrl,
    timeoutMs,
    retries,
    breaker: { failures, coolDownMs },
    newRequestId: randomUUID,
    now,
    ...(token !== undefined && { token: async () => token }),
  }
  const requests = pdsRequests(pds)
  const { concurrency = USUAL_CONCURRENCY, perSecond = USUAL_PER_SECOND } = options
  const { find } = pdsClient(pds, requests)
  return success({ find, search: pdsSearch(pds, requests), concurrency, perSecond, patienceMs, sleep, now })
}

const COLOURS: Readonly<Partial<Record<TraceOutcome['kind'], 'green' | 'yellow'>>> = {
  found: 'green',
  'possibly-found': 'yellow',
  'possible-match': 'yellow',
  'could-not-ask': 'yellow',
}

export function tracedWords(styler: Styler, { row, localId, outcome, sameAs }: TracedRow): string {
  const where = `row ${row}${localId ? ` (${localId})` : ''}`
  if (sameAs !== undefined) return `${styler.style('dim', where)}\n       the same person as in row ${sameAs}`
  const colour = COLOURS[outcome.kind] ?? 'red'
  return `${styler.style(colour, where)}\n${wrapped(outcomeWords(outcome), 80, 7)}`
}

/** What PDS says, and what to do; never what PDS holds, numbers aside. */
function outcomeWords(outcome: TraceOutcome): string {
  switch (outcome.kind) {
    case 'match':
      return 'The number is theirs.'
    case 'possible-match':
      return reasonOf(outcome)
    case 'different-person':
      return `PDS has another ${outcome.items.join(' and another ')} for this NHS number. Check what you hold against identity papers, or whether the number is somebody else's.`
    case 'superseded':
      return `PDS has replaced this NHS number by ${displayNhsNumber(outcome.by)}. Check that it is the same person, and use the new number.`
    case 'invalidated':
      return 'PDS no longer holds this NHS number as valid. Trace the person by name and date of birth: leave the number empty.'
    case 'unknown':
      return 'PDS holds no such NHS number. Check it, or leave it empty to trace the person by name and date of birth.'
    case 'sensitive':
      return 'PDS holds this person as sensitive, so a plan cannot be loaded. Share it with the NHS by telephone and ask the PDS National Back Office for advice.'
    case 'found':
      return `Exactly one person is called and born like this: NHS number ${displayNhsNumber(outcome.nhsNumber)}. Check that it is the same person before you use it.`
    case 'possibly-found':
      return `PDS may mean NHS number ${displayNhsNumber(outcome.nhsNumber)}${outcome.items.length > 0 ? `: the ${listed(outcome.items)} there differs` : ''}. Check that it is not that of a twin, brother or sister before you use it.`
    case 'several':
      return 'Several people may be meant. Add the gender and the postcode, or ask the family for the NHS number.'
    case 'not-found':
      return 'PDS finds nobody who is called and born like this. Check spelling and date of birth; a child may be registered under another name.'
    case 'could-not-ask':
      return `PDS could not be asked (${outcome.why}). This says nothing about the person.`
    default:
      return unreachable(outcome)
  }
}

const GATE_WORDS: Readonly<Record<MatchRate['gate'], string>> = {
  passed: 'passed',
  'not-passed': 'not passed',
  unknown: 'open until everybody could be asked about',
}

export function rateWords({ people, matched, found, notAsked, rate, gate }: MatchRate): string {
  // Rounded down: 94.99 per cent is not 95.
  const percent = (Math.floor(rate * 1000) / 10).toLocaleString('en-GB')
  const more = [
    found > 0 && `${found} more were found`,
    notAsked > 0 && `${notAsked} could not be asked about`,
  ]
  return [
    `${matched} of ${counted(people, 'person', 'people')} match (${percent} %)`,
    ...more.filter(Boolean),
    `the gate of ${MATCH_GATE * 100} % to go live is ${GATE_WORDS[gate]}; aim for 100 %.`,
  ].join('; ')
}
