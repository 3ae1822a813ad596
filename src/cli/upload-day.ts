import { stat } from 'node:fs/promises'
import { openAuthorityState } from '../kit/authority-state.ts'
import { fileSheet } from '../kit/file-sheet.ts'
import type { SendOutcome } from '../kit/send-upload.ts'
import { rowsLeftOut, sheetReasonOf } from '../kit/sheet-report.ts'
import { type DayReport, type DayStep, workTheDay } from '../kit/working-day.ts'
import type { Config } from '../main/config.ts'
import { acknowledgementWords } from './acknowledgement-words.ts'
import { type CommandFailure, type CommandResult, done, fault, refused } from './command-result.ts'
import { type MailboxOptions, openMailbox } from './mailbox-options.ts'
import type { Styler, Terminal } from './terminal.ts'
import { workflowsOf } from './upload-collect.ts'
import { collectedData, collectedWords } from './upload-collected.ts'
import { sendFailure } from './upload-send.ts'
import { authorityFrom, columnMapFrom, sheetData, sheetWords } from './upload-sheet.ts'
import { openTrace, rateWords, tracedWords } from './upload-trace.ts'
import { counted } from './words.ts'

export interface UploadDayOptions extends MailboxOptions {
  readonly authorityFile: string
  readonly state: string
  readonly after?: number
  readonly columns?: string
  readonly gzip?: true
  readonly patience: number
  readonly trace?: true
  readonly pdsUrl?: string
  readonly pdsToken?: string
}

const FIRST_CHECK_MS = 500

const STEP_WORDS: Readonly<Record<DayStep, string>> = {
  settle: 'Finding out what became of earlier files',
  make: 'Making the file',
  check: 'Checking it',
  trace: 'Asking PDS about everybody',
  send: 'Sending it',
  await: 'Waiting for its acknowledgement',
  collect: 'Collecting what waits',
}

/** `cpis upload day`: everything an authority does in a day, for its scheduler. */
export async function uploadDay(
  terminal: Terminal,
  config: Config,
  path: string,
  options: UploadDayOptions,
  now: () => Date,
): Promise<CommandResult> {
  const authority = await authorityFrom(options.authorityFile)
  if (!authority.ok) return authority.fault
  const map = await columnMapFrom(options.columns)
  if (!map.ok) return map.fault
  await stat(path)
  const mailbox = await openMailbox(config, options)
  if (!mailbox.ok) return mailbox.fault
  const { mesh } = mailbox.value
  const pds = options.trace ? await openTrace(config, options, now) : undefined
  if (pds && !pds.ok) return pds.fault
  const state = await openAuthorityState(options.state)
  try {
    if (options.after !== undefined) await state.useSequence(options.after)
    await mesh.handshake()
    const report = await workTheDay(
      {
        state,
        mesh,
        to: config.mesh.cpisMailbox,
        workflowId: config.mesh.uploadWorkflow,
        workflows: workflowsOf(config),
        ...(options.gzip && { gzip: true }),
        ...(pds && { trace: pds.value }),
        now,
        patienceMs: options.patience * 1000,
        checkEveryMs: FIRST_CHECK_MS,
        onStep: step => terminal.watched && terminal.err(`${STEP_WORDS[step]}.`),
      },
      fileSheet(path),
      { authority: authority.value, map: map.value },
    )
    const shown = { data: dayData(report), text: dayWords(terminal, report) }
    const failure = dayFailure(report)
    return failure ? { ...failure, shown } : done(shown.data, shown.text)
  } finally {
    await state.close()
  }
}

