import type { MailboxId } from '../../../src/domain/organisation.ts'

/** What the mailbox of CP-IS and its exchanges are called. */
export const MESH = {
  cpisMailbox: 'CPISOT001' as MailboxId,
  uploadWorkflow: 'UPLOAD',
  acknowledgementWorkflow: 'ACK',
  notificationWorkflow: 'NOTIFICATION',
  inactiveNumberWorkflow: 'INACTIVE',
}
