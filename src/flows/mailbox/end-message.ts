import { collectBy, type MeshMessage, type MessageFailure } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import type { Clock, NewId, Stores } from '../ports.ts'

export interface EndMessageDeps {
  readonly clock: Clock
  readonly newId: NewId
  readonly newMessageId: () => string
  readonly cpisMailbox: MailboxId
}

/**
 * A message will not reach its recipient: it becomes undeliverable, its sender gets a report (rule 7.8), and what CP-IS told in it
 * becomes deliverable again (rule 6.5). What CP-IS sent to an authority that is told on its notifications page ends without a failure and without
 * a report. Part of the caller's transaction. False when the message was collected, completed or
 * ended in the meantime.
 */
export async function endMessage(
  deps: EndMessageDeps,
  stores: Stores,
  message: MeshMessage,
  failure: MessageFailure,
): Promise<boolean> {
  const { id, from, status } = message
  const { at } = failure
  const told = from !== deps.cpisMailbox || !(await isNotifiedOnPages(stores, message.to))
  const change = { status: 'undeliverable', at, ...(told && { failure }) } as const
  if (!(await stores.messages.advance(id, status, change))) return false
  if (told && status !== 'uploading' && from) {
    await stores.messages.add(reportTo(from, message, failure, deps.newMessageId()))
  }
  const putBack =
    from === deps.cpisMailbox
      ? (await stores.notifications.putBack(id)) + (await stores.numbers.putBack(id))
      : 0
  await stores.audit.append({
    id: deps.newId(),
    at: deps.clock.now(),
    via: 'worker',
    action: 'expire message',
    outcome: 'allowed',
    reason: failure.code,
    actor: message.to,
    subject: id,
    details: { notificationsPutBack: putBack },
  })
  return true
}

/** Whoever is told on their notifications page need not collect what was put into their mailbox before, or what answers a file (rule 19.10). */
async function isNotifiedOnPages(stores: Stores, mailbox: MailboxId): Promise<boolean> {
  const authorities = await stores.authorities.ofMailbox(mailbox)
  return authorities.length > 0 && authorities.every(({ toldAt }) => toldAt === 'desk')
}

/** A report comes from MESH itself: it has no sender and no content, and is not itself reported. */
function reportTo(sender: MailboxId, message: MeshMessage, failure: MessageFailure, id: string): MeshMessage {
  const { workflowId, localId, subject } = message
  return {
    id,
    to: sender,
    workflowId,
    kind: 'REPORT',
    status: 'accepted',
    totalChunks: 0,
    size: 0,
    uploadedAt: failure.at,
    acceptedAt: failure.at,
    expiresAt: collectBy(failure.at),
    failure,
    linkedMessageId: message.id,
    ...(localId !== undefined && { localId }),
    ...(subject !== undefined && { subject }),
  }
}
