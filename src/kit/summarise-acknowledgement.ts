import { failure, type Result, success } from '../domain/result.ts'
import type { MessageFault } from '../formats/hl7v3/message-fault.ts'
import { type AcknowledgementHeader, readAcknowledgement } from '../formats/hl7v3/read-acknowledgement.ts'
import type { FailedRecord } from './check-upload.ts'

/** An acknowledgement without the records that were loaded, of which there may be very many. */
export interface AcknowledgementSummary extends AcknowledgementHeader {
  readonly loaded: number
  readonly failed: number
  readonly failures: readonly FailedRecord[]
}

/** Reads an acknowledgement to its end; of its records, those that failed are kept. */
export async function summariseAcknowledgement(
  bytes: AsyncIterable<Uint8Array>,
): Promise<Result<AcknowledgementSummary, MessageFault>> {
  const failures = new Map<number, FailedRecord>()
  let header: AcknowledgementHeader | undefined
  for await (const item of readAcknowledgement(bytes)) {
    if (item.kind === 'fault') return failure(item.fault)
    if (item.kind === 'header') header = item.header
    else if (item.kind === 'verdict') {
      const { position, code, reason } = item.verdict
      if (code !== 'CPR06') failures.set(position, { position, code, reason: reason ?? '' })
    } else if (item.kind === 'record') {
      const known = failures.get(item.record.position)
      const localId = item.record.subjects.find(subject => subject.localId)?.localId
      if (known && localId) failures.set(known.position, { ...known, localId })
    } else if (header) {
      const { loaded, failed } = item.totals
      return success({ ...header, loaded, failed, failures: [...failures.values()] })
    }
  }
  throw new Error('An acknowledgement is read to its totals or to a fault')
}
