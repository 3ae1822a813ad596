/** A mailbox's credential for one request, as it was sent (rule 7.1). */
export interface MeshToken {
  readonly mailbox: string
  readonly nonce: string
  readonly count: string
  /** UTC, `yyyyMMddHHmm`. */
  readonly timestamp: string
  /** The instant that `timestamp` names. */
  readonly at: Date
  /** Lower-case hexadecimal. */
  readonly hash: string
}

/** The text whose HMAC-SHA256 under the shared key is the token's hash (rule 7.1). */
export function signedText(
  token: Pick<MeshToken, 'mailbox' | 'nonce' | 'count' | 'timestamp'>,
  password: string,
): string {
  return [token.mailbox, token.nonce, token.count, password, token.timestamp].join(':')
}

/** How far a token's time may be from ours, either way (rule 7.2). */
export const TOKEN_WINDOW_HOURS = 2
