import type { TrackFault } from '../../domain/mailbox/mesh-faults.ts'
import type { Mailbox, MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { ContentEncoding } from './ports.ts'
import { type MailboxCallDeps, recordMailboxCall } from './record-mailbox-call.ts'

/** What a sender is told of a message. */
export interface TrackedMessage {
  readonly message: MeshMessage
  readonly encoding: ContentEncoding
  readonly sender?: Mailbox
  readonly recipient?: Mailbox
}

/** What became of a message, for its sender alone (rule 7.5); `by` is its id or the sender's own local id. */
export async function trackMessage(
  deps: MailboxCallDeps,
  mailbox: MailboxId,
  by: { readonly messageId: string } | { readonly localId: string },
): Promise<Result<TrackedMessage, TrackFault>> {
  const { messages, payloads, mailboxes } = deps.storage
  const found =
    'localId' in by
      ? await messages.outbox({ mailbox, localId: by.localId, limit: 2 })
      : [await messages.find(by.messageId)]
  const [message, another] = found
  if (!message || message.from !== mailbox) return failure('unknown-sent-message')
  if (another) return failure('several-messages')
  const [first] = message.payloadId ? await payloads.chunks(message.payloadId) : []
  const sender = await mailboxes.find(message.from)
  const recipient = await mailboxes.find(message.to)
  await recordMailboxCall(deps, deps.storage, mailbox, { action: 'track message', subject: message.id })
  return success({
    message,
    encoding: first?.encoding ?? 'identity',
    ...(sender && { sender }),
    ...(recipient && { recipient }),
  })
}