/** The worst of what happened: what could not be done before what was refused, of this file and of earlier ones. */
function dayFailure(report: DayReport): CommandFailure | undefined {
  const { settled, notMade, made, notGood, sent, answer, collected } = report
  const unsent = [...(sent ? [sent] : []), ...settled].find(({ kind }) => kind !== 'sent')
  if (unsent) return sendFailure(unsent)
  const answers = collected.messages.flatMap(message =>
    message.kind === 'acknowledgement' && message.kept.repeats === undefined ? [message.summary] : [],
  )
  if (sent && 'entry' in sent && !answer) {
    return fault(
      `File ${sent.entry.sequence} is not acknowledged yet.`,
      'The next run, or cpis upload collect, fetches it.',
    )
  }
  if (answers.some(({ fileCode }) => fileCode === 'CPF05')) {
    return fault('PDS could not be asked, so nothing was loaded.', 'The next run sends the file again.')
  }
  if (collected.failed.length > 0) {
    return fault(`${counted(collected.failed.length, 'message')} could not be collected.`, 'They come again.')
  }
  if (notMade) return refused(sheetReasonOf(notMade.fault))
  if (notGood?.file) return refused(`The file was not sent. ${notGood.file.reason}`)
  const whole = answers.find(({ fileCode }) => ['CPF01', 'CPF06'].includes(fileCode))
  if (whole) return refused(`File ${whole.sequence} was refused as a whole.`, whole.fileReason)
  const left = made ? rowsLeftOut(made.report) : 0
  const failed = answers.reduce((total, summary) => total + summary.failed, 0)
  if (left === 0 && failed === 0) return undefined
  return refused(
    [left > 0 && `${counted(left, 'row')} left out`, failed > 0 && `${counted(failed, 'record')} refused`]
      .filter(Boolean)
      .join(', ')
      .concat('.'),
    'Correct them in your own system: they are sent with the next file.',
  )
}

function dayData({
  settled,
  notMade,
  made,
  notGood,
  sequence,
  traced,
  sent,
  answer,
  collected,
}: DayReport): object {
  const report = made?.report ?? notMade?.report
  return {
    ...(settled.length > 0 && { settled: settled.map(outcomeData) }),
    ...(report && { table: sheetData(report) }),
    ...(notMade && { notMade: sheetReasonOf(notMade.fault) }),
    ...(made && {
      file: { sequence, records: made.recordCount, plans: made.planCount, sha256: made.sha256 },
    }),
    ...(notGood && { notGood }),
    ...(traced && { traced }),
    ...(sent && { sent: outcomeData(sent) }),
    ...(answer && {
      answer: {
        ...answer.summary,
        failures: answer.summary.failures.map(failure => ({
          ...failure,
          rows: answer.rowsOf.get(failure.position),
        })),
      },
    }),
    collected: collectedData(collected),
  }
}

/** The rows behind each record are many, and in the answer where they matter. */
function outcomeData(outcome: SendOutcome): object {
  if (!('entry' in outcome)) return outcome
  const { rows: _rows, ...entry } = outcome.entry
  return { ...outcome, entry }
}

function dayWords(
  styler: Styler,
  { settled, notMade, made, sequence, traced, sent, answer, collected }: DayReport,
): string {
  const report = made?.report ?? notMade?.report
  return [
    ...settled.flatMap(outcome =>
      outcome.kind === 'sent' ? [`File ${outcome.entry.sequence} of an earlier day has arrived.`] : [],
    ),
    ...(report ? [sheetWords(styler, report)] : []),
    ...(made
      ? [`File ${sequence}: ${counted(made.recordCount, 'record')} of ${counted(made.report.rows, 'row')}.`]
      : []),
    ...(traced ? [...traced.unmatched.map(row => tracedWords(styler, row)), rateWords(traced.rate)] : []),
    ...(sent?.kind === 'sent' ? [`Sent as message ${sent.entry.messageId ?? 'of unknown id'}.`] : []),
    ...(answer ? [answerWords(styler, answer)] : []),
    collectedWords(styler, {
      ...collected,
      messages: collected.messages.filter(
        ({ kind, kept }) => kind !== 'acknowledgement' || kept.info.localId !== localIdOf(sent),
      ),
    }),
  ]
    .filter(text => text !== '')
    .join('\n\n')
}

function answerWords(styler: Styler, { summary, rowsOf }: NonNullable<DayReport['answer']>): string {
  const rows = [...rowsOf].map(([position, of]) => `record ${position} was made of row ${of.join(', ')}`)
  return [acknowledgementWords(styler, summary), ...rows.map(line => `       ${line}`)].join('\n')
}

function localIdOf(sent: SendOutcome | undefined): string | undefined {
  return sent && 'entry' in sent ? sent.entry.localId : undefined
}
