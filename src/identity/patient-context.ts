import { createLocalJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { isOtherNation, type NhsNumber, type OtherNation, parseNhsNumber } from '../domain/nhs-number.ts'
import { failure, type Result, success } from '../domain/result.ts'
import { issuerKeys, KeysUnavailable } from './key-source.ts'
import { TOKEN_ALGORITHMS, type TokenKeys } from './token-verifier.ts'

/** Whom a user of an electronic record has before them. */
export interface PatientContext {
  /** The user, by the id under which they sign in. */
  readonly user: string
  readonly nhsNumber: NhsNumber
}

export type PatientContextFault =
  /** Not a context, not of the configured issuer, or not for these pages. */
  | { readonly kind: 'not-a-context' }
  /** The number is one of another nation (rule 1.4). */
  | { readonly kind: OtherNation }
  | { readonly kind: 'expired' }
  | { readonly kind: 'issuer-unavailable' }

export type ReadPatientContext = (context: string) => Promise<Result<PatientContext, PatientContextFault>>

/** What tells a context from an access token, which the same issuer may sign. */
const PATIENT_CONTEXT_TYPE = 'patient-context+jwt'

/** A context is for now: one that is older was kept by somebody. */
const SECONDS = 300
const CLOCK_TOLERANCE_SECONDS = 5

/**
 * Reads signed patient contexts: a JWT of the configured issuer with `sub` (the user), `nhs_number`, `iat` and `exp`, for these
 * pages, five minutes old at most. Seen twice it opens no more than its user may look up anyway, so none is remembered.
 */
export function patientContextReader(
  settings: TokenKeys & { readonly issuer: string; readonly audience: string; readonly now: () => Date },
): ReadPatientContext {
  const keys: JWTVerifyGetKey =
    'jwks' in settings ? createLocalJWKSet(settings.jwks) : issuerKeys(settings.jwksUrl, settings.now)
  return async context => {
    try {
      const { payload } = await jwtVerify(context, keys, {
        issuer: settings.issuer,
        audience: settings.audience,
        algorithms: [...TOKEN_ALGORITHMS],
        typ: PATIENT_CONTEXT_TYPE,
        maxTokenAge: SECONDS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: settings.now(),
        requiredClaims: ['sub', 'exp', 'nhs_number'],
      })
      const { sub: user, nhs_number: claimed } = payload
      const number = parseNhsNumber(typeof claimed === 'string' ? claimed : '')
      if (!user) return failure({ kind: 'not-a-context' })
      if (number.ok) return success({ user, nhsNumber: number.value })
      const { fault } = number
      return failure({ kind: isOtherNation(fault) ? fault : 'not-a-context' })
    } catch (error) {
      if (error instanceof KeysUnavailable) return failure({ kind: 'issuer-unavailable' })
      if (error instanceof errors.JWTExpired) return failure({ kind: 'expired' })
      if (error instanceof errors.JOSEError) return failure({ kind: 'not-a-context' })
      throw error
    }
  }
}
