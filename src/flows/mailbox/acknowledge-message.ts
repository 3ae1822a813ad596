import type { CollectFault } from '../../domain/mailbox/mesh-faults.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { type MailboxCallDeps, recordMailboxCall } from './record-mailbox-call.ts'

/** Closes a message: its recipient has it and it leaves the inbox for good (rule 7.9). Again, or twice at a time, does no harm. */
export async function acknowledgeMessage(
  deps: MailboxCallDeps,
  asked: { readonly mailbox: MailboxId; readonly messageId: string },
): Promise<Result<string, CollectFault>> {
  const { mailbox, messageId } = asked
  return deps.storage.transaction(async stores => {
    const message = await stores.messages.find(messageId)
    if (!message) return failure('unknown-message')
    if (message.to !== mailbox) return failure('not-yours')
    const at = deps.clock.now()
    const closed =
      (await stores.messages.advance(messageId, 'accepted', { status: 'acknowledged', at })) ||
      (await stores.messages.find(messageId))?.status === 'acknowledged'
    if (!closed) return failure('message-gone')
    await recordMailboxCall(deps, stores, mailbox, { action: 'acknowledge message', subject: messageId })
    return success(messageId)
  })
}
