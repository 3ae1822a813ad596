import type { AuditEntry } from '../../domain/audit/audit.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { recordRequest } from '../audit/record-request.ts'
import type { Clock, NewId, Storage, Stores } from '../ports.ts'

/** What every call to a mailbox needs. */
export interface MailboxCallDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
}

/** Leaves the one audit entry of a call that was allowed, among the changes it made (rule 8.1). */
export function recordMailboxCall(
  { clock, newId }: MailboxCallDeps,
  stores: Stores,
  actor: MailboxId,
  call: Pick<AuditEntry, 'action' | 'subject' | 'details'>,
): Promise<void> {
  return recordRequest(
    { audit: stores.audit, clock, newId },
    { ...call, via: 'mesh', outcome: 'allowed', actor },
  )
}
