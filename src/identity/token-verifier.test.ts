import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type TokenAlgorithm, tokenVerifier } from './token-verifier.ts'

const ISSUER = 'https://identity.example/realm'
const AUDIENCE = 'https://cp-is.example'
const NOW = new Date('2026-03-10T09:30:00Z')
const seconds = (offset: number) => Math.floor(NOW.getTime() / 1000) + offset

const NURSE = {
  sub: '999000000017',
  nhsid_useruid: '999000000017',
  title: 'Nurse',
  given_name: 'Ada May',
  family_name: 'Example',
  selected_roleid: '999000000025',
  nhsid_user_orgs: [
    { org_code: 'ZZ9', org_name: 'MADE-UP AMBULANCE TRUST' },
    { org_code: 'zz1', org_name: 'MADE-UP HOSPITAL' },
  ],
  nhsid_nrbac_roles: [
    { person_roleid: '999000000033', org_code: 'ZZ9', role_code: 'R8009', activity_codes: ['B0170'] },
    {
      person_roleid: '999000000025',
      org_code: 'ZZ1',
      role_code: 'S8000:G8000:R8001',
      role_name: '"Clinical":"Clinical Provision":"Nurse Access Role"',
      activity_codes: ['B0107', 'B0825'],
    },
  ],
}

let keys: Awaited<ReturnType<typeof generateKeyPair>>
let stranger: Awaited<ReturnType<typeof generateKeyPair>>
let jwks: { keys: object[] }

beforeAll(async () => {
  keys = await generateKeyPair('RS512', { extractable: true })
  stranger = await generateKeyPair('RS512')
  jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'current', alg: 'RS512', use: 'sig' }] }
})

function sign(claims: Record<string, unknown>, kid = 'current', by = keys.privateKey) {
  const times = { iss: ISSUER, aud: AUDIENCE, exp: seconds(300), iat: seconds(0) }
  return new SignJWT({ ...times, ...claims }).setProtectedHeader({ alg: 'RS512', kid }).sign(by)
}

function verifier(settings: { clockToleranceSeconds?: number; algorithms?: TokenAlgorithm[] } = {}) {
  return tokenVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks,
    algorithms: ['RS256', 'RS512'],
    clockToleranceSeconds: 5,
    clock: () => NOW,
    ...settings,
  })
}

test('rule 9.3: the selected role, and no other, gives organisation, job role and activities', async () => {
  const result = await verifier()(`Bearer ${await sign(NURSE)}`)
  expect(result).toEqual({
    ok: true,
    value: {
      author: {
        kind: 'person',
        userId: '999000000017',
        roleProfileId: '999000000025',
        name: { prefix: 'Nurse', given: ['Ada', 'May'], family: 'Example' },
        jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
        organisation: { odsCode: 'ZZ1', name: 'MADE-UP HOSPITAL' },
      },
      activities: new Set(['B0107', 'B0825', 'B0820']),
    },
  })
})

test('a bare role code, a plain role name and an organisation without a name are read as they stand', async () => {
  const role = { person_roleid: '1', org_code: 'ZZ1', role_code: 'R0260' }
  const read = async (extra: object) => {
    const claims = {
      ...NURSE,
      nhsid_user_orgs: [],
      selected_roleid: '1',
      nhsid_nrbac_roles: [{ ...role, ...extra }],
    }
    const result = await verifier()(`bearer ${await sign(claims)}`)
    return result.ok && result.value.author.kind === 'person' ? result.value.author : undefined
  }
  expect(await read({})).toMatchObject({
    jobRole: { code: 'R0260', display: 'R0260' },
    organisation: { odsCode: 'ZZ1', name: 'ZZ1' },
  })
  expect((await read({ role_name: 'General Practitioner' }))?.jobRole.display).toBe('General Practitioner')
})

