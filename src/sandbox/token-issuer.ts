import { exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose'
import type { CastMember } from './cast.ts'

/** The algorithm the national platform asks of its clients. */
export const TOKEN_ALGORITHM = 'RS512'

/** The client every sandbox token is issued to. */
const SANDBOX_CLIENT = 'cp-is-sandbox'

/** Published names of the activities that open CP-IS (rule 5.3). */
const ACTIVITY_NAMES: Readonly<Record<string, string>> = {
  B0107: 'View CP-IS Flag',
  B0170: 'View CP-IS Flag (Without sending an Access to Service Notification - ASN)',
}

/** The private key of the sandbox issuer. Whoever keeps it keeps the tokens of earlier starts valid. */
export async function newIssuerKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(TOKEN_ALGORITHM, { extractable: true })
  const jwk = await exportJWK(privateKey)
  // The public number of an RSA key is random: its start names the key well enough.
  return { ...jwk, kid: `sandbox-${jwk.n?.slice(0, 8)}`, alg: TOKEN_ALGORITHM, use: 'sig' }
}

/** The public half of the key, as the issuer publishes it. */
export function publicKeys({ kty, n, e, kid, alg, use }: JWK): JSONWebKeySet {
  return { keys: [{ kty, n, e, kid, alg, use } as JWK] }
}

export interface IssueOptions {
  readonly key: JWK
  readonly issuer: string
  readonly audience: string
  /** The instant of issue. */
  readonly at: Date
  readonly expiresInSeconds?: number
  /** The id of the token. */
  readonly tokenId: string
}

/** How long a token opens interfaces unless told otherwise, in seconds. */
export const TOKEN_SECONDS = 3600

const CONTEXT_TYPE = 'patient-context+jwt'

/** How long a patient context opens an answer, in seconds. */
const CONTEXT_SECONDS = 300

/** Signs a member of the cast in: an access token with the claims of a CIS2 user who has chosen their one role (rule 9.3). */
export async function issueToken(member: CastMember, options: IssueOptions): Promise<string> {
  const { key, issuer, audience, at, expiresInSeconds = TOKEN_SECONDS, tokenId } = options
  const issuedAt = Math.floor(at.getTime() / 1000)
  return new SignJWT(claimsOf(member))
    .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: 'at+jwt', ...(key.kid && { kid: key.kid }) })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(member.userId)
    .setJti(tokenId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + expiresInSeconds)
    .sign(await importJWK(key, TOKEN_ALGORITHM))
}

/** Signs that a member of the cast has this patient before them, as the electronic record they work with would. */
export async function issuePatientContext(
  member: CastMember,
  nhsNumber: string,
  { key, issuer, audience, at, tokenId }: IssueOptions,
): Promise<string> {
  const issuedAt = Math.floor(at.getTime() / 1000)
  return new SignJWT({ nhs_number: nhsNumber })
    .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: CONTEXT_TYPE, ...(key.kid && { kid: key.kid }) })
    .setIssuer(issuer)
    .setAudience(`${audience}/launch`)
    .setSubject(member.userId)
    .setJti(tokenId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + CONTEXT_SECONDS)
    .sign(await importJWK(key, TOKEN_ALGORITHM))
}

function claimsOf(member: CastMember) {
  return {
    client_id: SANDBOX_CLIENT,
    amr: ['N3_SMARTCARD'],
    acr: 'AAL3_ANY',
    id_assurance_level: 3,
    authentication_assurance_level: 3,
    nhsid_useruid: member.userId,
    title: member.title,
    given_name: member.given,
    family_name: member.family,
    name: `${member.title} ${member.given} ${member.family}`,
    selected_roleid: member.roleProfileId,
    nhsid_nrbac_roles: [
      {
        person_roleid: member.roleProfileId,
        org_code: member.organisation.odsCode,
        role_code: member.roleCode,
        role_name: member.roleName,
        activity_codes: member.activities,
        activities: member.activities.map(code => ACTIVITY_NAMES[code] ?? code),
      },
    ],
    nhsid_user_orgs: [{ org_code: member.organisation.odsCode, org_name: member.organisation.name }],
  }
}
