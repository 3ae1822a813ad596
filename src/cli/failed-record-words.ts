import type { FailedRecord } from '../kit/check-upload.ts'
import type { Styler } from './terminal.ts'
import { wrapped } from './wrapped.ts'

export function failedRecordWords(styler: Styler, { position, localId, code, reason }: FailedRecord): string {
  const where = localId ? `record ${position} (${localId})` : `record ${position}`
  return `${styler.style(code === 'CPR06' ? 'yellow' : 'red', code)}  ${where}\n${wrapped(reason, 80, 7)}`
}
