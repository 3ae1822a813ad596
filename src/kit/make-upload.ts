import { failure, type Result, success } from '../domain/result.ts'
import type { RecordAsSent } from '../domain/upload/upload.ts'
import { writeUpload } from '../formats/hl7v3/write-upload.ts'
import type { Authority } from './authority-file.ts'
import { type WrittenFile, writeDurably } from './durable-file.ts'
import type { SheetFault, SheetReport } from './sheet-report.ts'
import type { SheetSource } from './sheet-source.ts'
import { type SurveyedSheet, type SurveyOptions, surveySheet } from './survey-sheet.ts'

export interface UploadHead {
  readonly authority: Authority
  readonly sequence: number
  readonly createdAt: Date
}

/** An upload that was written, and from which rows each of its records was made: `rows[0]` are those of record 1. */
export interface MadeUpload extends WrittenFile {
  readonly recordCount: number
  readonly planCount: number
  readonly rows: readonly (readonly number[])[]
  readonly report: SheetReport
}

export interface NotMade {
  readonly fault: SheetFault
  /** What became of the rows, where there was a table at all. */
  readonly report?: SheetReport
}

/**
 * Makes an upload of a table of people and writes it to a file, whole or not at all. Rows that cannot be used are left out and
 * stand in the report; where none can, nothing is written.
 */
export async function makeUpload(
  source: SheetSource,
  head: UploadHead,
  path: string,
  options: SurveyOptions,
): Promise<Result<MadeUpload, NotMade>> {
  const surveyed = await surveySheet(source, options)
  if (!surveyed.ok) return failure({ fault: surveyed.fault })
  return writeSurveyed(surveyed.value, head, path)
}

/** The second half: writes what a table was found to hold. */
export async function writeSurveyed(
  { recordCount, planCount, report, records }: SurveyedSheet,
  head: UploadHead,
  path: string,
): Promise<Result<MadeUpload, NotMade>> {
  if (recordCount === 0) return failure({ fault: { kind: 'no-people' }, report })
  const rows: (readonly number[])[] = []
  const { odsCode, name } = head.authority
  const watched = async function* (): AsyncGenerator<RecordAsSent> {
    for await (const made of records()) {
      rows.push(made.rows)
      yield withAuthorityOfIds(made.record, `${odsCode}:${name}`)
    }
  }
  const written = await writeDurably(path, writeUpload({ ...head, recordCount }, watched()))
  return success({ ...written, recordCount, planCount, rows, report })
}

/** A local id says whose it is. */
function withAuthorityOfIds(record: RecordAsSent, localIdAuthority: string): RecordAsSent {
  const subjects = record.subjects.map(subject =>
    subject.localId === undefined ? subject : { ...subject, localIdAuthority },
  )
  return { ...record, subjects }
}
