import type { CalendarDate } from '../english-time.ts'
import type { OdsCode } from '../organisation.ts'
import type { FileCode } from './apply-upload.ts'
import type { RecordAsSent, UploadHeader } from './upload.ts'

/** What reading an upload hands on: the header, then each record in order, then `done`; or, at any point, one fault and no more. */
export type UploadItem =
  | { readonly kind: 'header'; readonly header: UploadHeader }
  | { readonly kind: 'record'; readonly record: RecordAsSent }
  | { readonly kind: 'done'; readonly recordCount: number }
  | { readonly kind: 'fault'; readonly fault: UploadFileFault; readonly head: ReadHead }

/** What could be read of the header of a file that has a fault, so that its acknowledgement can name the file. */
export interface ReadHead {
  readonly odsCode?: OdsCode
  readonly sequence?: number
  readonly recordCount?: number
}

/** What stands in the head of a file, as its author would call it. */
export type HeadField =
  | 'creation time'
  | 'sequence number'
  | 'number of records'
  | 'sender'
  | 'authority code'
  | 'authority name'

/** Why the XML itself could not be read (rule 3.13). */
export type XmlProblem = 'malformed' | 'encoding' | 'document-type' | 'wrong-root' | 'too-deep' | 'too-large'

/** Everything that can be wrong with a whole upload file (rules 3.1 to 3.13). Lines are counted from 1. */
export type UploadFileFault =
  | {
      readonly kind: 'not-readable'
      readonly problem: XmlProblem
      readonly line: number
      readonly column: number
      readonly detail: string
    }
  | { readonly kind: 'missing'; readonly field: HeadField; readonly line: number }
  | { readonly kind: 'bad-value'; readonly field: HeadField; readonly line: number }
  | { readonly kind: 'repeated'; readonly field: HeadField; readonly line: number }
  | { readonly kind: 'duty-phone-missing'; readonly line: number }
  | { readonly kind: 'duty-phone-repeated'; readonly line: number }
  | { readonly kind: 'phone-without-value'; readonly phone: 'duty' | 'other'; readonly line: number }
  | { readonly kind: 'bad-phone'; readonly phone: 'duty' | 'other'; readonly line: number }
  | { readonly kind: 'too-many-phones'; readonly line: number }
  | { readonly kind: 'expands-too-far'; readonly most: number }
  | { readonly kind: 'too-many-records'; readonly most: number }
  | { readonly kind: 'too-much-work' }
  | { readonly kind: 'no-record' }
  | { readonly kind: 'wrong-count'; readonly announced: number; readonly found: number }
  | { readonly kind: 'wrong-authority' }
  | { readonly kind: 'suspended' }
  /** The authority's plans passed on, and the time in which its files may still end and delete plans is over (rule 19.17). */
  | { readonly kind: 'passed-on'; readonly on: CalendarDate; readonly to: readonly string[] }
  | { readonly kind: 'sequence-reused'; readonly earlierCreatedAt: Date }
  | { readonly kind: 'created-in-future' }
  | { readonly kind: 'created-too-long-ago'; readonly most: number }
  | { readonly kind: 'pds-unavailable' }

/** The code a file with a fault is answered with (rule 3.10). */
export function codeOfFileFault(fault: UploadFileFault): Extract<FileCode, 'CPF01' | 'CPF05'> {
  return fault.kind === 'pds-unavailable' ? 'CPF05' : 'CPF01'
}
