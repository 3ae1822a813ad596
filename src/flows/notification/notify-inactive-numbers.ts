import type {
  InactiveNumber,
  InactiveNumberNotification,
} from '../../domain/notification/inactive-number-notification.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import { type DeliverMessageDeps, deliverMessage } from '../mailbox/deliver-message.ts'
import type { NewId, Storage, Stores } from '../ports.ts'
import { notifyInTurn } from './notify-in-turn.ts'

export interface NotifyInactiveNumbersDeps extends DeliverMessageDeps {
  readonly storage: Storage
  readonly cpisMailbox: MailboxId
  readonly inactiveNumberWorkflow: string
  readonly newId: NewId
  readonly writeInactiveNumberNotification: (
    notification: InactiveNumberNotification,
  ) => AsyncIterable<Uint8Array>
}

const NUMBERS_IN_MESSAGE = 500

/**
 * Tells every authority which of its numbers are no longer in use (rules 14.2 and 14.3); answers of how many. The message in the
 * mailbox and the mark on what it tells are one commit.
 */
export async function notifyInactiveNumbers(deps: NotifyInactiveNumbersDeps): Promise<number> {
  const waiting = await deps.storage.numbers.authoritiesWaiting()
  return notifyInTurn(waiting, NUMBERS_IN_MESSAGE, authority =>
    deps.storage.transaction(stores => notifyAuthority(deps, stores, authority)),
  )
}

async function notifyAuthority(
  deps: NotifyInactiveNumbersDeps,
  stores: Stores,
  odsCode: OdsCode,
): Promise<number> {
  const numbers = await stores.numbers.take(odsCode, NUMBERS_IN_MESSAGE)
  if (!isSome(numbers)) return 0
  const authority = await stores.authorities.find(odsCode)
  if (!authority) throw new Error(`Authority ${odsCode} has inactive numbers and is not known`)
  const at = deps.clock.now()
  const payload = deps.writeInactiveNumberNotification({
    id: deps.newId(),
    createdAt: at,
    authority,
    numbers,
  })
  const label = {
    from: deps.cpisMailbox,
    to: authority.mailbox,
    workflowId: deps.inactiveNumberWorkflow,
    contentType: 'application/xml',
  }
  const message = await deliverMessage(stores, deps, label, payload)
  await stores.numbers.markDelivered(odsCode, numbers, message.id)
  await stores.audit.append({
    id: deps.newId(),
    at,
    via: 'worker',
    action: 'notify of inactive numbers',
    outcome: 'allowed',
    actor: odsCode,
    subject: message.id,
    details: { numbers: numbers.length },
  })
  return numbers.length
}

function isSome(
  numbers: readonly InactiveNumber[],
): numbers is readonly [InactiveNumber, ...InactiveNumber[]] {
  return numbers.length > 0
}
