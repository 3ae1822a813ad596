import type { RecordCode } from '../domain/record-faults.ts'
import type { Pen } from './terminal.ts'
import { wrapped } from './wrapped.ts'

/** A record that was, or would be, refused: where it stands, the authority's own id of the person, the code and the reason. */
export interface FailedRecord {
  readonly position: number
  readonly localId?: string
  readonly code: RecordCode
  readonly reason: string
}

export function failedRecordWords(pen: Pen, { position, localId, code, reason }: FailedRecord): string {
  const where = localId ? `record ${position} (${localId})` : `record ${position}`
  return `${pen.style('red', code)}  ${where}\n${wrapped(reason, 80, 7)}`
}
