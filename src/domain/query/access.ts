import type { NhsNumber } from '../nhs-number.ts'
import type { Author } from './requester.ts'

/** One listed, unscheduled access of a person who had a visible plan. */
export interface Access {
  readonly id: string
  readonly nhsNumber: NhsNumber
  readonly at: Date
  readonly author: Author
}

/** How many accesses an answer lists, newest first (rule 5.7). */
export const ACCESS_LIST_LIMIT = 25

/** The same author is listed once in this time (rule 5.6). */
export const SAME_AUTHOR_HOURS = 24

/**
 * Whether an access is listed and notified: yes when the author was never listed for this person, or 24 hours or more have
 * passed since the last *listed* one (rule 5.6).
 */
export function isListed(lastListed: Date | undefined, at: Date): boolean {
  return lastListed === undefined || at.getTime() - lastListed.getTime() >= SAME_AUTHOR_HOURS * 3_600_000
}