describe('rule 9.1: a token that proves nothing opens nothing', () => {
  const cases: [string, () => Promise<string | undefined>, string][] = [
    ['no header', async () => undefined, 'no-token'],
    ['another scheme', async () => 'Basic YTpi', 'not-a-token'],
    ['no token in the header', async () => 'Bearer ', 'not-a-token'],
    ['two tokens', async () => `Bearer ${await sign(NURSE)}, Bearer ${await sign(NURSE)}`, 'not-a-token'],
    ['not a JWT', async () => 'Bearer abc', 'not-a-token'],
    [
      'wrong issuer',
      async () => `Bearer ${await sign({ ...NURSE, iss: 'https://other.example' })}`,
      'wrong-issuer',
    ],
    [
      'wrong audience',
      async () => `Bearer ${await sign({ ...NURSE, aud: 'https://pds.example' })}`,
      'wrong-audience',
    ],
    ['expired', async () => `Bearer ${await sign({ ...NURSE, exp: seconds(-6) })}`, 'expired'],
    ['no expiry', async () => `Bearer ${await sign({ ...NURSE, exp: undefined })}`, 'claim-refused'],
    ['not valid yet', async () => `Bearer ${await sign({ ...NURSE, nbf: seconds(60) })}`, 'not-yet-valid'],
    ['unknown key id', async () => `Bearer ${await sign(NURSE, 'other')}`, 'signature-refused'],
    [
      'a stranger’s key',
      async () => `Bearer ${await sign(NURSE, 'current', stranger.privateKey)}`,
      'signature-refused',
    ],
    ['tampered', async () => `Bearer ${tamper(await sign(NURSE))}`, 'signature-refused'],
    ['algorithm none', async () => `Bearer ${unsigned()}`, 'algorithm-refused'],
    [
      'HS256 keyed with the public key',
      async () => `Bearer ${await signWithPublicKey()}`,
      'algorithm-refused',
    ],
  ]
  test.each(cases)('%s', async (_, header, kind) => {
    expect(await verifier()(await header())).toMatchObject({ ok: false, fault: { kind } })
  })

  test('an algorithm that is sound but not allowed here', async () => {
    const result = await verifier({ algorithms: ['ES256'] })(`Bearer ${await sign(NURSE)}`)
    expect(result).toEqual({ ok: false, fault: { kind: 'algorithm-refused' } })
  })

  test('the clock tolerance is a limit, not a suggestion', async () => {
    const header = `Bearer ${await sign({ ...NURSE, exp: seconds(-4) })}`
    expect((await verifier()(header)).ok).toBe(true)
    expect((await verifier({ clockToleranceSeconds: 0 })(header)).ok).toBe(false)
  })

  test.each(['none', 'HS256', ''])('settings that allow %j do not start', weak => {
    expect(() => verifier({ algorithms: [weak as TokenAlgorithm] })).toThrow('prove nothing')
    expect(() => verifier({ algorithms: [] })).toThrow('At least one')
  })
})

describe('rules 9.2, 9.4 and 9.8: a token that does not say which person asks, in which role, is refused', () => {
  const selected = (change: object) => ({
    ...NURSE,
    selected_roleid: '1',
    nhsid_nrbac_roles: [{ person_roleid: '1', org_code: 'ZZ1', role_code: 'R1', ...change }],
  })
  const claim = (name: string, problem: 'missing' | 'wrong') => ({
    kind: 'claim-refused',
    claim: name,
    problem,
  })
  const role = 'nhsid_nrbac_roles[selected_roleid]'
  const cases: [string, Record<string, unknown>, object][] = [
    ['an application alone', { sub: 'app-1', client_id: 'app-1' }, { kind: 'no-person' }],
    ['no user id', { ...NURSE, nhsid_useruid: undefined }, { kind: 'no-person' }],
    ['an empty user id', { ...NURSE, nhsid_useruid: ' ' }, { kind: 'no-person' }],
    ['a user id that is a list', { ...NURSE, nhsid_useruid: ['1'] }, claim('nhsid_useruid', 'wrong')],
    ['no family name', { ...NURSE, family_name: undefined }, claim('family_name', 'missing')],
    ['a family name without end', { ...NURSE, family_name: 'A'.repeat(301) }, claim('family_name', 'wrong')],
    ['no selected role', { ...NURSE, selected_roleid: undefined }, { kind: 'no-selected-role' }],
    [
      'a selected role that is an object',
      { ...NURSE, selected_roleid: {} },
      claim('selected_roleid', 'wrong'),
    ],
    [
      'a role the person does not hold',
      { ...NURSE, selected_roleid: '999000000041' },
      { kind: 'role-not-held' },
    ],
    ['no roles at all', { ...NURSE, nhsid_nrbac_roles: [] }, { kind: 'role-not-held' }],
    ['roles that are no list', { ...NURSE, nhsid_nrbac_roles: 'R8001' }, claim('nhsid_nrbac_roles', 'wrong')],
    ['no organisation code', selected({ org_code: null }), claim(`${role}.org_code`, 'missing')],
    ['an organisation code that is none', selected({ org_code: '?' }), claim(`${role}.org_code`, 'wrong')],
    ['no role code', selected({ role_code: '' }), claim(`${role}.role_code`, 'missing')],
    [
      'activities that are no list',
      selected({ activity_codes: 'B0107' }),
      claim(`${role}.activity_codes`, 'wrong'),
    ],
  ]
  test.each(cases)('%s', async (_, claims, fault) => {
    expect(await verifier()(`Bearer ${await sign(claims)}`)).toEqual({ ok: false, fault })
  })
})

