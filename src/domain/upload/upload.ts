import type { PlanTime } from '../english-time.ts'
import type { NhsNumber } from '../nhs-number.ts'
import type { OdsCode } from '../organisation.ts'
import type { PlanSubject, PlanType } from '../plan/plan.ts'

/** The head of an upload file. Phones are digits with an optional leading `+`. */
export interface UploadHeader {
  /** Creation time of the file (instant). */
  readonly createdAt: Date
  readonly sequence: number
  /** How many records the authority says the file holds. */
  readonly recordCount: number
  readonly authority: {
    readonly odsCode: OdsCode
    readonly name: string
    readonly dutyPhone: string
    readonly officePhone?: string
  }
}

/** Whoever numbered a file: the authority's own system, or the pages on which an officer made it (rule 3.23). */
export type UploadSeries = 'system' | 'page'

/** Tables that officers send are numbered from the next number on, beyond what a system counts to (rule 3.23). */
export const LAST_BEFORE_TABLES = 9_000_000_000_000_000

/** The number of a file as people are shown it: `7`, or `table 1` of one made on a page (rule 3.23). */
export function shownSequence(sequence: number): string {
  return sequence > LAST_BEFORE_TABLES ? `table ${sequence - LAST_BEFORE_TABLES}` : String(sequence)
}

/** The same within a sentence: `file 7`, or `table 1`. */
export function fileNumberWords(sequence: number): string {
  return sequence > LAST_BEFORE_TABLES ? shownSequence(sequence) : `file ${sequence}`
}

/** A record as it stood in the file: text not yet judged, so that a failed record can be returned word for word. */
export interface RecordAsSent {
  /** Counted from 1 in the uploaded file. */
  readonly position: number
  readonly plans: readonly PlanAsSent[]
  readonly subjects: readonly SubjectAsSent[]
  /** A plan or subject stood in the record that could not be told apart: of an unknown kind, or with two values for one thing. */
  readonly unreadable?: 'plan' | 'subject'
}

export interface PlanAsSent {
  readonly type: PlanType
  readonly start?: string
  readonly end?: string
  readonly delete?: string
}

export interface SubjectAsSent {
  readonly kind: 'child' | 'mother'
  readonly nhsNumber?: string
  readonly localId?: string
  /** `ODS:NAME` of whoever gave the local id, as sent. */
  readonly localIdAuthority?: string
  readonly birthTime?: string
  readonly given?: string
  readonly family?: string
}

/** A record that passed every check that needs neither PDS nor what is already held. */
export interface CheckedRecord {
  readonly position: number
  readonly nhsNumber: NhsNumber
  readonly subject: PlanSubject
  readonly plans: readonly CheckedPlan[]
}

/** What a record says, wherever it stands in its file: two that are word for word the same say the same. */
export function wordsOf({ position: _, ...said }: RecordAsSent | CheckedRecord): string {
  return JSON.stringify(said)
}

export interface CheckedPlan {
  readonly type: PlanType
  readonly start: PlanTime
  readonly end?: PlanTime
  readonly delete?: PlanTime
}

/**
 * Which of two files is newer: by creation time, then by sequence number, never by arrival (rule 3.6).
 * Negative when `a` is older than `b`.
 */
export interface FileVersion {
  readonly createdAt: Date
  readonly sequence: number
}

export function compareVersions(a: FileVersion, b: FileVersion): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || a.sequence - b.sequence
}

/** How far ahead of our clock a file's creation time may lie (rule 3.11). */
export const FUTURE_TOLERANCE_HOURS = 24

/**
 * Whether a file was created more than so many days ago. Such a file is refused, so that what has been forgotten since is never brought back
 * by it (rule 23.4).
 */
export function isTooOld({ createdAt }: { readonly createdAt: Date }, now: Date, days: number): boolean {
  return createdAt.getTime() < now.getTime() - days * 86_400_000
}
