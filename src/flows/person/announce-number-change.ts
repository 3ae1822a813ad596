import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Clock, NewId, Storage } from '../ports.ts'

/**
 * Somebody says that a number changed: PDS is asked about it in the next round of the sweep, and nothing else is believed (rule
 * 14.3), whether or not anything is held under it. Who announced it learns nothing either way.
 */
export async function announceNumberChange(
  deps: { readonly storage: Storage; readonly clock: Clock; readonly newId: NewId },
  event: { readonly id: string; readonly nhsNumber: NhsNumber },
): Promise<void> {
  await deps.storage.transaction(async stores => {
    const at = deps.clock.now()
    await stores.numbers.markDue(event.nhsNumber, at)
    await stores.audit.append({
      id: deps.newId(),
      at,
      via: 'events',
      action: 'announce number change',
      outcome: 'allowed',
      nhsNumber: event.nhsNumber,
      traceId: event.id,
    })
  })
}
