import { StorageUnavailable } from '../../../flows/storage-unavailable.ts'

/** What a response says of a failure of the service itself; none of these says anything of what is held. */
export type FailureCode = 'SMSP-0002' | 'SMSP-0004' | 'SMSP-9999' | 'CPIS-9999'

/** A database that was closed says so in words alone: the service is stopping. */
const CLOSED = /^(PGlite is clos|driver has already been destroyed)/i

/**
 * Which failure it was: the store could not be reached in time (SMSP-0004), it answered with an error (CPIS-9999), or something
 * else broke (SMSP-9999). Errors are searched through to their causes.
 */
export function failureCode(error: unknown): FailureCode {
  for (let at = error, deep = 0; at instanceof Error && deep < 5; at = at.cause, deep++) {
    if (at instanceof StorageUnavailable || CLOSED.test(at.message)) return 'SMSP-0004'
    if ('code' in at && /^[0-9A-Z]{5}$/.test(String(at.code)) && 'severity' in at) return 'CPIS-9999'
  }
  return 'SMSP-9999'
}
