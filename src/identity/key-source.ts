import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose'

/** The one way for a key source to say that it could not look: a verification that is under way can only be thrown out of. */
export class KeysUnavailable extends Error {}

/** How long keys are used without asking the issuer again, and how long at most while it does not answer. Milliseconds. */
const FRESH_FOR = 10 * 60_000
const USABLE_FOR = 60 * 60_000
/** Least time between two requests for keys: an unknown key id, or an issuer that is down, must not make a storm. */
const ASK_AGAIN_AFTER = 10_000
const ANSWER_WITHIN = 3_000

/**
 * The issuer's public keys, fetched and kept. While the issuer does not answer, keys seen within the last hour go on
 * opening tokens, so that its outage does not at once become ours; a key that is not among them then is
 * `KeysUnavailable`, for nobody can say whether it is genuine.
 */
export function issuerKeys(url: URL, now: () => Date): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(url, {
    cacheMaxAge: FRESH_FOR,
    cooldownDuration: ASK_AGAIN_AFTER,
    timeoutDuration: ANSWER_WITHIN,
  })
  let answeredAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY
  return async (header, token) => {
    const instant = now().getTime()
    if (remote.fresh || instant - failedAt >= ASK_AGAIN_AFTER) {
      try {
        const key = await remote(header, token)
        answeredAt = instant
        return key
      } catch (error) {
        if (isAboutTheToken(error)) throw error
        failedAt = instant
      }
    }
    const known = remote.jwks()
    if (!known || instant - answeredAt > USABLE_FOR) throw new KeysUnavailable('The issuer gives no keys')
    return createLocalJWKSet(known)(header, token).catch(() => {
      throw new KeysUnavailable('The issuer gives no keys')
    })
  }
}

function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  )
}
