/** How the seal over the audit log does (rule 22.9). */
export type SealHealth = 'well' | 'changed' | 'not-sealing' | 'not-checked'

const HOUR = 3_600_000
/** Entries are sealed within seconds: what waits for longer than this is not being sealed. */
const SEALED_WITHIN_MS = 300_000
/** A check may be late by as long again before nothing is known any more. */
const CHECKS_MISSED = 2

/** The worst comes first: a log that was changed stays so, whatever else is wrong. */
export function sealHealth(
  seal: {
    readonly waiting: number
    readonly newest?: { readonly at: Date }
    readonly lastCheck?: { readonly at: Date; readonly findings: number }
  },
  now: Date,
  checkHours: number,
): SealHealth {
  const { waiting, newest, lastCheck } = seal
  const since = (at: Date | undefined) => (at ? now.getTime() - at.getTime() : Number.POSITIVE_INFINITY)
  if (lastCheck && lastCheck.findings > 0) return 'changed'
  if (waiting > 0 && since(newest?.at) > SEALED_WITHIN_MS) return 'not-sealing'
  return since(lastCheck?.at) > CHECKS_MISSED * checkHours * HOUR ? 'not-checked' : 'well'
}
