import type { FileCode } from '../domain/upload/apply-upload.ts'
import { fileNumberWords } from '../domain/upload/upload.ts'
import type { AcknowledgementSummary } from '../kit/summarise-acknowledgement.ts'
import { failedRecordWords } from './failed-record-words.ts'
import type { Styler } from './terminal.ts'
import { instantWords } from './words.ts'
import { wrapped } from './wrapped.ts'

const FILE_CODE_WORDS: Readonly<Record<FileCode, string>> = {
  CPF01: 'the file was not accepted, nothing was loaded',
  CPF02: 'every record was loaded',
  CPF03: 'some records were loaded',
  CPF04: 'no record was loaded',
  CPF05: 'PDS could not be asked, nothing was loaded',
  CPF06: 'the sending system is of a version that is no longer supported',
}

export function acknowledgementWords(styler: Styler, summary: AcknowledgementSummary): string {
  const { fileCode, fileReason, sequence, createdAt, loaded, failed, failures, remarks } = summary
  const colour = fileCode === 'CPF02' ? 'green' : fileCode === 'CPF03' ? 'yellow' : 'red'
  const of = sequence < 0 ? 'a file whose number could not be read' : fileNumberWords(sequence)
  const counts = `${loaded.toLocaleString('en-GB')} loaded, ${failed.toLocaleString('en-GB')} failed`
  return [
    `${styler.style(colour, fileCode)}  ${of}: ${FILE_CODE_WORDS[fileCode]}`,
    `       ${counts}, acknowledged ${instantWords(createdAt)}`,
    ...(fileReason ? [wrapped(fileReason, 80, 7)] : []),
    ...[...failures, ...remarks].map(record => failedRecordWords(styler, record)),
  ].join('\n')
}
