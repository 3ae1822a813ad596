import type { FailedRecord } from '../kit/check-upload.ts'
import type { Pen } from './terminal.ts'
import { wrapped } from './wrapped.ts'

export function failedRecordWords(pen: Pen, { position, localId, code, reason }: FailedRecord): string {
  const where = localId ? `record ${position} (${localId})` : `record ${position}`
  return `${pen.style('red', code)}  ${where}\n${wrapped(reason, 80, 7)}`
}
