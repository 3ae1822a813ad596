import type { NhsNumber } from '../nhs-number.ts'
import type { Organisation } from '../organisation.ts'

/** What an authority is told in one message: which of the numbers it holds people under are no longer in use. */
export interface InactiveNumberNotification {
  /** A UUID of its own. */
  readonly id: string
  readonly createdAt: Date
  readonly authority: Organisation
  readonly numbers: readonly [InactiveNumber, ...InactiveNumber[]]
}

export interface InactiveNumber {
  /** The number the authority holds the person under. */
  readonly nhsNumber: NhsNumber
  readonly localId?: string
  readonly localIdAuthority?: string
  /** The numbers that replace it; none, where it is no longer in use and nothing replaces it. */
  readonly replacements: readonly NhsNumber[]
  /** Sequence number of the upload that last wrote a plan of the person. */
  readonly uploadSequence: number
}
