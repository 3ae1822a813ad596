import type { DetectedIssue } from './detected-issues.ts'
import type { Acknowledged, Transmission } from './transmission.ts'

/** What became of a message of any kind, with the reasons, if there are any (MCCI_IN010000UK13). */
export interface ApplicationAcknowledgement extends Transmission, Acknowledged {
  readonly issues: readonly DetectedIssue[]
}
