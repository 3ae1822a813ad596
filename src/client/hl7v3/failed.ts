import type { CouldNotLook, Refused } from '../outcomes.ts'

/** The outcomes that are no answer. */

export function couldNotLook(message: string, codes: readonly string[] = []): CouldNotLook {
  return { kind: 'could-not-look', message, ...(codes.length > 0 && { codes }) }
}

export function notUnderstood(): CouldNotLook {
  return couldNotLook('The answer could not be understood')
}

/** Whatever it says, it says it to another question. */
export function notOurs(): CouldNotLook {
  return couldNotLook('What came back answers another question')
}

/** Refused by the service with a status of HTTP. */
export function refused(status: number, message: string, codes: readonly string[] = []): Refused {
  return { kind: 'refused', status, message, ...(codes.length > 0 && { codes }) }
}

/** What a status says that came without words. Only the caller's own mistakes are refusals; 408 and 429 pass with time. */
export function statusOutcome(status: number): Refused | CouldNotLook {
  const message = `HTTP status ${status}`
  return status >= 400 && status < 500 && status !== 408 && status !== 429
    ? refused(status, message)
    : couldNotLook(message)
}
