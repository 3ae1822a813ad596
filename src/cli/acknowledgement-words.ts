import type { FileCode } from '../domain/apply-upload.ts'
import { failure, type Result, success } from '../domain/result.ts'
import type { MessageFault } from '../formats/hl7v3/message-fault.ts'
import { type AcknowledgementHeader, readAcknowledgement } from '../formats/hl7v3/read-acknowledgement.ts'
import { type FailedRecord, failedRecordWords } from './failed-record-words.ts'
import type { Pen } from './terminal.ts'
import { instantWords } from './words.ts'
import { wrapped } from './wrapped.ts'

/** An acknowledgement without the records that were loaded, of which there may be very many. */
export interface AcknowledgementSummary extends AcknowledgementHeader {
  readonly loaded: number
  readonly failed: number
  readonly failures: readonly FailedRecord[]
}

const FILE_CODE_WORDS: Readonly<Record<FileCode, string>> = {
  CPF01: 'the file was not accepted, nothing was loaded',
  CPF02: 'every record was loaded',
  CPF03: 'some records were loaded',
  CPF04: 'no record was loaded',
  CPF05: 'PDS could not be asked, nothing was loaded',
  CPF06: 'the sending system is of a version that is no longer supported',
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

export function acknowledgementWords(pen: Pen, summary: AcknowledgementSummary): string {
  const { fileCode, fileReason, sequence, createdAt, loaded, failed, failures } = summary
  const colour = fileCode === 'CPF02' ? 'green' : fileCode === 'CPF03' ? 'yellow' : 'red'
  const of = sequence < 0 ? 'a file whose number could not be read' : `file ${sequence}`
  const counts = `${loaded.toLocaleString('en-GB')} loaded, ${failed.toLocaleString('en-GB')} failed`
  return [
    `${pen.style(colour, fileCode)}  ${of}: ${FILE_CODE_WORDS[fileCode]}`,
    `       ${counts}, acknowledged ${instantWords(createdAt)}`,
    ...(fileReason ? [wrapped(fileReason, 80, 7)] : []),
    ...failures.map(record => failedRecordWords(pen, record)),
  ].join('\n')
}
