import type { Mailbox } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import { type MailboxCallDeps, recordMailboxCall } from './record-mailbox-call.ts'

/** The mailboxes that may receive under a workflow, of one organisation or of all; none where nothing matches (rule 7.6). */
export async function lookUpEndpoints(
  deps: MailboxCallDeps,
  asker: MailboxId,
  asked: { readonly workflowId: string; readonly odsCode?: OdsCode },
): Promise<readonly Mailbox[]> {
  const { storage } = deps
  const receivers = new Set((await storage.workflows.find(asked.workflowId))?.receivers)
  const found = (await storage.mailboxes.list()).filter(
    ({ id, odsCode }) => receivers.has(id) && (!asked.odsCode || odsCode === asked.odsCode),
  )
  await recordMailboxCall(deps, storage, asker, {
    action: 'look up endpoints',
    details: { mailboxes: found.length },
  })
  return found
}