describe('rule 9.3: a faultless selected role is enough, whatever else a real issuer sends', () => {
  const { nhsid_nrbac_roles: roles } = NURSE
  const cases: [string, Record<string, unknown>][] = [
    ['an empty title', { title: '' }],
    ['a given name of null', { given_name: null }],
    ['a title that is a number', { title: 7 }],
    ['another role without a name', { nhsid_nrbac_roles: [{ ...roles[0], role_name: '' }, roles[1]] }],
    [
      'another role without an organisation',
      { nhsid_nrbac_roles: [{ ...roles[0], org_code: null }, roles[1]] },
    ],
    ['another role without a code', { nhsid_nrbac_roles: [{ ...roles[0], role_code: undefined }, roles[1]] }],
    ['another role without an id', { nhsid_nrbac_roles: [{}, null, 'R8001', roles[1]] }],
    [
      'another role with activities of null',
      { nhsid_nrbac_roles: [{ ...roles[0], activity_codes: null }, roles[1]] },
    ],
    ['an organisation without a name', { nhsid_user_orgs: [{ org_code: 'ZZ9' }, ...NURSE.nhsid_user_orgs] }],
    ['organisations of null', { nhsid_user_orgs: null }],
    ['ids that are numbers', { nhsid_useruid: 999000000017, selected_roleid: 999000000025 }],
    ['a role id that is a number', { nhsid_nrbac_roles: [{ ...roles[1], person_roleid: 999000000025 }] }],
    ['roles as JSON text', { nhsid_nrbac_roles: JSON.stringify(roles) }],
  ]
  test.each(cases)('%s', async (_, change) => {
    const result = await verifier()(`Bearer ${await sign({ ...NURSE, ...change })}`)
    expect(result).toMatchObject({
      ok: true,
      value: {
        author: {
          userId: '999000000017',
          roleProfileId: '999000000025',
          jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
          organisation: { odsCode: 'ZZ1' },
        },
        activities: new Set(['B0107', 'B0825', 'B0820']),
      },
    })
  })

  test('five roles with forty activities each', async () => {
    const activity_codes = Array.from({ length: 40 }, (_, i) => `B${String(1000 + i)}`)
    const others = Array.from({ length: 5 }, (_, i) => ({
      person_roleid: `9991000000${i}0`,
      org_code: 'ZZ9',
      role_code: 'S8000:G8000:R8009',
      role_name: '"Clinical":"Clinical Provision":"Ward Access Role"',
      activity_codes: activity_codes.map(code => `${code}: a made-up activity with a long name`),
    }))
    const token = await sign({ ...NURSE, nhsid_nrbac_roles: [...others, roles[1]] })
    expect(token.length).toBeGreaterThan(11_600)
    expect((await verifier()(`Bearer ${token}`)).ok).toBe(true)
  })

  test('names that say nothing are left out', async () => {
    const result = await verifier()(`Bearer ${await sign({ ...NURSE, title: '', given_name: null })}`)
    expect(result.ok && result.value.author).toMatchObject({ name: { given: [], family: 'Example' } })
    expect(JSON.stringify(result.ok && result.value.author)).not.toContain('prefix')
  })
})

