import {
  COLLECT_WITHIN_DAYS,
  collectBy,
  KEEP_MESSAGE_DAYS,
  type MeshMessage,
  type MessageFailure,
} from '../domain/mesh-message.ts'
import { TOKEN_WINDOW_HOURS } from '../domain/mesh-token.ts'
import type { MailboxId } from '../domain/organisation.ts'
import type { Clock, NewId, Storage, Stores } from './ports.ts'

export interface ExpireMessagesDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
  readonly newMessageId: () => string
  readonly cpisMailbox: MailboxId
}

const DAY = 86_400_000
const BATCH = 100
/** No request takes this long: bytes that belong to no payload after it are of one that broke off. */
const STRAYS_AFTER = DAY

/** MESH API, code table: 14, undelivered. */
const NOT_COLLECTED = {
  code: '14',
  event: 'TRANSFER',
  description: `Message not collected by recipient after ${COLLECT_WITHIN_DAYS} days`,
}
/** MESH API, code table: 02, data file missing. */
const NOT_COMPLETED = {
  code: '02',
  event: 'COLLECT',
  description: `Chunks still missing after ${COLLECT_WITHIN_DAYS} days`,
}

/**
 * Ends what waited too long: an uncollected message becomes undeliverable and its sender gets a report (rule 7.8), notifications
 * in it become deliverable again (rule 6.5), an upload left half-way is closed. Forgets messages and tokens that are too old to
 * matter. Answers how many messages ended and how many were forgotten.
 */
export async function expireMessages(
  deps: ExpireMessagesDeps,
): Promise<{ readonly ended: number; readonly forgotten: number }> {
  const { storage, clock } = deps
  const now = clock.now()
  let ended = 0
  for (;;) {
    const overdue = await storage.messages.overdue(now, BATCH)
    for (const message of overdue) {
      if (await storage.transaction(stores => end(deps, stores, message, now))) ended++
    }
    if (overdue.length < BATCH) break
  }
  await storage.mailboxes.forgetTokens(new Date(now.getTime() - 2 * TOKEN_WINDOW_HOURS * 3_600_000))
  const forgotten = await storage.payloads.purge({
    messages: new Date(now.getTime() - KEEP_MESSAGE_DAYS * DAY),
    strays: new Date(now.getTime() - STRAYS_AFTER),
  })
  return { ended, forgotten }
}

/** False when the message was collected or completed in the meantime. */
async function end(
  deps: ExpireMessagesDeps,
  stores: Stores,
  message: MeshMessage,
  at: Date,
): Promise<boolean> {
  const { id, from, status } = message
  const failure = { ...(status === 'accepted' ? NOT_COLLECTED : NOT_COMPLETED), at }
  if (!(await stores.messages.advance(id, status, { status: 'undeliverable', at, failure }))) return false
  if (status === 'accepted' && from) {
    await stores.messages.add(reportTo(from, message, failure, deps.newMessageId()))
  }
  const putBack =
    from === deps.cpisMailbox
      ? (await stores.notifications.putBack(id)) + (await stores.numbers.putBack(id))
      : 0
  await stores.audit.append({
    id: deps.newId(),
    at,
    door: 'worker',
    action: 'expire message',
    outcome: 'allowed',
    reason: failure.code,
    actor: message.to,
    subject: id,
    details: { notificationsPutBack: putBack },
  })
  return true
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
