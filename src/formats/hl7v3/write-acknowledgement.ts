import { overlapWords } from '../../domain/plan/plan-to-check.ts'
import type { Acknowledgement, RecordResult } from '../../domain/upload/acknowledgement.ts'
import { codeOf } from '../../domain/upload/record-faults.ts'
import { reasonOf } from '../../domain/upload/record-reasons.ts'
import { element, streamed, writeXml, type XmlNode } from '../xml/xml-writer.ts'
import { FILE_CODE_NAMES, OID, RECORD_CODE_NAMES } from './codes.ts'
import { message, valued } from './message.ts'
import { writeContact } from './organisations.ts'
import { writeRecordContent } from './records.ts'
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
          element(
            'code',
            { code: fileCode, displayName: FILE_CODE_NAMES[fileCode] },
            fileReason === undefined ? undefined : element('originalText', {}, fileReason),
          ),
        ),
      ),
      answered ? streamed('acknowledgementRecord', {}, each(results, writeDetail)) : undefined,
      element('communicationFunctionRcv', {}, writeContact(authority)),
      element('failedReturnedCP-ISRecords', {}, valued('value', failed)),
      answered ? each(results, writeMessage) : undefined,
      element('successfulReturnedCP-ISRecords', {}, valued('value', loaded)),
    ),
  )
}

async function* each(
  results: Acknowledgement['results'],
  write: (result: RecordResult) => XmlNode,
): AsyncGenerator<XmlNode> {
  for await (const page of results()) yield* page.map(write)
}

/** The code of a record and where in the uploaded file it stands; the reason is the code's original text. */
function writeDetail({ sent, fault, overlapped }: RecordResult): XmlNode {
  const code = fault ? codeOf(fault) : 'CPR06'
  const words = fault ? reasonOf(fault) : overlapped && overlapWords(overlapped.plan, overlapped.start)
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

function writeMessage({ sent, fault }: RecordResult): XmlNode {
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
