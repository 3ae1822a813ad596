import type { RecordAsSent } from '../../domain/upload/upload.ts'
import { element, writeXml, type XmlNode } from '../xml/xml-writer.ts'
import { message, valued } from './message.ts'
import { writeContact } from './organisations.ts'
import { writeRecordContent } from './records.ts'
import { writeTimestamp } from './time.ts'
import type { HeaderAsWritten } from './upload-head.ts'

/**
 * Writes an upload (REPC_MT000002GB01, File) in pieces, in the published order. The header announces what it is told to,
 * and a record is written with whatever it holds: it is for the sender to be right.
 */
export function writeUpload(
  header: HeaderAsWritten,
  records: Iterable<RecordAsSent> | AsyncIterable<RecordAsSent>,
): AsyncIterable<Uint8Array> {
  return writeXml(
    message(
      'File',
      valued('creationTime', writeTimestamp(header.createdAt)),
      element('id', { extension: String(header.sequence) }),
      valued('transmissionQuantity', header.recordCount),
      element('communicationFunctionSnd', {}, writeContact(header.authority)),
      writeRecords(records),
    ),
  )
}

async function* writeRecords(
  records: Iterable<RecordAsSent> | AsyncIterable<RecordAsSent>,
): AsyncGenerator<XmlNode> {
  for await (const record of records) {
    yield element('record', {}, element('CP-ISRecord', {}, ...writeRecordContent(record)))
  }
}
