import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Clock, NewId, Storage, Stores } from '../ports.ts'
import type { DemographicsService } from './ports.ts'

export interface CheckNumberDeps {
  readonly storage: Storage
  readonly demographics: DemographicsService
  readonly clock: Clock
  readonly newId: NewId
}

export type CheckedNumber =
  | { readonly kind: 'in-use' }
  | { readonly kind: 'inactive'; readonly toNotify: number }
  /** PDS could not be asked: nothing is known, and nothing was changed. */
  | { readonly kind: 'unavailable' }

/**
 * Asks PDS about a number under which plans are held, and keeps what follows: that it is in use, or that it no longer is and
 * which authorities are to be told, once for each change (rules 14.1 to 14.3).
 */
export async function checkNumber(deps: CheckNumberDeps, number: NhsNumber): Promise<CheckedNumber> {
  const answer = await deps.demographics.find(number)
  const at = deps.clock.now()
  switch (answer.kind) {
    case 'unavailable':
      return { kind: 'unavailable' }
    case 'found':
    case 'restricted':
      await deps.storage.transaction(async stores => {
        if (await stores.numbers.inUse(number, at))
          await onRecord(deps, stores, number, 'number in use again')
      })
      return { kind: 'in-use' }
    case 'superseded':
    case 'invalidated':
    case 'unknown': {
      const replacement = answer.kind === 'superseded' ? answer.by : undefined
      const told = await deps.storage.transaction(async stores => {
        const toNotify = await stores.numbers.inactive(number, replacement, at)
        if (toNotify.length > 0) await onRecord(deps, stores, number, 'number inactive', toNotify)
        return toNotify
      })
      return { kind: 'inactive', toNotify: told.length }
    }
  }
}

/** The entry says neither what replaced the number nor why: the one is in the notification, the other nobody may know. */
function onRecord(
  deps: CheckNumberDeps,
  stores: Stores,
  nhsNumber: NhsNumber,
  action: string,
  authorities: readonly OdsCode[] = [],
): Promise<void> {
  return stores.audit.append({
    id: deps.newId(),
    at: deps.clock.now(),
    via: 'worker',
    action,
    outcome: 'allowed',
    nhsNumber,
    ...(authorities.length > 0 && { details: { authorities: authorities.join(' ') } }),
  })
}
