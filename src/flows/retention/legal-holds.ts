import type { AuditEntry } from '../../domain/audit/audit.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { Clock, NewId, Storage, Stores } from '../ports.ts'
import type { LegalHold } from './ports.ts'

export interface HoldDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
  /** Who does it, where it is not an operator at the command line. */
  readonly by?: Pick<AuditEntry, 'via' | 'actor'>
}

/** Why a hold cannot be placed or released. */
export type HoldObstacle =
  | { readonly kind: 'no-such-authority' }
  | { readonly kind: 'held-already'; readonly hold: LegalHold }
  | { readonly kind: 'no-such-hold' }

const OPERATOR = { via: 'operations', actor: 'operator' } as const

/**
 * Keeps everything of a person, under all their numbers, or of an authority, whatever its period, until the hold is released (rule 23.10).
 * On record with its reason. Of whom nothing is held can be on hold too: something may come.
 */
export function placeHold(
  deps: HoldDeps,
  what: LegalHold['what'],
  reason: string,
): Promise<Result<LegalHold, HoldObstacle>> {
  return deps.storage.transaction(async stores => {
    if ('authority' in what && !(await stores.authorities.find(what.authority)))
      return failure({ kind: 'no-such-authority' })
    const by = deps.by ?? OPERATOR
    const hold: LegalHold = {
      id: deps.newId(),
      what,
      reason,
      placedAt: deps.clock.now(),
      placedBy: by.actor ?? OPERATOR.actor,
    }
    const earlier = await stores.retention.placeHold(hold)
    if (earlier) return failure({ kind: 'held-already', hold: earlier })
    await record(deps, stores, 'place legal hold', hold, { why: reason })
    return success(hold)
  })
}

/** From then on periods count again; whatever is past its own goes with the next pass. */
export function releaseHold(deps: HoldDeps, id: string): Promise<Result<LegalHold, HoldObstacle>> {
  return deps.storage.transaction(async stores => {
    const hold = await stores.retention.releaseHold(id)
    if (!hold) return failure({ kind: 'no-such-hold' })
    await record(deps, stores, 'release legal hold', hold, { placedAt: hold.placedAt.toISOString() })
    return success(hold)
  })
}

function record(
  { newId, clock, by = OPERATOR }: HoldDeps,
  stores: Stores,
  action: string,
  { id, what }: LegalHold,
  details: Readonly<Record<string, string>>,
): Promise<void> {
  return stores.audit.append({
    ...by,
    id: newId(),
    at: clock.now(),
    action,
    outcome: 'allowed',
    subject: 'authority' in what ? what.authority : id,
    details: { ...details, hold: id },
    ...('person' in what && { nhsNumber: what.person }),
  })
}
