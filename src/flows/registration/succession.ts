import { localDay } from '../../domain/english-time.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import {
  canBeUndone,
  notReady,
  type Succession,
  type SuccessionObstacle,
  type SuccessionPlan,
  successionObstacle,
} from '../../domain/registration/succession.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { Stores } from '../ports.ts'
import { type ManageExchangeDeps, recordChange } from './manage-exchange.ts'
import type { HandOverCounts, UndoCounts } from './ports.ts'

/** One authority's plans pass to others on a day: planned, tried and undone by an operator, on record (rules 19.13 to 19.18). */

/** What a hand-over would do if it were done now. */
export interface TriedSuccession extends HandOverCounts {
  /** The successors that are not live yet: on the day the hand-over waits for them. */
  readonly notReady: ReturnType<typeof notReady>
}

/** Says what a hand-over would do, and changes nothing; as often as one likes. Refused as planning it would be. */
export async function trySuccession(
  deps: ManageExchangeDeps,
  plan: SuccessionPlan,
): Promise<Result<TriedSuccession, SuccessionObstacle>> {
  const { storage } = deps
  const obstacle = await obstacleTo(deps, storage, plan)
  const tried = obstacle ? undefined : await triedOn(deps, storage, plan)
  await recordChange(deps, storage, {
    action: 'try succession',
    subject: plan.from,
    details: { on: plan.on, ...(obstacle ? { refused: obstacle.kind } : {}) },
  })
  return obstacle || !tried ? failure(obstacle ?? { kind: 'no-such-authority' }) : success(tried)
}

/** Plans a hand-over. Nothing happens before its day; on the day a worker does it (`pass-plans-on.ts`). */
export function planSuccession(
  deps: ManageExchangeDeps,
  plan: SuccessionPlan,
): Promise<Result<{ readonly succession: Succession; readonly tried: TriedSuccession }, SuccessionObstacle>> {
  return deps.storage.registration(async stores => {
    const obstacle = await obstacleTo(deps, stores, plan)
    if (obstacle) return failure(obstacle)
    const { rows = [], from, on, defaultSuccessor } = plan
    const succession: Succession = {
      id: deps.newId(),
      from,
      on,
      successors: [...new Set([...plan.successors, defaultSuccessor])],
      defaultSuccessor,
      listed: rows.length > 0,
      state: 'planned',
      plannedAt: deps.clock.now(),
      plannedBy: deps.by?.actor ?? 'operator',
    }
    await stores.successions.plan(succession, rows)
    const tried = await triedOn(deps, stores, plan)
    await recordChange(deps, stores, {
      action: 'plan succession',
      subject: from,
      details: { ...detailsOf(succession), rows: rows.length, unlisted: tried.unlisted.count },
    })
    return success({ succession, tried })
  })
}

export interface ShownSuccession extends Succession {
  /** What it would do if it were done now; of one that is planned. */
  readonly tried?: TriedSuccession
  /** What undoing it would do; of one that can be undone. */
  readonly undo?: UndoCounts
}

/** All successions, or those of one authority, the newest first; with what comes next of each. */
export async function showSuccessions(
  deps: ManageExchangeDeps,
  from?: OdsCode,
): Promise<readonly ShownSuccession[]> {
  const { storage } = deps
  const shown: ShownSuccession[] = []
  for (const succession of await storage.successions.list()) {
    if (from !== undefined && succession.from !== from) continue
    const { state, doneAt } = succession
    const undoable = state === 'done' && doneAt && canBeUndone(doneAt, deps.clock.now())
    const rows = state === 'planned' ? await storage.successions.rows(succession.id) : []
    shown.push({
      ...succession,
      ...(state === 'planned' && { tried: await triedOn(deps, storage, { ...succession, rows }) }),
      ...(undoable && { undo: await storage.successions.tryUndo(succession) }),
    })
  }
  await recordChange(deps, storage, {
    action: 'show successions',
    ...(from !== undefined && { subject: from }),
  })
  return shown
}

/** Why a hand-over cannot be undone. */
export type UndoObstacle =
  | { readonly kind: 'no-succession' }
  | { readonly kind: 'too-late' }
  /** A successor has passed its plans on itself. */
  | { readonly kind: 'passed-further'; readonly odsCode: OdsCode }

/**
 * Takes a planned hand-over back, or undoes one that was done: the predecessor holds its plans again, but for those that a successor has
 * uploaded itself since (rule 19.18).
 */
export function undoSuccession(
  deps: ManageExchangeDeps,
  from: OdsCode,
): Promise<Result<{ readonly withdrawn: boolean } & UndoCounts, UndoObstacle>> {
  return deps.storage.registration(async stores => {
    const succession = await stores.successions.current(from)
    if (!succession) return failure({ kind: 'no-succession' })
    if (succession.state === 'planned') {
      await stores.successions.withdraw(succession.id)
      await recordChange(deps, stores, {
        action: 'withdraw succession',
        subject: from,
        details: detailsOf(succession),
      })
      return success({ withdrawn: true, goBack: 0, stay: [] })
    }
    const at = deps.clock.now()
    if (!succession.doneAt || !canBeUndone(succession.doneAt, at)) return failure({ kind: 'too-late' })
    for (const odsCode of succession.successors) {
      if ((await stores.successions.current(odsCode))?.state === 'done')
        return failure({ kind: 'passed-further', odsCode })
    }
    await holdAll(stores, [from, ...succession.successors])
    const counts = await stores.successions.undo(succession, at)
    const staying = counts.stay.reduce((sum, { plans }) => sum + plans, 0)
    await recordChange(deps, stores, {
      action: 'undo succession',
      subject: from,
      details: { ...detailsOf(succession), goBack: counts.goBack, stay: staying },
    })
    return success({ withdrawn: false, ...counts })
  })
}

/** What all entries about a hand-over have in common. */
export function detailsOf({ id, on, successors }: Succession) {
  return { succession: id, on, to: successors.join(' ') }
}

/** No file of theirs is applied until the commit; in their order, so that nobody waits for each other. */
export async function holdAll(stores: Stores, authorities: readonly OdsCode[]): Promise<void> {
  for (const odsCode of [...new Set(authorities)].sort()) await stores.authorities.hold(odsCode)
}

async function obstacleTo(
  deps: ManageExchangeDeps,
  stores: Stores,
  plan: SuccessionPlan,
): Promise<SuccessionObstacle | undefined> {
  const current = (await stores.successions.list()).filter(
    ({ state }) => state === 'planned' || state === 'done',
  )
  return successionObstacle(plan, await stores.authorities.list(), current, localDay(deps.clock.now()))
}

async function triedOn(
  deps: ManageExchangeDeps,
  stores: Stores,
  plan: SuccessionPlan,
): Promise<TriedSuccession> {
  const counts = await stores.successions.tryOut(plan, deps.clock.now())
  return { ...counts, notReady: notReady(plan, await stores.authorities.list()) }
}
