import { isDeepStrictEqual } from 'node:util'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { ClientSystem } from '../../domain/registration/client-system.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { Stores } from '../ports.ts'
import {
  type AuthorityToAdd,
  type ContractOfOther,
  type ManageExchangeDeps,
  putSystem,
  type RegisterDeps,
  takeOn,
} from './manage-exchange.ts'

/** Registering whoever must be new, and changing only whom there is: nobody is overwritten, and what is sent twice acts once (rule 21.21). */

export type AuthorityTaken =
  | { readonly kind: 'authority-exists'; readonly name: string }
  | { readonly kind: 'mailbox-exists'; readonly odsCode: OdsCode }

/** Whether somebody of that code, or a mailbox of that id, is there already. */
export async function authorityTaken(
  stores: Stores,
  odsCode: OdsCode,
  mailbox: MailboxId,
): Promise<AuthorityTaken | undefined> {
  const known = await stores.authorities.find(odsCode)
  if (known) return { kind: 'authority-exists', name: known.name }
  const held = await stores.mailboxes.find(mailbox)
  return held && { kind: 'mailbox-exists', odsCode: held.odsCode }
}

/**
 * Takes on an authority that must be new, with a mailbox that must be new (rule 21.21). The same once more, known by its password,
 * changes nothing and succeeds: `again`.
 */
export function registerAuthority(
  deps: RegisterDeps,
  authority: AuthorityToAdd,
): Promise<Result<{ readonly again: boolean }, AuthorityTaken>> {
  return deps.storage.registration(async stores => {
    const { odsCode, mailbox } = authority
    const taken = await authorityTaken(stores, odsCode, mailbox.id)
    if (!taken) {
      await takeOn(deps, stores, authority)
      return success({ again: false })
    }
    const known = await stores.authorities.find(odsCode)
    const held = await stores.mailboxes.find(mailbox.id)
    const same = known?.mailbox === mailbox.id && held?.password === mailbox.password
    return same ? success({ again: true }) : failure(taken)
  })
}

/** Why a system cannot be registered, or changed, as was said. */
export type SystemObstacle =
  | ContractOfOther
  | { readonly kind: 'system-exists' }
  | { readonly kind: 'no-such-system' }

/**
 * Registers a system that must be new, or changes one that must be known (rule 21.21). What is so already is left as it is, and
 * succeeds.
 */
export function registerClientSystem(
  deps: ManageExchangeDeps,
  system: ClientSystem,
  expected: 'new' | 'known',
): Promise<Result<{ readonly changed: boolean }, SystemObstacle>> {
  return deps.storage.registration(async stores => {
    const held = await stores.clientSystems.find(system.asid)
    if (isDeepStrictEqual(held, system)) return success({ changed: false })
    if (held && expected === 'new') return failure({ kind: 'system-exists' })
    if (!held && expected === 'known') return failure({ kind: 'no-such-system' })
    const put = await putSystem(deps, stores, system)
    return put.ok ? success({ changed: true }) : put
  })
}
