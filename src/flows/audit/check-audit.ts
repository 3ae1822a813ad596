import type { Clock, NewId, Storage } from '../ports.ts'
import {
  type AuditVerdict,
  type VerifyAuditDeps,
  type VerifyAuditInput,
  verifyAudit,
} from './verify-audit.ts'

export interface CheckAuditDeps extends VerifyAuditDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
}

/** Checks the whole audit log, and keeps on record and for the operator's overview what it came to (rule 22.9). */
export async function checkAudit(
  deps: CheckAuditDeps,
  by: { readonly via: 'worker' | 'operations'; readonly actor?: string },
  input: VerifyAuditInput = {},
): Promise<AuditVerdict> {
  const { storage, clock, newId } = deps
  const verdict = await verifyAudit(deps, input)
  const { size, found } = verdict
  const at = clock.now()
  await storage.transaction(async stores => {
    await stores.seal.keepCheck({ at, size, findings: found })
    await stores.audit.append({
      ...by,
      id: newId(),
      at,
      action: 'check audit log',
      outcome: 'allowed',
      details: { entries: size, found },
    })
  })
  return verdict
}

/** A check that was begun so long ago and has not ended died with its process: another takes it up. */
const DONE_WITHIN_HOURS = 6

/** Does so where no process has for so long (in hours); undefined where there was nothing to do. */
export async function checkAuditWhenDue(
  deps: CheckAuditDeps,
  everyHours: number,
  signal: AbortSignal,
): Promise<AuditVerdict | undefined> {
  const { seal } = deps.storage
  const now = deps.clock.now()
  const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000)
  const since = { ended: hoursAgo(everyHours), begun: hoursAgo(DONE_WITHIN_HOURS) }
  if (!(await seal.claimCheck(now, since))) return undefined
  try {
    return await checkAudit(deps, { via: 'worker' }, { signal })
  } catch (error) {
    await seal.releaseCheck()
    if (signal.aborted) return undefined
    throw error
  }
}
