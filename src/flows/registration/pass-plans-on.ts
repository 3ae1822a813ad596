import { localDay } from '../../domain/english-time.ts'
import { notReady, type Succession } from '../../domain/registration/succession.ts'
import type { Clock, NewId, Storage } from '../ports.ts'
import { recordChange } from './manage-exchange.ts'
import { detailsOf, holdAll } from './succession.ts'

export interface PassPlansOnDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
}

export interface PassedPlans {
  readonly done: readonly Succession[]
  /** Due, and waiting for a successor that is not live. */
  readonly waiting: readonly Succession[]
}

/**
 * Does every hand-over whose English day has come (rule 19.13). Each is one change of the register, in one transaction with its audit
 * entry: all plans pass on at one instant or none do, and nothing is left half done by a process that dies. Any number of processes may
 * do so at once. One whose successor is not live waits, which is on record once for each reason and raised by `watch`.
 */
export async function passPlansOn(deps: PassPlansOnDeps): Promise<PassedPlans> {
  const today = localDay(deps.clock.now())
  const done: Succession[] = []
  const waiting: Succession[] = []
  for (const due of await deps.storage.successions.due(today)) {
    const outcome = await passOn(deps, due)
    if (outcome === 'done') done.push(due)
    if (outcome === 'waiting') waiting.push(due)
  }
  return { done, waiting }
}

function passOn(deps: PassPlansOnDeps, due: Succession): Promise<'done' | 'waiting' | 'over'> {
  const byWorker = { via: 'worker' } as const
  return deps.storage.registration(async stores => {
    const at = deps.clock.now()
    const current = await stores.successions.current(due.from)
    // Another process was faster, or the operator took it back.
    if (current?.id !== due.id || current.state !== 'planned') return 'over'
    await holdAll(stores, [due.from, ...due.successors])
    const missing = notReady(due, await stores.authorities.list())
    if (missing.length > 0) {
      const why = missing.map(({ odsCode, why }) => `${odsCode} ${why}`).join(', ')
      if (await stores.successions.wait(due.id, why, at)) {
        const details = { ...detailsOf(due), why }
        await recordChange(deps, stores, { action: 'succession waits', subject: due.from, details }, byWorker)
      }
      return 'waiting'
    }
    const counts = await stores.successions.carryOut(due, at)
    const passed = Object.fromEntries(counts.map(({ odsCode, plans }) => [`plans to ${odsCode}`, plans]))
    const details = { ...detailsOf(due), ...passed }
    await recordChange(deps, stores, { action: 'pass plans on', subject: due.from, details }, byWorker)
    return 'done'
  })
}
