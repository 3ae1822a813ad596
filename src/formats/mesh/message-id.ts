import { randomBytes, randomInt } from 'node:crypto'
import { compactTime } from './timestamps.ts'

/**
 * A new message id, `yyyyMMddHHmmssffffff_XXXXXX`: the time to the microsecond, of which the last three digits are chance here,
 * and six hexadecimal digits of chance.
 */
export function newMessageId(now: Date): string {
  const milliseconds = String(now.getUTCMilliseconds()).padStart(3, '0')
  const microseconds = String(randomInt(1000)).padStart(3, '0')
  return `${compactTime(now)}${milliseconds}${microseconds}_${randomBytes(3).toString('hex').toUpperCase()}`
}

/** Reads a message id as addresses carry it, in either case; undefined where the text cannot be one. */
export function readMessageId(text: string): string | undefined {
  return /^[A-Za-z0-9_]{1,64}$/.test(text) ? text.toUpperCase() : undefined
}