describe('the issuer’s published keys', () => {
  const issuer = { answers: true, asked: 0 }
  const server = createServer((_, response) => {
    issuer.asked++
    response.writeHead(issuer.answers ? 200 : 500, { 'content-type': 'application/json' })
    response.end(issuer.answers ? JSON.stringify(jwks) : 'down')
  })
  beforeAll(() => new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => new Promise(resolve => server.close(resolve)))
  afterEach(() => {
    vi.useRealTimers()
  })

  function published(clock: () => Date) {
    Object.assign(issuer, { answers: true, asked: 0 })
    const { port } = server.address() as AddressInfo
    return tokenVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      jwksUrl: new URL(`http://127.0.0.1:${port}/jwks`),
      algorithms: ['RS512'],
      clockToleranceSeconds: 5,
      clock,
    })
  }

  test('are asked for once, and an unknown key id does not make a storm of requests', async () => {
    const verify = published(() => NOW)
    for (let i = 0; i < 5; i++) expect((await verify(`Bearer ${await sign(NURSE)}`)).ok).toBe(true)
    for (let i = 0; i < 5; i++) {
      expect(await verify(`Bearer ${await sign(NURSE, 'other')}`)).toMatchObject({
        fault: { kind: 'signature-refused' },
      })
    }
    expect(issuer.asked).toBe(1)
  })

  test('rule 4.3: an issuer that cannot be asked is not the caller’s fault, and is asked again only after a while', async () => {
    let now = NOW
    const verify = published(() => now)
    issuer.answers = false
    const header = `Bearer ${await sign(NURSE)}`
    for (let i = 0; i < 3; i++) {
      expect(await verify(header)).toEqual({ ok: false, fault: { kind: 'issuer-unavailable' } })
    }
    expect(issuer.asked).toBe(1)
    issuer.answers = true
    now = new Date(NOW.getTime() + 11_000)
    expect((await verify(header)).ok).toBe(true)
  })

  test('rules 4.3 and 9.4: keys seen lately outlive an outage for an hour, but an unknown key then is nobody’s to judge', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW })
    const verify = published(() => new Date())
    const good = await sign({ ...NURSE, exp: seconds(7200) })
    const unknown = await sign({ ...NURSE, exp: seconds(7200) }, 'other')
    expect((await verify(`Bearer ${good}`)).ok).toBe(true)
    issuer.answers = false
    vi.setSystemTime(NOW.getTime() + 59 * 60_000)
    expect((await verify(`Bearer ${good}`)).ok).toBe(true)
    expect(await verify(`Bearer ${unknown}`)).toMatchObject({ fault: { kind: 'issuer-unavailable' } })
    vi.setSystemTime(NOW.getTime() + 61 * 60_000)
    expect(await verify(`Bearer ${good}`)).toMatchObject({ fault: { kind: 'issuer-unavailable' } })
  })

  test('an issuer that nobody answers for is unavailable too', async () => {
    const verify = tokenVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      jwksUrl: new URL('http://127.0.0.1:1/jwks'),
      algorithms: ['RS512'],
      clockToleranceSeconds: 5,
      clock: () => NOW,
    })
    expect(await verify(`Bearer ${await sign(NURSE)}`)).toEqual({
      ok: false,
      fault: { kind: 'issuer-unavailable' },
    })
  })
})

function tamper(token: string): string {
  const [header, payload, signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
  const changed = Buffer.from(JSON.stringify({ ...claims, nhsid_useruid: '1' })).toString('base64url')
  return `${header}.${changed}.${signature}`
}

function unsigned(): string {
  return new UnsecuredJWT({ ...NURSE, iss: ISSUER, aud: AUDIENCE, exp: seconds(300) }).encode()
}

async function signWithPublicKey(): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(keys.publicKey))
  return new SignJWT({ ...NURSE, iss: ISSUER, aud: AUDIENCE, exp: seconds(300) })
    .setProtectedHeader({ alg: 'HS256', kid: 'current' })
    .sign(secret)
}
