import { createHmac } from 'node:crypto'
import { type MeshToken, signedText } from '../../domain/mailbox/mesh-token.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { readTokenTime, tokenTime } from './timestamps.ts'

const SCHEME = 'NHSMESH'
const LONGEST_NONCE = 200

/**
 * Reads an `Authorization` header: `NHSMESH` and five fields with colons between (rule 7.1). The scheme and the hexadecimal hash
 * are read in either case, as MESH servers read them.
 */
export function readToken(header: string | undefined): Result<MeshToken, 'unreadable-token'> {
  const fields = new RegExp(`^${SCHEME} ([^:\\s]+):([^:\\s]+):(\\d{1,18}):(\\d{12}):([^:\\s]+)$`, 'i').exec(
    header ?? '',
  )
  if (!fields) return failure('unreadable-token')
  const [, mailbox = '', nonce = '', count = '', timestamp = '', hash = ''] = fields
  const at = readTokenTime(timestamp)
  if (!at || nonce.length > LONGEST_NONCE) return failure('unreadable-token')
  return success({ mailbox, nonce, count, timestamp, at, hash: hash.toLowerCase() })
}

/** Writes the header that `readToken` reads, for the instant `at`. */
export function writeToken(
  caller: { readonly mailbox: string; readonly password: string; readonly sharedKey: string },
  use: { readonly nonce: string; readonly count: number; readonly at: Date },
): string {
  const { mailbox } = caller
  const token = { mailbox, nonce: use.nonce, count: String(use.count), timestamp: tokenTime(use.at) }
  const hash = createHmac('sha256', caller.sharedKey).update(signedText(token, caller.password)).digest('hex')
  return `${SCHEME} ${mailbox}:${token.nonce}:${token.count}:${token.timestamp}:${hash}`
}
