import { createHmac, timingSafeEqual } from 'node:crypto'
import type { TokenFault } from '../../domain/mailbox/mesh-faults.ts'
import type { Mailbox } from '../../domain/mailbox/mesh-message.ts'
import { type MeshToken, signedText, TOKEN_WINDOW_HOURS } from '../../domain/mailbox/mesh-token.ts'
import { type MailboxId, parseMailboxId } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { Clock } from '../ports.ts'
import type { MailboxStore } from './ports.ts'

export interface AuthenticateMailboxDeps {
  readonly mailboxes: MailboxStore
  readonly sharedKey: string
  readonly clock: Clock
}

/**
 * Which mailbox calls, by its token, which is used up by it (rules 7.1 to 7.3). `addressed` is the mailbox in the address of the
 * call, where there is one: the token must be of that mailbox and no other (rule 7.5).
 */
export async function authenticateMailbox(
  { mailboxes, sharedKey, clock }: AuthenticateMailboxDeps,
  token: MeshToken,
  addressed?: MailboxId,
): Promise<Result<Mailbox, TokenFault>> {
  const id = parseMailboxId(token.mailbox)
  if (addressed && id !== addressed) return failure('other-mailbox')
  const mailbox = id && (await mailboxes.find(id))
  if (!mailbox) return failure('unknown-mailbox')
  const hash = createHmac('sha256', sharedKey).update(signedText(token, mailbox.password)).digest('hex')
  if (!sameText(hash, token.hash)) return failure('wrong-hash')
  const now = clock.now()
  if (Math.abs(now.getTime() - token.at.getTime()) > TOKEN_WINDOW_HOURS * 3_600_000) {
    return failure('stale-token')
  }
  const first = await mailboxes.spendToken({
    mailbox: mailbox.id,
    nonce: token.nonce,
    count: token.count,
    at: now,
  })
  return first ? success(mailbox) : failure('spent-token')
}

/** Takes the same time wherever two texts of one length differ. */
function sameText(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)]
  return one.length === other.length && timingSafeEqual(one, other)
}
