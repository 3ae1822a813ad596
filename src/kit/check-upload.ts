import { createHash } from 'node:crypto'
import { unbornOf } from '../domain/plan/plan.ts'
import { checkRecord } from '../domain/upload/check-record.ts'
import { codeOfFileFault, type UploadFileFault } from '../domain/upload/file-faults.ts'
import { fileReasonOf } from '../domain/upload/file-reasons.ts'
import { codeOf, type RecordCode, type RecordFault } from '../domain/upload/record-faults.ts'
import { reasonOf } from '../domain/upload/record-reasons.ts'
import {
  type CheckedRecord,
  FUTURE_TOLERANCE_HOURS,
  type RecordAsSent,
  type UploadHeader,
  wordsOf,
} from '../domain/upload/upload.ts'
import { readUpload } from '../formats/hl7v3/read-upload.ts'

/** A record that was, or would be, refused: where it stands, the authority's own id of the person, the code and the reason. */
export interface FailedRecord {
  readonly position: number
  readonly localId?: string
  readonly code: RecordCode
  readonly reason: string
}

/** What can be said of a file without PDS and without what is held. */
export interface UploadReport {
  readonly header?: UploadHeader
  readonly passed: number
  readonly failed: readonly FailedRecord[]
  /** Why the file would be refused as a whole. */
  readonly file?: { readonly code: string; readonly reason: string }
}

/** A record that was looked at: good, or what would become of it. */
export type RecordVerdict =
  | { readonly kind: 'good'; readonly position: number; readonly localId?: string }
  | ({ readonly kind: 'failed' } & FailedRecord)

/**
 * Reads a file as the service would, in flat memory but for the keys of its plans and a digest of each record (rules 3.2, 3.3, 3.9, 3.11 and 3.13).
 * `onRecord` is called with each record in order.
 */
export async function checkUpload(
  bytes: AsyncIterable<Uint8Array>,
  now: Date,
  onRecord: (verdict: RecordVerdict) => void = () => undefined,
): Promise<UploadReport> {
  const failed: FailedRecord[] = []
  const met = new Set<string>()
  const outcomes = new Map<string, RecordFault | undefined>()
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
      // What stands there again, word for word, comes to the same and is counted once (rule 3.9).
      const words = createHash('sha256').update(wordsOf(item.record)).digest('base64')
      const isRepeat = outcomes.has(words)
      const fault = isRepeat ? outcomes.get(words) : faultInFile(item.record, met, now)
      outcomes.set(words, fault)
      if (fault) {
        const record = failedRecord(item.record, fault)
        if (!isRepeat) failed.push(record)
        onRecord({ kind: 'failed', ...record })
      } else {
        if (!isRepeat) passed += 1
        onRecord({ kind: 'good', ...placeOf(item.record) })
      }
    }
  }
  return report()
}

/** A record by itself, and against the good ones before it: a plan stands once in a file (rule 3.9). */
function faultInFile(record: RecordAsSent, met: Set<string>, now: Date): RecordFault | undefined {
  const checked = checkRecord(record, now)
  if (!checked.ok) return checked.fault
  const { nhsNumber, plans, subject } = checked.value
  const key = ({ type, start }: CheckedRecord['plans'][number]) =>
    `${nhsNumber} ${type} ${start} ${unbornOf(type, subject)}`
  const repeated = plans.find(plan => met.has(key(plan)))
  if (repeated) return { kind: 'plan-already-in-file', plan: repeated.type }
  for (const plan of plans) met.add(key(plan))
  return undefined
}

function failedRecord(record: RecordAsSent, fault: RecordFault): FailedRecord {
  return { ...placeOf(record), code: codeOf(fault), reason: reasonOf(fault) }
}

function placeOf({ position, subjects }: RecordAsSent): { position: number; localId?: string } {
  const localId = subjects.find(subject => subject.localId)?.localId
  return { position, ...(localId && { localId }) }
}
