import type { CollectFault } from '../../domain/mailbox/mesh-faults.ts'
import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { Storage } from '../ports.ts'
import type { StoredChunk } from './ports.ts'
import { type MailboxCallDeps, recordMailboxCall } from './record-mailbox-call.ts'

export interface Download {
  readonly message: MeshMessage
  /** Absent on a report, which has no content. */
  readonly content?: StoredChunk
}

/** One chunk of a message, for its recipient, while it waits to be acknowledged (rules 7.5, 7.8 and 7.9). */
export async function downloadMessage(
  deps: MailboxCallDeps,
  asked: { readonly mailbox: MailboxId; readonly messageId: string; readonly chunk: number },
): Promise<Result<Download, CollectFault>> {
  const { storage } = deps
  const { mailbox, messageId, chunk } = asked
  const found = await findWaiting(storage, messageId, ({ to }) => to === mailbox)
  if (!found.ok) return found
  const message = found.value
  const content = message.payloadId ? await storage.payloads.read(message.payloadId, chunk) : undefined
  if (!content && !(message.kind === 'REPORT' && chunk === 1)) return failure('unknown-message')
  await recordMailboxCall(deps, storage, mailbox, {
    action: 'download message',
    subject: messageId,
    details: { chunk },
  })
  return success({ message, ...(content && { content }) })
}

/** What stands on a message, for its recipient or its sender. */
export async function inspectMessage(
  deps: MailboxCallDeps,
  asked: { readonly mailbox: MailboxId; readonly messageId: string },
): Promise<Result<MeshMessage, CollectFault>> {
  const { mailbox, messageId } = asked
  const found = await findWaiting(deps.storage, messageId, ({ to, from }) => [to, from].includes(mailbox))
  if (!found.ok) return found
  await recordMailboxCall(deps, deps.storage, mailbox, { action: 'inspect message', subject: messageId })
  return found
}

async function findWaiting(
  storage: Storage,
  messageId: string,
  isTheirs: (message: MeshMessage) => boolean,
): Promise<Result<MeshMessage, CollectFault>> {
  const message = await storage.messages.find(messageId)
  if (!message) return failure('unknown-message')
  if (!isTheirs(message)) return failure('not-yours')
  if (message.status === 'acknowledged') return failure('message-collected')
  return message.status === 'accepted' ? success(message) : failure('message-gone')
}
