import type { Clock, Storage } from '../ports.ts'

/** No file takes this long to judge: what is staged for longer belongs to a process that died, or to a table nobody sent. */
const ABANDONED_AFTER_MS = 86_400_000

/**
 * Forgets the staged records of uploads that were given up half-way, whose messages were judged anew under another id, and tables
 * that were handed in on a page and not sent (rule 21.14).
 */
export async function forgetAbandonedUploads(deps: {
  readonly storage: Storage
  readonly clock: Clock
}): Promise<void> {
  const abandonedBefore = new Date(deps.clock.now().getTime() - ABANDONED_AFTER_MS)
  await deps.storage.uploads.discard({ abandonedBefore })
  await deps.storage.authorityPages.forgetDrafts(abandonedBefore)
  await deps.storage.uploadAttempts.forgetEnded()
}
