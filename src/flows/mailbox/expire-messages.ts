import { COLLECT_WITHIN_DAYS, KEEP_MESSAGE_DAYS } from '../../domain/mailbox/mesh-message.ts'
import { TOKEN_WINDOW_HOURS } from '../../domain/mailbox/mesh-token.ts'
import type { Storage } from '../ports.ts'
import { type EndMessageDeps, endMessage } from './end-message.ts'

export interface ExpireMessagesDeps extends EndMessageDeps {
  readonly storage: Storage
  /** CP-IS's own messages are handed on to a MESH server elsewhere, where their time begins once they are accepted. */
  readonly relayed?: boolean
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
    const overdue = await storage.messages.overdue(now, BATCH, deps.relayed ? deps.cpisMailbox : undefined)
    for (const message of overdue) {
      const failure = { ...(message.status === 'accepted' ? NOT_COLLECTED : NOT_COMPLETED), at: now }
      if (await storage.transaction(stores => endMessage(deps, stores, message, failure))) ended++
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
