import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { RecordAsSent, UploadHeader } from '../domain/upload/upload.ts'
import { writeUpload } from '../formats/hl7v3/write-upload.ts'

/** Writes an upload file to disk in flat memory; `onRecord` is called with the number of records begun. */
export async function writeUploadFile(
  path: string,
  header: UploadHeader,
  records: Iterable<RecordAsSent>,
  onRecord: (count: number) => void = () => undefined,
): Promise<void> {
  await pipeline(writeUpload(header, counted(records, onRecord)), createWriteStream(path))
}

function* counted(
  records: Iterable<RecordAsSent>,
  onRecord: (count: number) => void,
): Generator<RecordAsSent> {
  let count = 0
  for (const record of records) {
    count += 1
    onRecord(count)
    yield record
  }
}
