import type { AccessNotification } from '../../domain/notification/access-notification.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import { type DeliverMessageDeps, deliverMessage } from '../mailbox/deliver-message.ts'
import type { Storage, Stores } from '../ports.ts'
import { notifyInTurn } from './notify-in-turn.ts'

export interface NotifyAuthoritiesDeps extends DeliverMessageDeps {
  readonly storage: Storage
  readonly cpisMailbox: MailboxId
  readonly notificationWorkflow: string
  /** How long an access is gathered with others before its authority is told. */
  readonly windowMs: number
  readonly newId: () => string
  readonly writeAccessNotification: (notification: AccessNotification) => AsyncIterable<Uint8Array>
}

/** More than this goes into a further message. */
const NOTIFICATIONS_IN_MESSAGE = 500

/**
 * Tells every authority of the accesses that have waited for the window's length (rules 6.1 to 6.4); answers how many. A
 * message in the mailbox and the mark on its notifications are one commit: none is lost, none is told twice.
 */
export async function notifyAuthorities(deps: NotifyAuthoritiesDeps): Promise<number> {
  const before = new Date(deps.clock.now().getTime() - deps.windowMs)
  return notifyInTurn(
    await deps.storage.notifications.authoritiesWaiting(before),
    NOTIFICATIONS_IN_MESSAGE,
    authority => deps.storage.transaction(stores => notifyAuthority(deps, stores, authority, before)),
  )
}

async function notifyAuthority(
  deps: NotifyAuthoritiesDeps,
  stores: Stores,
  odsCode: OdsCode,
  before: Date,
): Promise<number> {
  const pending = await stores.notifications.take(odsCode, before, NOTIFICATIONS_IN_MESSAGE)
  if (pending.length === 0) return 0
  const authority = await stores.authorities.find(odsCode)
  if (!authority) throw new Error(`Authority ${odsCode} has notifications and is not known`)
  const at = deps.clock.now()
  const payload = deps.writeAccessNotification({
    id: deps.newId(),
    createdAt: at,
    authority,
    notifications: pending,
  })
  const label = {
    from: deps.cpisMailbox,
    to: authority.mailbox,
    workflowId: deps.notificationWorkflow,
    contentType: 'application/xml',
  }
  const message = await deliverMessage(stores, deps, label, payload)
  await stores.notifications.markDelivered(pending, message.id)
  await stores.audit.append({
    id: deps.newId(),
    at,
    via: 'worker',
    action: 'notify authority',
    outcome: 'allowed',
    actor: odsCode,
    subject: message.id,
    details: { accesses: pending.length },
  })
  return pending.length
}
