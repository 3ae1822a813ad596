import type { Mailbox } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import { recordRequest } from '../audit/record-request.ts'
import type { MailboxCallDeps } from './record-mailbox-call.ts'

/** Who looks mailboxes up: a mailbox by its token, or whoever holds the key of a certificate (its SHA-256 fingerprint), or nobody named. */
export interface LookUpCaller {
  readonly mailbox?: MailboxId
  readonly certificate?: string
}

/** The mailboxes that may receive under a workflow, of one organisation or of all; none where nothing matches (rules 7.6 and 7.10). */
export async function lookUpEndpoints(
  deps: MailboxCallDeps,
  { mailbox, certificate }: LookUpCaller,
  asked: { readonly workflowId: string; readonly odsCode?: OdsCode },
): Promise<readonly Mailbox[]> {
  const { storage, clock, newId } = deps
  const receivers = new Set((await storage.workflows.find(asked.workflowId))?.receivers)
  const found = (await storage.mailboxes.list()).filter(
    ({ id, odsCode }) => receivers.has(id) && (!asked.odsCode || odsCode === asked.odsCode),
  )
  await recordRequest(
    { audit: storage.audit, clock, newId },
    {
      via: 'mesh',
      action: 'look up endpoints',
      outcome: 'allowed',
      ...(mailbox && { actor: mailbox }),
      details: { mailboxes: found.length, ...(certificate && { certificate }) },
    },
  )
  return found
}
