import type { NhsNumber } from '../nhs-number.ts'
import type { Author } from '../query/requester.ts'

export type InterfaceName = 'fhir' | 'mesh' | 'operations' | 'spine' | 'smsp' | 'events' | 'web' | 'worker'

/** One request at one interface, or one piece of work done for one, as the audit log keeps it for ever (rule 8.1). */
export interface AuditEntry {
  /** UUID version 7, so that entries sort by time. */
  readonly id: string
  readonly at: Date
  readonly via: InterfaceName
  /** What was asked for, for example `query plans` or `send message`. */
  readonly action: string
  readonly outcome: 'allowed' | 'refused' | 'failed'
  /** The code of the refusal or failure, never a sentence with a person in it. */
  readonly reason?: string
  /** Who asked, where a person or system was recognised. */
  readonly author?: Author
  /** Who asked, where a mailbox or an operator did. */
  readonly actor?: string
  readonly nhsNumber?: NhsNumber
  /** The caller's own reference. */
  readonly traceId?: string
  /** The message, upload or plan concerned. */
  readonly subject?: string
  readonly details?: Readonly<Record<string, string | number | boolean>>
}

/**
 * An entry as it is sealed: all that the log holds of it, its instant to the microsecond (`2026-03-10T08:10:00.000000Z`), so that
 * nothing of it can be changed unseen.
 */
export interface SealableEntry extends Omit<AuditEntry, 'at' | 'via'> {
  readonly at: string
  /** `via` under the name it has had since the first entry was sealed: entries are verified in the form in which they were sealed. */
  readonly door: InterfaceName
}
