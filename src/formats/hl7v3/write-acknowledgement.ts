import { remarkWords } from '../../domain/plan/plan-to-check.ts'
import type { Acknowledgement, RecordResult } from '../../domain/upload/acknowledgement.ts'
import { codeOf } from '../../domain/upload/record-faults.ts'
import { reasonOf } from '../../domain/upload/record-reasons.ts'
import { element, streamed, writeXml, type XmlNode } from '../xml/xml-writer.ts'
import { FILE_CODE_NAMES, FILE_LOCATION, OID, RECORD_CODE_NAMES } from './codes.ts'
import { message, valued } from './message.ts'
import { writeContact } from './organisations.ts'
import { canBeWritten, writeRecordContent } from './records.ts'
import { writeSubject } from './subjects.ts'
import { writeTimestamp } from './time.ts'

/**
 * Writes the acknowledgement of an upload (REPC_MT000003GB01, FileResponse) in pieces: its length costs no memory. Every record
 * is named with its code; one that failed carries its reason in words and comes back whole, one that was loaded with its subject
 * alone, and with words where an older plan still stands beside it (rules 3.9, 3.10, 3.14 and 3.26).
 */
export function writeAcknowledgement(acknowledgement: Acknowledgement): AsyncIterable<Uint8Array> {
  const { createdAt, sequence, transmissionQuantity, fileCode, fileReason, authority } = acknowledgement
  const { loaded, failed, results } = acknowledgement
  const answered = loaded + failed > 0
  return writeXml(
    message(
      'FileResponse',
      valued('creationTime', writeTimestamp(createdAt)),
      element('id', { extension: String(sequence) }),
      valued('transmissionQuantity', transmissionQuantity),
      element(
        'acknowledgementFile',
        {},
        element(
          'acknowledgementFileDetail',
          {},
          element('code', { code: fileCode, displayName: FILE_CODE_NAMES[fileCode] }),
        ),
      ),
      answered || fileReason !== undefined
        ? streamed(
            'acknowledgementRecord',
            {},
            fileReason === undefined ? undefined : writeFileReason(fileReason),
            answered ? each(results, writeDetail) : undefined,
          )
        : undefined,
      element('communicationFunctionRcv', {}, writeContact(authority)),
      element('failedReturnedCP-ISRecords', {}, valued('value', failed)),
      answered ? each(results, writeMessage) : undefined,
      element('successfulReturnedCP-ISRecords', {}, valued('value', loaded)),
    ),
  )
}

async function* each(
  results: Acknowledgement['results'],
  write: (result: RecordResult) => XmlNode | undefined,
): AsyncGenerator<XmlNode> {
  for await (const page of results())
    for (const result of page) {
      const written = write(result)
      if (written) yield written
    }
}

/** The code of the file has no content in the schema, so the reason in words stands among those of the records, located at the file. */
function writeFileReason(reason: string): XmlNode {
  return element(
    'acknowledgementRecordDetail',
    {},
    element('code', {}, element('originalText', {}, reason)),
    element('location', {}, FILE_LOCATION),
  )
}

/** The code of a record and where in the uploaded file it stands; the reason is the code's original text. */
function writeDetail({ sent, fault, overlapped }: RecordResult): XmlNode {
  const code = fault ? codeOf(fault) : 'CPR06'
  const words = fault ? reasonOf(fault) : overlapped && remarkWords(overlapped)
  return element(
    'acknowledgementRecordDetail',
    {},
    element(
      'code',
      { code, codeSystem: OID.recordResponse, displayName: RECORD_CODE_NAMES[code] },
      words ? element('originalText', {}, words) : undefined,
    ),
    element('location', {}, `/File/record[${sent.position}]/CP-ISRecord`),
  )
}

/** A record that the schema has no form for is left out: its code, reason and location stand above (rule 3.20). */
function writeMessage({ sent, fault }: RecordResult): XmlNode | undefined {
  if (!canBeWritten(sent, fault ? 'all' : 'subjects')) return undefined
  return element(
    'message',
    {},
    element(
      'cP-ISLAAcknowledgementResponse',
      {},
      element(
        'pertinentInformation1',
        {},
        fault
          ? element('invalidCP-ISRecord', {}, ...writeRecordContent(sent))
          : element('validCP-ISRecord', {}, ...sent.subjects.map(writeSubject)),
      ),
    ),
  )
}
