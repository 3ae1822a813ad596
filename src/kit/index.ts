/**
 * The upload kit, as a library: what an authority needs to make, check, send and follow its uploads, without a command line.
 * Everything that may go wrong with the data is a value; what throws is broken infrastructure: files that cannot be read or
 * written, and `MeshError` where the mailbox service did not do what it was asked.
 */
export { type Authority, readAuthority } from './authority-file.ts'
export {
  type AuthorityState,
  type KeptMessage,
  openAuthorityState,
  type UploadEntry,
  type UploadStatus,
} from './authority-state.ts'
export { checkUpload, type FailedRecord, type RecordVerdict, type UploadReport } from './check-upload.ts'
export {
  type CollectDeps,
  type CollectedMessage,
  type CollectReport,
  collectMessages,
} from './collect-messages.ts'
export { type ColumnMap, SHEET_FIELDS, type SheetField } from './columns.ts'
export { type Difference, type DiffFault, diffUploads, type UploadToDiff } from './diff-uploads.ts'
export { fileSheet } from './file-sheet.ts'
export { type MadeUpload, makeUpload, type NotMade, type UploadHead } from './make-upload.ts'
export { MATCH_GATE, type MatchRate, matchCounter } from './match-rate.ts'
export { type SendDeps, type SendOutcome, sendUpload, settleUploads } from './send-upload.ts'
export {
  type RowProblem,
  rowReasonOf,
  rowsLeftOut,
  type SheetFault,
  type SheetReport,
  sheetReasonOf,
} from './sheet-report.ts'
export type { SheetSource } from './sheet-source.ts'
export { StateInUse } from './state-lock.ts'
export { type AcknowledgementSummary, summariseAcknowledgement } from './summarise-acknowledgement.ts'
export { type MadeRecord, type SurveyedSheet, surveySheet } from './survey-sheet.ts'
export { readTraceDecisions, type TraceDecisions } from './trace-decisions.ts'
export { openTraceJournal } from './trace-journal.ts'
export type { TraceOutcome } from './trace-outcome.ts'
export {
  type TraceDeps,
  type TracedRow,
  type TraceItem,
  tracePeople,
} from './trace-people.ts'
export { type DayDeps, type DayReport, type DayStep, sendAndCollect, workTheDay } from './working-day.ts'
