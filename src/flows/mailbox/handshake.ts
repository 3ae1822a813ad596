import type { MailboxId } from '../../domain/organisation.ts'
import { type MailboxCallDeps, recordMailboxCall } from './record-mailbox-call.ts'

/** A mailbox makes sure that it gets through, or tells of its client: nothing changes but the audit log. */
export function handshake(
  deps: MailboxCallDeps,
  mailbox: MailboxId,
  action: 'handshake' | 'update client',
): Promise<void> {
  return recordMailboxCall(deps, deps.storage, mailbox, { action })
}
