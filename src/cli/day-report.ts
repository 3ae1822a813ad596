import type { CollectedMessage } from '../kit/collect-messages.ts'
import type { SendOutcome } from '../kit/send-upload.ts'
import { rowsLeftOut, sheetReasonOf } from '../kit/sheet-report.ts'
import type { DayReport } from '../kit/working-day.ts'
import { acknowledgementWords } from './acknowledgement-words.ts'
import { type CommandFailure, fault, refused } from './command-result.ts'
import { sendFailure } from './send-failure.ts'
import type { Styler } from './terminal.ts'
import { collectedData, collectedWords } from './upload-collected.ts'
import { sheetData, sheetWords } from './upload-sheet.ts'
import { rateWords, tracedWords } from './upload-trace.ts'
import { counted } from './words.ts'

/** The worst of what happened: what could not be done before what was refused, of this file and of earlier ones. */
export function dayFailure(report: DayReport): CommandFailure | undefined {
  const { settled, notMade, made, notGood, sent, answer, collected } = report
  const unsent = [...(sent ? [sent] : []), ...settled].find(({ kind }) => kind !== 'sent')
  if (unsent) return sendFailure(unsent)
  const answers = collected.messages.flatMap(message =>
    message.kind === 'acknowledgement' && message.kept.repeats === undefined && !message.former
      ? [message.summary]
      : [],
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

/** The report of a day, or of one file that was sent, as one JSON value. */
export function dayData({
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

/** The same for people. */
export function dayWords(
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
        message => message.kind !== 'acknowledgement' || !isAnswerTo(sent, message),
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

/** The answer to the file of the day is shown above the others. */
function isAnswerTo(
  sent: SendOutcome | undefined,
  { upload, former }: Extract<CollectedMessage, { kind: 'acknowledgement' }>,
): boolean {
  return sent !== undefined && 'entry' in sent && upload?.sequence === sent.entry.sequence && !former
}
