import { setTimeout as sleep } from 'node:timers/promises'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { NewId, Storage, Stores } from '../ports.ts'
import type { PdsAnswer, Settled } from './ports.ts'

export interface SettleDeps {
  readonly storage: Pick<Storage, 'numbers' | 'transaction'>
  readonly newId: NewId
  /** How long after an answer of PDS the next look at the number is due. */
  readonly numberCheckHours: number
}

/** So often an answer is tried while others join and part the same numbers, after pauses of chance up to this long (milliseconds). */
const MOST_TRIES = 100
const LONGEST_PAUSE_MS = 50

/**
 * Keeps what PDS said of numbers, and joins or parts them by it (rules 4.4 and 14.1 to 14.6): nobody else writes who is one person.
 * Answers may come in any order; of two about one number the later question's counts. Each answer that changes something is a commit of
 * its own with its audit entries.
 */
export async function settleAll(deps: SettleDeps, answers: readonly PdsAnswer[]): Promise<void> {
  for (const answer of await deps.storage.numbers.keepUnchanged(answers, deps.numberCheckHours))
    await settleChange(deps, answer)
}

/** The same for one answer; answers how many authorities are to be told of it. */
export async function settle(deps: SettleDeps, answer: PdsAnswer): Promise<number> {
  const [change] = await deps.storage.numbers.keepUnchanged([answer], deps.numberCheckHours)
  if (!change) return 0
  const settled = await settleChange(deps, change)
  return settled.kind === 'kept' ? settled.toNotify.length : 0
}

async function settleChange(deps: SettleDeps, answer: PdsAnswer): Promise<Settled> {
  const { storage, numberCheckHours } = deps
  const { nhsNumber, says, at } = answer
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    await storage.numbers.enter(says.state === 'replaced' ? [nhsNumber, says.by] : [nhsNumber], at)
    const settled = await storage.transaction(async stores => {
      const outcome = await stores.numbers.regroup(answer, numberCheckHours)
      if (outcome.kind !== 'kept') return outcome
      const { toNotify, inUseAgain } = outcome
      if (toNotify.length > 0) await onRecord(deps, stores, answer, 'number inactive', toNotify)
      if (inUseAgain) await onRecord(deps, stores, answer, 'number in use again')
      return outcome
    })
    if (settled.kind !== 'moved') return settled
    await sleep(Math.random() * Math.min(tries, LONGEST_PAUSE_MS))
  }
  throw new Error('Numbers were joined and parted by others all the time')
}

/** The entry says neither what replaced the number nor why: the one is in the notification, the other nobody may know. */
function onRecord(
  deps: SettleDeps,
  stores: Stores,
  { nhsNumber, at }: { readonly nhsNumber: NhsNumber; readonly at: Date },
  action: string,
  authorities: readonly OdsCode[] = [],
): Promise<void> {
  return stores.audit.append({
    id: deps.newId(),
    at,
    via: 'worker',
    action,
    outcome: 'allowed',
    nhsNumber,
    ...(authorities.length > 0 && { details: { authorities: authorities.join(' ') } }),
  })
}
