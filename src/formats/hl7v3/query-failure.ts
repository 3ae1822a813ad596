import type { DetectedIssue } from './detected-issues.ts'
import type { Transmission } from './transmission.ts'

/** A query that was understood and has no answer to give, with its reasons (QUQI_IN010000UK14). */
export interface QueryFailure extends Transmission {
  /** The id of the query message that failed. */
  readonly requestId: string
  readonly issues: readonly DetectedIssue[]
}
