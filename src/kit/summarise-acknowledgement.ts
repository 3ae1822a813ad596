import { failure, type Result, success } from '../domain/result.ts'
import type { MessageFault } from '../formats/hl7v3/message-fault.ts'
import { type AcknowledgementHeader, readAcknowledgement } from '../formats/hl7v3/read-acknowledgement.ts'
import type { FailedRecord } from './check-upload.ts'

const LOADED = 'CPR06'

/** An acknowledgement without the records that were loaded, of which there may be very many. */
export interface AcknowledgementSummary extends AcknowledgementHeader {
  readonly loaded: number
  readonly failed: number
  readonly failures: readonly FailedRecord[]
  /** Of records that were loaded: what the service says of them all the same (rule 3.26). */
  readonly remarks: readonly FailedRecord[]
}

/** Reads an acknowledgement to its end; of its records, those are kept of which it says something in words. */
export async function summariseAcknowledgement(
  bytes: AsyncIterable<Uint8Array>,
): Promise<Result<AcknowledgementSummary, MessageFault>> {
  const named = new Map<number, FailedRecord>()
  const localIds = new Map<number, string>()
  let header: AcknowledgementHeader | undefined
  let verdicts = 0
  let records = 0
  for await (const item of readAcknowledgement(bytes)) {
    if (item.kind === 'fault') return failure(item.fault)
    if (item.kind === 'header') header = item.header
    else if (item.kind === 'verdict') {
      verdicts += 1
      const { position, code, reason } = item.verdict
      if (code !== LOADED || reason) named.set(position, { position, code, reason: reason ?? '' })
    } else if (item.kind === 'record') {
      records += 1
      const localId = item.record.subjects.find(subject => subject.localId)?.localId
      if (localId && named.has(item.record.position)) localIds.set(item.record.position, localId)
    } else if (header) {
      const { loaded, failed } = item.totals
      // Where records are missing among those that came back, nobody can say which of them is whose.
      const said = [...named.values()].map(record => {
        const localId = records === verdicts ? localIds.get(record.position) : undefined
        return localId === undefined ? record : { ...record, localId }
      })
      return success({
        ...header,
        loaded,
        failed,
        failures: said.filter(({ code }) => code !== LOADED),
        remarks: said.filter(({ code }) => code === LOADED),
      })
    }
  }
  throw new Error('An acknowledgement is read to its totals or to a fault')
}
