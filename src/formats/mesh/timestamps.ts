/** `yyyyMMddHHmmss`, UTC: how the API writes instants in headers, in version 1 bodies and in message ids. */
export function compactTime(at: Date): string {
  return at.toISOString().replace(/\D/g, '').slice(0, 14)
}

/** `yyyyMMddHHmm`, UTC: how a token writes its time. */
export function tokenTime(at: Date): string {
  return compactTime(at).slice(0, 12)
}

/** Reads a token's time; undefined where it is not twelve digits of a time that exists. */
export function readTokenTime(text: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)
  if (!parts) return undefined
  const [, year, month, day, hour, minute] = parts
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:00Z`)
  return !Number.isNaN(at.getTime()) && tokenTime(at) === text ? at : undefined
}
