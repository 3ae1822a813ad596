import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Clock, NewId, Storage } from '../ports.ts'

/**
 * Somebody says that a number changed: PDS is asked about it in the next round of the sweep, and nothing else is believed (rule
 * 14.3). A number under which nothing is held is forgotten at once; who announced it learns nothing either way.
 */
export async function announceNumberChange(
  deps: { readonly storage: Storage; readonly clock: Clock; readonly newId: NewId },
  event: { readonly id: string; readonly nhsNumber: NhsNumber },
): Promise<void> {
  await deps.storage.transaction(async stores => {
    await stores.numbers.bringForward(event.nhsNumber)
    await stores.audit.append({
      id: deps.newId(),
      at: deps.clock.now(),
      via: 'events',
      action: 'announce number change',
      outcome: 'allowed',
      nhsNumber: event.nhsNumber,
      traceId: event.id,
    })
  })
}
