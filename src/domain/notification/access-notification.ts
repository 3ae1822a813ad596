import type { NhsNumber } from '../nhs-number.ts'
import type { Organisation } from '../organisation.ts'
import type { Author } from '../query/requester.ts'

/** What an authority is told in one message: who viewed the records of people it has plans for (rules 6.1 to 6.4). */
export interface AccessNotification {
  /** A UUID of its own. */
  readonly id: string
  readonly createdAt: Date
  readonly authority: Organisation
  /** Oldest first. */
  readonly notifications: readonly NotifiedAccess[]
}

export interface NotifiedAccess {
  readonly accessId: string
  /** The number the authority holds the person under. */
  readonly nhsNumber: NhsNumber
  readonly localId?: string
  readonly localIdAuthority?: string
  /** Sequence number of the upload that last wrote the plan. */
  readonly uploadSequence: number
  readonly at: Date
  readonly author: Author
}
