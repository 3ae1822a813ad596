import type { PageFault } from '../../domain/mailbox/mesh-faults.ts'
import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { InboxPage, OutboxPage } from './ports.ts'
import { type MailboxCallDeps, recordMailboxCall } from './record-mailbox-call.ts'

/** One page of messages; `next` is the last of them where more follow. */
export interface MessagePage {
  readonly messages: readonly MeshMessage[]
  readonly next?: string
}

/** The messages waiting in a mailbox, first in first out, and how many there are in all (rules 7.5 and 7.7). */
export async function listInbox(
  deps: MailboxCallDeps,
  page: InboxPage,
): Promise<Result<MessagePage & { readonly total: number }, PageFault>> {
  const { storage } = deps
  const { mailbox, limit, after } = page
  if (after !== undefined && (await storage.messages.find(after))?.to !== mailbox) {
    return failure('unknown-continuation')
  }
  const { messages, total } = await storage.messages.inbox({ ...page, limit: limit + 1 })
  const listed = firstOf(messages, limit)
  const details = { messages: listed.messages.length }
  await recordMailboxCall(deps, storage, mailbox, { action: 'list inbox', details })
  return success({ ...listed, total })
}

/** The messages a mailbox sent, whatever became of them, oldest first (rule 7.5). */
export async function listOutbox(
  deps: MailboxCallDeps,
  page: OutboxPage,
): Promise<Result<MessagePage, PageFault>> {
  const { storage } = deps
  const { mailbox, limit, after } = page
  if (after !== undefined && (await storage.messages.find(after))?.from !== mailbox) {
    return failure('unknown-continuation')
  }
  const listed = firstOf(await storage.messages.outbox({ ...page, limit: limit + 1 }), limit)
  const details = { messages: listed.messages.length }
  await recordMailboxCall(deps, storage, mailbox, { action: 'list outbox', details })
  return success(listed)
}

/** How many messages wait in a mailbox. */
export async function countInbox(deps: MailboxCallDeps, mailbox: MailboxId): Promise<number> {
  const { total } = await deps.storage.messages.inbox({ mailbox, limit: 0 })
  await recordMailboxCall(deps, deps.storage, mailbox, {
    action: 'count inbox',
    details: { messages: total },
  })
  return total
}

function firstOf(messages: readonly MeshMessage[], limit: number): MessagePage {
  const listed = messages.slice(0, limit)
  const next = messages.length > limit ? listed.at(-1)?.id : undefined
  return { messages: listed, ...(next !== undefined && { next }) }
}
