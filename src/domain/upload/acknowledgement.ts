import type { PlanTime } from '../english-time.ts'
import type { Organisation } from '../organisation.ts'
import type { PlanType } from '../plan/plan.ts'
import type { FileCode } from './apply-upload.ts'
import type { RecordFault } from './record-faults.ts'
import type { RecordAsSent } from './upload.ts'

/** What an authority is answered to a file (rules 3.9, 3.10 and 3.20). */
export interface Acknowledgement {
  readonly createdAt: Date
  /** The file's, or -1 where it could not be read. */
  readonly sequence: number
  /** The records processed, or -1 where that cannot be said. */
  readonly transmissionQuantity: number
  readonly fileCode: FileCode
  /** What is wrong with the file as a whole, in words. */
  readonly fileReason?: string
  readonly authority: Organisation & { readonly dutyPhone?: string; readonly officePhone?: string }
  readonly loaded: number
  readonly failed: number
  /** The records in file order. Asked for twice: their codes stand before the authority, their content after it. */
  readonly results: () => AsyncIterable<readonly RecordResult[]>
}

/** A record's place in the acknowledgement; without a fault it was loaded. */
export interface RecordResult {
  readonly sent: RecordAsSent
  readonly fault?: RecordFault
  /** Of a record that was loaded: an older plan that still stands beside it (rule 3.26), or a newer file that says otherwise (rule 3.6). */
  readonly overlapped?: OverlappedPlan
}

export interface OverlappedPlan {
  readonly plan: PlanType
  readonly start: PlanTime
  /** The sequence number of the newer file that says something else of this very plan, which stands. */
  readonly newer?: number
}
