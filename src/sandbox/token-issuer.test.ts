import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { decodeJwt, decodeProtectedHeader, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import type { PersonAuthor } from '../domain/query/requester.ts'
import { mayQuery } from '../domain/query/requester.ts'
import { tokenVerifier } from '../identity/token-verifier.ts'
import { CAST, castMember } from './cast.ts'
import { sandboxIssuerRoutes } from './issuer-routes.ts'
import { newIssuerKey, publicKeys } from './token-issuer.ts'

const ISSUER = 'http://localhost:8080/sandbox/issuer'
const AUDIENCE = 'http://localhost:8080/cpis'
const NOW = new Date('2026-03-01T12:00:00Z')

let key: JWK
beforeAll(async () => {
  key = await newIssuerKey()
})

async function issuer() {
  const app = Fastify()
  await app.register(sandboxIssuerRoutes, {
    prefix: '/sandbox/issuer',
    key,
    issuer: ISSUER,
    audience: AUDIENCE,
    now: () => NOW,
    newId: randomUUID,
  })
  return app
}

async function signIn(handle: string) {
  const app = await issuer()
  const response = await app.inject({ method: 'POST', url: `/sandbox/issuer/token?as=${handle}` })
  return response.json<{ access_token: string; token_type: string; expires_in: number }>()
}

/** The service's own check of a token, with no more than what the issuer publishes. */
async function identify(token: string) {
  const app = await issuer()
  const jwks = (await app.inject('/sandbox/issuer/jwks')).json()
  const verify = tokenVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks,
    algorithms: ['RS512'],
    clockToleranceSeconds: 0,
    clock: () => NOW,
  })
  return verify(`Bearer ${token}`)
}

describe('the cast', () => {
  test('is made up: ids of their own of twelve digits, organisations that say what they are', () => {
    const ids = CAST.flatMap(member => [member.userId, member.roleProfileId])
    expect(new Set(ids).size).toBe(CAST.length * 2)
    for (const id of ids) expect(id).toMatch(/^999\d{9}$/)
    for (const { organisation } of CAST) expect(organisation.name).toMatch(/^Sandbox /)
  })

  test.each([
    ['ed-nurse', true, false],
    ['ed-consultant', true, false],
    ['midwife', true, true],
    ['gp-nurse', false, true],
    ['school-nurse', false, true],
    ['porter', false, false],
  ])('%s: unscheduled %s, scheduled %s (rule 5.3)', async (handle, unscheduled, scheduled) => {
    const requester = await identify((await signIn(handle)).access_token)
    if (!requester.ok) throw new Error(requester.fault.kind)
    expect(mayQuery(requester.value, 'unscheduled').ok).toBe(unscheduled)
    expect(mayQuery(requester.value, 'scheduled').ok).toBe(scheduled)
  })
})

describe('a token', () => {
  test('makes the service know the person, their role and organisation (rule 9.3)', async () => {
    for (const member of CAST) {
      const requester = await identify((await signIn(member.handle)).access_token)
      expect(requester).toMatchObject({
        ok: true,
        value: {
          author: {
            kind: 'person',
            userId: member.userId,
            roleProfileId: member.roleProfileId,
            name: { prefix: member.title, given: [member.given], family: member.family },
            jobRole: { code: member.roleCode, display: member.role.display },
            organisation: member.organisation,
          } satisfies PersonAuthor,
        },
      })
    }
  })

  test('says how strongly the person was recognised, for how long, and carries an id of its own', async () => {
    const [first, second] = [await signIn('ed-nurse'), await signIn('ed-nurse')]
    expect(first).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
    const claims = decodeJwt(first.access_token)
    expect(claims).toMatchObject({
      sub: castMember('ed-nurse')?.userId,
      authentication_assurance_level: 3,
      iat: NOW.getTime() / 1000,
      exp: NOW.getTime() / 1000 + 3600,
    })
    expect(claims.jti).not.toBe(decodeJwt(second.access_token).jti)
    expect(decodeProtectedHeader(first.access_token)).toMatchObject({ alg: 'RS512', typ: 'at+jwt' })
  })
})

describe('the issuer', () => {
  test('is discovered, and its addresses lead to what they say', async () => {
    const app = await issuer()
    const found = (await app.inject('/sandbox/issuer/.well-known/openid-configuration')).json()
    expect(found.issuer).toBe(ISSUER)
    expect(await app.inject(new URL(found.jwks_uri).pathname)).toMatchObject({ statusCode: 200 })
    const token = await app.inject({
      method: 'POST',
      url: `${new URL(found.token_endpoint).pathname}?as=porter`,
    })
    expect(token.statusCode).toBe(200)
    expect(token.headers['cache-control']).toBe('no-store')
  })

  test('publishes nothing of the private key', () => {
    expect(Object.keys(publicKeys(key).keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })

  test.each(['', '?as=', '?as=nobody', '?as=porter&as=midwife'])('"%s" is told who there is', async query => {
    const app = await issuer()
    const response = await app.inject({ method: 'POST', url: `/sandbox/issuer/token${query}` })
    expect(response.statusCode).toBe(404)
    const names = response.json().cast.map((member: { name: string }) => member.name)
    expect(names).toEqual(CAST.map(member => member.handle))
  })

  test.each([
    'application/x-www-form-urlencoded',
    'application/json',
    'text/plain',
  ])('takes a POST with an empty body of %s', async type => {
    const app = await issuer()
    const response = await app.inject({
      method: 'POST',
      url: '/sandbox/issuer/token?as=midwife',
      headers: { 'content-type': type },
      payload: '',
    })
    expect(response.statusCode).toBe(200)
  })

  test('a kept key opens the tokens of an earlier start', async () => {
    const { access_token } = await signIn('ed-nurse')
    key = JSON.parse(JSON.stringify(key))
    expect((await identify(access_token)).ok).toBe(true)
    key = await newIssuerKey()
    expect(await identify(access_token)).toEqual({ ok: false, fault: { kind: 'signature-refused' } })
  })
})
