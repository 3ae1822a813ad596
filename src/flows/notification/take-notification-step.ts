import type { OdsCode } from '../../domain/organisation.ts'
import type { Clock, NewId, Storage } from '../ports.ts'
import type { NotificationStep } from './ports.ts'

export interface NotificationStepDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
}

/** An officer at the notifications page of their authority, as the audit log names them. */
export interface Officer {
  readonly authority: OdsCode
  readonly name: string
  readonly actor: string
}

/**
 * An officer acknowledges an item, gives it to somebody or notes what was done. What is sent twice counts once, and leaves one
 * audit entry. Answers `unknown` of an item that is not the authority's, exactly as of one that is not there.
 */
export function takeNotificationStep(
  { storage, clock, newId }: NotificationStepDeps,
  officer: Officer,
  itemId: string,
  step: Pick<NotificationStep, 'id' | 'kind' | 'text'>,
): Promise<'taken' | 'taken-before' | 'unknown'> {
  return storage.transaction(async stores => {
    const { authority } = officer
    const item = await stores.authorityPages.item(authority, itemId)
    if (!item) return 'unknown'
    const at = clock.now()
    if (!(await stores.authorityPages.take(authority, item, { ...step, at, by: officer.name })))
      return 'taken-before'
    await stores.audit.append({
      id: newId(),
      at,
      via: 'web',
      action: `desk item ${step.kind}`,
      outcome: 'allowed',
      actor: officer.actor,
      nhsNumber: item.nhsNumber,
      subject: itemId,
      details: { authority, kind: item.kind },
    })
    return 'taken'
  })
}
