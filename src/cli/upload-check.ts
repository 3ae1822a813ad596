import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { checkUpload, type RecordVerdict, type UploadReport } from '../kit/check-upload.ts'
import { fileSheet } from '../kit/file-sheet.ts'
import { rowsLeftOut, sheetReasonOf } from '../kit/sheet-report.ts'
import { surveySheet } from '../kit/survey-sheet.ts'
import { type CommandResult, done, refused } from './command-result.ts'
import { failedRecordWords } from './failed-record-words.ts'
import { startProgress } from './progress.ts'
import type { Styler, Terminal } from './terminal.ts'
import { columnMapFrom, isSheet, sheetData, sheetWords } from './upload-sheet.ts'
import { columns, counted, instantWords } from './words.ts'
import { wrapped } from './wrapped.ts'

/** Whoever reads that all is well must know how far it was looked. */
const NOT_CHECKED =
  'Only the service can say whether PDS holds each number for this person, and whether\na plan to be deleted is held.'

export interface UploadCheckOptions {
  readonly columns?: string
  /** Names the good records too. */
  readonly every?: true
}

/** `cpis upload check`: what would become of a file, or of a table, before anybody sends it. */
export async function uploadCheck(
  terminal: Terminal,
  path: string,
  options: UploadCheckOptions,
  now: Date,
): Promise<CommandResult> {
  return isSheet(path) ? checkSheet(terminal, path, options, now) : checkFile(terminal, path, options, now)
}

async function checkFile(
  terminal: Terminal,
  path: string,
  { every }: UploadCheckOptions,
  now: Date,
): Promise<CommandResult> {
  const { size } = await stat(path)
  const progress = startProgress(terminal, 'checking', size)
  const file = createReadStream(path)
  const watched = async function* () {
    for await (const piece of file) {
      progress.update(file.bytesRead)
      yield piece as Uint8Array
    }
  }
  const records: RecordVerdict[] = []
  const note = every ? (verdict: RecordVerdict) => void records.push(verdict) : undefined
  const report = await checkUpload(watched(), now, note).finally(progress.stop)
  const data = { ...report, ...(every && { records }) }
  const text = reportWords(terminal, report, every ? records : undefined)
  const failing = report.failed.length
  if (report.file) {
    return { ...refused('The file would be refused as a whole.'), shown: { data, text } }
  }
  if (failing > 0) {
    const count = counted(failing, 'record')
    return { ...refused(`${count} would be refused.`), shown: { data, text } }
  }
  return done(data, text)
}

async function checkSheet(
  terminal: Terminal,
  path: string,
  options: UploadCheckOptions,
  now: Date,
): Promise<CommandResult> {
  const map = await columnMapFrom(options.columns)
  if (!map.ok) return map.fault
  const { size } = await stat(path)
  const progress = startProgress(terminal, 'checking', size)
  const surveyed = await surveySheet(fileSheet(path, progress.update), { map: map.value, now }).finally(
    progress.stop,
  )
  if (!surveyed.ok) return refused(sheetReasonOf(surveyed.fault))
  const { recordCount, planCount, report } = surveyed.value
  const data = { recordCount, planCount, ...sheetData(report) }
  const total = `${counted(recordCount, 'record')} with ${counted(planCount, 'plan')} could be made of ${counted(report.rows, 'row')}.`
  const text = [sheetWords(terminal, report), total, NOT_CHECKED].filter(Boolean).join('\n\n')
  const left = rowsLeftOut(report)
  if (left === 0 && recordCount > 0) return done(data, text)
  const message =
    left === 0 ? sheetReasonOf({ kind: 'no-people' }) : `${counted(left, 'row')} would be left out.`
  return { ...refused(message), shown: { data, text } }
}

function reportWords(
  styler: Styler,
  { header, passed, failed, file }: UploadReport,
  records?: readonly RecordVerdict[],
): string {
  const parts = header
    ? [
        columns(
          [
            ['authority', `${header.authority.name} (${header.authority.odsCode})`],
            ['by day', header.authority.officePhone],
            ['by night', header.authority.dutyPhone],
            ['file', `sequence number ${header.sequence}, created ${instantWords(header.createdAt)}`],
          ],
          0,
        ),
      ]
    : []
  if (records) parts.push(records.map(verdict => verdictWords(styler, verdict)).join('\n'))
  else parts.push(...failed.map(record => failedRecordWords(styler, record)))
  if (file) parts.push(`${styler.style('red', file.code)}\n${wrapped(file.reason, 80, 7)}`)
  else {
    parts.push(`${counted(passed, 'record')} good, ${failed.length.toLocaleString('en-GB')} to be refused.`)
    parts.push(NOT_CHECKED)
  }
  return parts.join('\n\n')
}

function verdictWords(styler: Styler, verdict: RecordVerdict): string {
  if (verdict.kind === 'failed') return failedRecordWords(styler, verdict)
  const whose = verdict.localId ? ` (${verdict.localId})` : ''
  return `${styler.style('green', 'good ')}  record ${verdict.position}${whose}`
}
