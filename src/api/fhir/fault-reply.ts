import type { FastifyReply } from 'fastify'
import { FHIR_JSON } from '../../formats/fhir/codes.ts'
import { type FhirFault, writeFault } from '../../formats/fhir/operation-outcome.ts'
import type { TokenFault } from '../../identity/token-fault.ts'

/** The content type of everything the API says. */
export const FHIR_CONTENT = `${FHIR_JSON}; charset=utf-8`

/** How long a caller is asked to wait when the service could not look, in seconds. */
const RETRY_AFTER_SECONDS = 5

export const UNAVAILABLE: FhirFault = { kind: 'unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS }

const TOKEN_FAULT_WORDS: Readonly<
  Record<Exclude<TokenFault['kind'], 'issuer-unavailable' | 'claim-refused'>, string>
> = {
  'no-token': 'An access token of a person is needed',
  'not-a-token': 'The Authorization header holds no readable bearer token, or more than one',
  'algorithm-refused': 'The access token is signed in a way that is not allowed',
  'signature-refused': 'The signature of the access token is not one of the issuer',
  'wrong-issuer': 'The access token is from another issuer',
  'wrong-audience': 'The access token is for another service',
  expired: 'The access token has expired',
  'not-yet-valid': 'The access token is not valid yet',
  'no-person': 'The access token names no person (nhsid_useruid): unattended access is refused',
  'no-selected-role': 'The access token names no selected role (selected_roleid)',
  'role-not-held': 'The selected role is not among the roles in the access token',
}

/** A token that opens nothing is the caller's to put right; an issuer that cannot be asked is not (rule 4.3). */
export function tokenRefusal(fault: TokenFault): FhirFault {
  if (fault.kind === 'issuer-unavailable') return UNAVAILABLE
  return {
    kind: 'not-signed-in',
    why: tokenWords(fault),
    tokenSent: fault.kind !== 'no-token',
  }
}

/** A claim that was refused is named, never what stands in it (rule 9.8). */
function tokenWords(fault: Exclude<TokenFault, { kind: 'issuer-unavailable' }>): string {
  if (fault.kind !== 'claim-refused') return TOKEN_FAULT_WORDS[fault.kind]
  const { claim, problem } = fault
  return problem === 'missing'
    ? `The access token lacks the claim ${claim}`
    : `The claim ${claim} of the access token is not what it should be`
}

/** What somebody else's refusal, or a failure, of the HTTP server is called here. Details of a failure are shown to nobody. */
export function httpFault(error: unknown): FhirFault {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status === 413) return { kind: 'too-long', part: 'body' }
  if (status === 431) return { kind: 'too-long', part: 'headers' }
  if (status === 417) return { kind: 'unknown-expectation' }
  if (status === 415) return { kind: 'unsupported-media-type' }
  if (status === 429) return { kind: 'too-many-requests', retryAfterSeconds: RETRY_AFTER_SECONDS }
  if (status === 503) return UNAVAILABLE
  if (status < 400 || status >= 500) return { kind: 'internal-error' }
  const noHost = error instanceof Error && 'code' in error && error.code === 'no-host'
  return { kind: 'unreadable-request', ...(noHost && { part: 'host' }) }
}

/** Makes the reply that of a fault: status, the headers that go with it, and its OperationOutcome as text. */
export function turnIntoFault(reply: FastifyReply, fault: FhirFault, id: string): string {
  const { status, outcome } = writeFault(fault, id)
  reply.code(status).type(FHIR_CONTENT)
  if (fault.kind === 'not-signed-in') reply.header('WWW-Authenticate', challenge(fault))
  if (fault.kind === 'method-not-allowed') reply.header('Allow', fault.allowed.join(', '))
  const retryAfter =
    'retryAfterSeconds' in fault ? fault.retryAfterSeconds : fault.kind === 'unchecked' && RETRY_AFTER_SECONDS
  if (retryAfter && !reply.hasHeader('Retry-After')) reply.header('Retry-After', String(retryAfter))
  return JSON.stringify(outcome)
}

/** RFC 6750: a caller that sent no token is told of no error. */
function challenge({ why, tokenSent }: Extract<FhirFault, { kind: 'not-signed-in' }>): string {
  const scheme = 'Bearer realm="cp-is"'
  return tokenSent ? `${scheme}, error="invalid_token", error_description="${why}"` : scheme
}
