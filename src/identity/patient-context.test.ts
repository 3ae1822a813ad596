import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { patientContextReader } from './patient-context.ts'

const ISSUER = 'https://record.example'
const AUDIENCE = 'https://cp-is.example/launch'
const NOW = new Date('2026-03-10T09:30:00Z')
const seconds = (offset: number) => Math.floor(NOW.getTime() / 1000) + offset

let keys: Awaited<ReturnType<typeof generateKeyPair>>
let stranger: Awaited<ReturnType<typeof generateKeyPair>>
let read: ReturnType<typeof patientContextReader>

beforeAll(async () => {
  keys = await generateKeyPair('RS512', { extractable: true })
  stranger = await generateKeyPair('RS512')
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'current', alg: 'RS512', use: 'sig' }] }
  read = patientContextReader({ issuer: ISSUER, audience: AUDIENCE, jwks, now: () => NOW })
})

const GOOD = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: '999000000101',
  nhs_number: '9990000018',
  iat: seconds(-10),
  exp: seconds(60),
}
const sign = (claims: object, typ = 'patient-context+jwt', by = keys.privateKey) =>
  new SignJWT({ ...GOOD, ...claims }).setProtectedHeader({ alg: 'RS512', kid: 'current', typ }).sign(by)

test('a context says who has whom before them', async () => {
  expect(await read(await sign({}))).toEqual({
    ok: true,
    value: { user: '999000000101', nhsNumber: '9990000018' },
  })
})

test.each([
  [{ iss: 'https://stranger.example' }, 'not-a-context'],
  [{ aud: 'https://cp-is.example' }, 'not-a-context'],
  [{ sub: undefined }, 'not-a-context'],
  [{ nhs_number: '9990000019' }, 'not-a-context'],
  [{ nhs_number: 9990000018 }, 'not-a-context'],
  // Rule 1.4.
  [{ nhs_number: '0101011237' }, 'scotland'],
  [{ nhs_number: '3200000015', sub: undefined }, 'not-a-context'],
  [{ exp: undefined }, 'not-a-context'],
  [{ iat: undefined }, 'not-a-context'],
  [{ exp: seconds(-6) }, 'expired'],
  [{ iat: seconds(-306), exp: seconds(3600) }, 'expired'],
])('with %j it opens nothing (rule 21.6)', async (claims, kind) => {
  expect(await read(await sign(claims))).toEqual({ ok: false, fault: { kind } })
})

test('neither does an access token, a signature of a stranger, or what is no token', async () => {
  const refused = { ok: false, fault: { kind: 'not-a-context' } }
  expect(await read(await sign({}, 'at+jwt'))).toEqual(refused)
  expect(await read(await sign({}, 'patient-context+jwt', stranger.privateKey))).toEqual(refused)
  for (const text of ['', 'x', 'a.b.c', '9990000018']) expect(await read(text)).toEqual(refused)
})
