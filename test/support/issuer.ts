import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface TestIssuer {
  readonly settings: { readonly issuer: string; readonly audience: string; readonly jwksUrl: string }
  /** A token of a made-up nurse with this user id. */
  token(userId: string, activities?: readonly string[]): Promise<string>
  close(): Promise<void>
}

/** A token issuer on a port of its own, for tests that need more clinicians than the sandbox has. */
export async function startIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const keys = JSON.stringify({
    keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' }],
  })
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(keys),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings = { issuer, audience: 'cp-is-tests', jwksUrl: `${issuer}/jwks` }
  return {
    settings,
    token: (userId, activities = ['B0107']) =>
      new SignJWT({
        nhsid_useruid: userId,
        title: 'Nurse',
        given_name: 'Tansy',
        family_name: 'Testcase',
        client_id: 'tests',
        authentication_assurance_level: '3',
        selected_roleid: `R${userId}`,
        nhsid_user_orgs: [{ org_code: 'X9Z01', org_name: 'SANDBOX GENERAL HOSPITAL' }],
        nhsid_nrbac_roles: [
          {
            person_roleid: `R${userId}`,
            org_code: 'X9Z01',
            role_code: 'S8000:G8000:R8001',
            role_name: '"Clinical":"Clinical Provision":"Nurse Access Role"',
            activity_codes: [...activities],
          },
        ],
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'test', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(settings.audience)
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}
