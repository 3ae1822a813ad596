import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Requester } from '../domain/query/requester.ts'
import { failure, type Result } from '../domain/result.ts'
import { issuerKeys, KeysUnavailable } from './key-source.ts'
import { readClaims } from './read-claims.ts'
import type { TokenFault } from './token-fault.ts'

/** Signatures that only the holder of a private key can make. `none` and shared-secret algorithms are not among them. */
export const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number]

/** Where the issuer publishes its keys, or the keys themselves. */
export type TokenKeys = { readonly jwksUrl: URL } | { readonly jwks: JSONWebKeySet }

export type TokenVerifierSettings = TokenKeys & {
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly TokenAlgorithm[]
  readonly clockToleranceSeconds: number
  readonly clock?: () => Date
}

/** Reads the value of an `Authorization` header: who asks, or why that is not known. */
export type VerifyToken = (authorization: string | undefined) => Promise<Result<Requester, TokenFault>>

/**
 * Checks access tokens of a person (rule 9.1): signature, algorithm, issuer, audience and times, then the claims.
 * An issuer that cannot be asked is its own fault, never a bad token. Throws only on settings that allow a weak algorithm.
 */
export function tokenVerifier(settings: TokenVerifierSettings): VerifyToken {
  const algorithms = settings.algorithms.map(strongAlgorithm)
  if (algorithms.length === 0) throw new Error('At least one token algorithm must be allowed')
  const now = settings.clock ?? (() => new Date())
  const keys: JWTVerifyGetKey =
    'jwks' in settings ? createLocalJWKSet(settings.jwks) : issuerKeys(settings.jwksUrl, now)
  return async authorization => {
    if (authorization === undefined) return failure({ kind: 'no-token' })
    const token = /^Bearer +([^\s,]+)$/i.exec(authorization)?.[1]
    if (!token) return failure({ kind: 'not-a-token' })
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: settings.issuer,
        audience: settings.audience,
        algorithms,
        clockTolerance: settings.clockToleranceSeconds,
        currentDate: now(),
        requiredClaims: ['exp', 'sub'],
      })
      return readClaims(payload)
    } catch (error) {
      return failure(tokenFault(error))
    }
  }
}

function strongAlgorithm(algorithm: string): string {
  if (TOKEN_ALGORITHMS.some(strong => strong === algorithm)) return algorithm
  throw new Error(`Tokens signed with ${algorithm} prove nothing: allow only ${TOKEN_ALGORITHMS.join(', ')}`)
}

function tokenFault(error: unknown): TokenFault {
  if (error instanceof KeysUnavailable) return { kind: 'issuer-unavailable' }
  if (error instanceof errors.JWTExpired) return { kind: 'expired' }
  if (error instanceof errors.JOSEAlgNotAllowed) return { kind: 'algorithm-refused' }
  if (error instanceof errors.JWTClaimValidationFailed) return claimFault(error)
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return { kind: 'signature-refused' }
  }
  if (error instanceof errors.JOSEError) return { kind: 'not-a-token' }
  throw error
}

function claimFault({ claim, reason }: errors.JWTClaimValidationFailed): TokenFault {
  if (claim === 'iss') return { kind: 'wrong-issuer' }
  if (claim === 'aud') return { kind: 'wrong-audience' }
  if (claim === 'nbf' || claim === 'iat') return { kind: 'not-yet-valid' }
  return { kind: 'claim-refused', claim, problem: reason === 'missing' ? 'missing' : 'wrong' }
}
