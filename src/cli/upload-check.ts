import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { checkRecord } from '../domain/check-record.ts'
import { codeOfFileFault, fileReasonOf, type UploadFileFault } from '../domain/file-faults.ts'
import { codeOf, type RecordFault, reasonOf } from '../domain/record-faults.ts'
import { failure, type Result } from '../domain/result.ts'
import {
  type CheckedRecord,
  FUTURE_TOLERANCE_HOURS,
  type RecordAsSent,
  type UploadHeader,
} from '../domain/upload.ts'
import { readUpload } from '../formats/hl7v3/read-upload.ts'
import { type CommandResult, done, refused } from './command-result.ts'
import { type FailedRecord, failedRecordWords } from './failed-record-words.ts'
import { startProgress } from './progress.ts'
import type { Pen, Terminal } from './terminal.ts'
import { columns, counted, instantWords } from './words.ts'
import { wrapped } from './wrapped.ts'

/** Whoever reads that all is well must know how far it was looked. */
const NOT_CHECKED =
  'Only the service can say whether PDS holds each number for this person, and whether\na plan to be deleted is held.'

/** What can be said of a file without PDS and without what is held. */
export interface UploadReport {
  readonly header?: UploadHeader
  readonly passed: number
  readonly failed: readonly FailedRecord[]
  /** Why the file would be refused as a whole. */
  readonly file?: { readonly code: string; readonly reason: string }
}

/** Reads a file as the service would, in flat memory but for the keys of its plans (rules 3.2, 3.3, 3.9, 3.11 and 3.13). */
export async function checkUpload(bytes: AsyncIterable<Uint8Array>, now: Date): Promise<UploadReport> {
  const failed: FailedRecord[] = []
  const met = new Set<string>()
  let header: UploadHeader | undefined
  let passed = 0
  const report = (fault?: UploadFileFault): UploadReport => ({
    ...(header && { header }),
    passed,
    failed,
    ...(fault && { file: { code: codeOfFileFault(fault), reason: fileReasonOf(fault) } }),
  })
  for await (const item of readUpload(bytes)) {
    if (item.kind === 'fault') return report(item.fault)
    if (item.kind === 'header') {
      header = item.header
      const latest = now.getTime() + FUTURE_TOLERANCE_HOURS * 3_600_000
      if (header.createdAt.getTime() > latest) return report({ kind: 'created-in-future' })
    } else if (item.kind === 'record') {
      const checked = checkInFile(item.record, met, now)
      if (checked.ok) passed += 1
      else failed.push(failedRecord(item.record, checked.fault))
    }
  }
  return report()
}

/** A record by itself, and against the good ones before it: a plan stands once in a file (rule 3.9). */
function checkInFile(record: RecordAsSent, met: Set<string>, now: Date): Result<CheckedRecord, RecordFault> {
  const checked = checkRecord(record, now)
  if (!checked.ok) return checked
  const { nhsNumber, plans } = checked.value
  const key = ({ type, start }: CheckedRecord['plans'][number]) => `${nhsNumber} ${type} ${start}`
  const repeated = plans.find(plan => met.has(key(plan)))
  if (repeated) return failure({ kind: 'plan-already-in-file', plan: repeated.type })
  for (const plan of plans) met.add(key(plan))
  return checked
}

function failedRecord({ position, subjects }: RecordAsSent, fault: RecordFault): FailedRecord {
  const localId = subjects.find(subject => subject.localId)?.localId
  return { position, ...(localId && { localId }), code: codeOf(fault), reason: reasonOf(fault) }
}

/** `cpis upload check`: what would become of a file, before anybody sends it. */
export async function uploadCheck(terminal: Terminal, path: string, now: Date): Promise<CommandResult> {
  const { size } = await stat(path)
  const progress = startProgress(terminal, 'checking', size)
  const file = createReadStream(path)
  const watched = async function* () {
    for await (const piece of file) {
      progress.update(file.bytesRead)
      yield piece as Uint8Array
    }
  }
  const report = await checkUpload(watched(), now).finally(progress.stop)
  const text = reportWords(terminal, report)
  const failing = report.failed.length
  if (report.file) {
    return { ...refused('The file would be refused as a whole.'), shown: { data: report, text } }
  }
  if (failing > 0) {
    const count = counted(failing, 'record')
    return { ...refused(`${count} would be refused.`), shown: { data: report, text } }
  }
  return done(report, text)
}

function reportWords(pen: Pen, { header, passed, failed, file }: UploadReport): string {
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
  parts.push(...failed.map(record => failedRecordWords(pen, record)))
  if (file) parts.push(`${pen.style('red', file.code)}\n${wrapped(file.reason, 80, 7)}`)
  else {
    parts.push(`${counted(passed, 'record')} good, ${failed.length.toLocaleString('en-GB')} to be refused.`)
    parts.push(NOT_CHECKED)
  }
  return parts.join('\n\n')
}
