import { readMessageId } from './message-id.ts'

const PREFIX = 'after:'

/** The opaque value that leads to the page after a message. */
export function writeContinueToken(lastMessageId: string): string {
  return Buffer.from(PREFIX + lastMessageId).toString('base64url')
}

/**
 * The message after which a page begins: from our own value, or, as in version 1, from the message's id itself. Undefined
 * where it is neither.
 */
export function readContinueToken(text: string): string | undefined {
  const decoded = Buffer.from(text, 'base64url').toString('utf8')
  return readMessageId(decoded.startsWith(PREFIX) ? decoded.slice(PREFIX.length) : text)
}
