/** What a response says of a failure of the service itself; none of these says anything of what is held. */
export type FailureCode = 'SMSP-0002' | 'SMSP-0004' | 'SMSP-9999' | 'CPIS-9999'

/** Classes and codes of SQLSTATE that mean there was no database to ask: lost, shutting down, starting up, or full. */
const UNREACHABLE_STATES = /^(08...|57P0[1-5]|53300)$/

/** What the system calls a connection that is not made or is lost. */
const UNREACHABLE_SYSTEM =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/

/** The driver says some of it in words alone. */
const UNREACHABLE_WORDS =
  /^(Connection terminated|timeout (exceeded|expired)|Client (was closed|has encountered a connection error)|Cannot use a pool after|PGlite is clos|driver has already been destroyed)/i

/**
 * Which failure it was: the store could not be reached (SMSP-0004), it answered with an error (CPIS-9999), or something else
 * broke (SMSP-9999). Errors are looked through to their causes.
 */
export function failureCode(error: unknown): FailureCode {
  for (let at = error, deep = 0; at instanceof Error && deep < 5; at = at.cause, deep++) {
    const code = 'code' in at ? String(at.code) : ''
    if (UNREACHABLE_SYSTEM.test(code) || UNREACHABLE_STATES.test(code)) return 'SMSP-0004'
    if (UNREACHABLE_WORDS.test(at.message)) return 'SMSP-0004'
    if (/^[0-9A-Z]{5}$/.test(code) && 'severity' in at) return 'CPIS-9999'
  }
  return 'SMSP-9999'
}
