import { type CheckAuditDeps, checkAuditWhenDue } from '../flows/audit/check-audit.ts'
import { type SealAuditDeps, sealAudit } from '../flows/audit/seal-audit.ts'
import type { Logger } from './logger.ts'
import { repeat } from './repeat.ts'

export interface AuditWorkerDeps extends SealAuditDeps, CheckAuditDeps {
  readonly logger: Logger
  readonly auditCheckHours: number
}

/** An entry that is not sealed yet could be taken out without a trace by whoever knows how: not for long. */
const SEAL_EVERY_MS = 5_000
/** How often a checkpoint leaves the database's reach, by the log of the service (rule 22.8). */
const CHECKPOINT_EVERY_MS = 600_000
const CHECK_EVERY_MS = 600_000

/** Seals the audit log all the time, and checks it once in a while (rules 22.1 and 22.9). */
export function auditTasks(
  deps: AuditWorkerDeps,
  failed: (task: string) => (error: unknown) => void,
): { stop(): Promise<void> }[] {
  const { logger, storage } = deps
  let begun = false
  let toldAt = 0
  const seal = async () => {
    // A key that is new signs what is there when the service starts with it, and not what other processes seal (rule 22.4).
    await sealAudit(deps, !begun)
    begun = true
    const { newest } = await storage.sealedLog.status()
    if (!newest || newest.at.getTime() < toldAt + CHECKPOINT_EVERY_MS) return
    toldAt = newest.at.getTime()
    logger.info('audit log sealed', { checkpoint: newest.note })
  }
  const check = async (signal: AbortSignal) => {
    const verdict = await checkAuditWhenDue(deps, deps.auditCheckHours, signal)
    if (!verdict) return
    const { size, found } = verdict
    if (found > 0) logger.error('the audit log was changed: see cpis audit verify', { count: found })
    else logger.info('audit log checked', { count: size })
  }
  return [
    repeat(SEAL_EVERY_MS, seal, failed('seal-audit')),
    repeat(CHECK_EVERY_MS, check, failed('check-audit')),
  ]
}
