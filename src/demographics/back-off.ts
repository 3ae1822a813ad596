export interface BackOffOptions {
  /** The longest wait before the first retry, in milliseconds; it doubles with each further one. */
  readonly firstMs: number
  /** No wait is longer, in milliseconds: neither our own nor one the service asks for. */
  readonly longestMs: number
  /** Between 0 and 1. */
  readonly random: () => number
}

/**
 * How long to wait, in milliseconds, before retry number `retry` (from 0): our own growing time, of which the upper half is
 * random so that many callers do not come back at once, and never less than the service asked for. Undefined where the
 * service asks for longer than we may wait: then there is no retry.
 */
export function backOff(
  retry: number,
  askedForMs: number | undefined,
  { firstMs, longestMs, random }: BackOffOptions,
): number | undefined {
  if (askedForMs !== undefined && askedForMs > longestMs) return undefined
  const ceiling = Math.min(longestMs, firstMs * 2 ** retry)
  const own = ceiling / 2 + (ceiling / 2) * random()
  return Math.max(own, askedForMs ?? 0)
}

/** Reads a `Retry-After` header, seconds or an HTTP date, as milliseconds from `now`; undefined where it says neither. */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime())
}
