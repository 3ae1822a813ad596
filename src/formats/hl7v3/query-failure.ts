import type { DetectedIssue } from './detected-issues.ts'
import type { AcknowledgementOutcome, Transmission } from './transmission.ts'

/** A query that was understood and has no answer to give, with its reasons (QUQI_IN010000UK14). */
export interface QueryFailure extends Transmission {
  /** The id of the query message that failed. */
  readonly requestId: string
  readonly issues: readonly DetectedIssue[]
}

/** What became of a message of any kind: accepted, in error or rejected, with the reasons (MCCI_IN010000UK13). */
export interface ApplicationAcknowledgement extends QueryFailure {
  readonly outcome: AcknowledgementOutcome
}
