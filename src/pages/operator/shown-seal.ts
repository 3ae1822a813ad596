import { sealHealth } from '../../domain/audit/seal-health.ts'
import type { Pages } from '../pages.ts'

/** How the seal over the audit log does, for the pages that say so (rule 22.9). */
export async function shownSeal({ deps }: Pages) {
  const standing = await deps.flows.storage.sealedLog.status()
  return { ...standing, health: sealHealth(standing, deps.now(), deps.seal.checkHours) }
}
