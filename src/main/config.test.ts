import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

const PRODUCTION = {
  CPIS_MODE: 'production',
  CPIS_BASE_URL: 'https://cpis.example.org/',
  CPIS_TOKEN_ISSUER: 'https://issuer.example.org',
  CPIS_TOKEN_AUDIENCE: 'https://cpis.example.org',
  CPIS_TOKEN_JWKS_URL: 'https://issuer.example.org/jwks',
  CPIS_PDS_URL: 'https://pds.example.org/FHIR/R4',
  CPIS_ADMIN_TOKEN: 'a-secret-of-some-length',
  CPIS_AUDIT_KEY: '/etc/cp-is/audit-key.pem',
  CPIS_MESH_SHARED_KEY: 'another-secret',
  CPIS_DATABASE_URL: 'postgres://database.example.org/cpis',
}

function problemsOf(variables: Record<string, string>): readonly string[] {
  try {
    readConfig(variables)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('readConfig', () => {
  test('nothing set is a sandbox on the embedded database', () => {
    const config = readConfig({})
    expect(config.mode).toBe('sandbox')
    expect(config.database.url).toBeUndefined()
    expect(config.port).toBe(8080)
  })

  test('an empty variable counts as not set', () => {
    expect(readConfig({ PORT: '' }).port).toBe(8080)
  })

  test('production with everything set is accepted', () => {
    expect(readConfig(PRODUCTION).baseUrl).toBe('https://cpis.example.org')
  })

  test('in production PDS is asked for 400 milliseconds and five times a second while somebody waits, unless set (rule 4.8)', () => {
    expect(readConfig(PRODUCTION).pds).toMatchObject({ queryMs: 400, queriesPerSecond: 5 })
    const set = { CPIS_PDS_QUERY_MS: '800', CPIS_PDS_QUERIES_PER_SECOND: '20' }
    expect(readConfig({ ...PRODUCTION, ...set }).pds).toMatchObject({ queryMs: 800, queriesPerSecond: 20 })
  })

  test('in production nobody can ask over Spine messaging unless its ASID is set', () => {
    expect(readConfig({}).spineAsid).toMatch(/^\d{12}$/)
    expect(readConfig(PRODUCTION).spineAsid).toBeUndefined()
    expect(readConfig({ ...PRODUCTION, CPIS_SPINE_ASID: '999000000002' }).spineAsid).toBe('999000000002')
  })

  test.each(
    Object.keys(PRODUCTION).filter(name => name !== 'CPIS_MODE'),
  )('production refuses to start without %s', name => {
    const variables: Record<string, string> = { ...PRODUCTION, [name]: '' }
    expect(problemsOf(variables)).toHaveLength(1)
    expect(problemsOf(variables)[0]).toContain(name)
  })

  test('a MESH server elsewhere is described whole, or not at all', () => {
    const server = {
      CPIS_MESH_URL: 'https://mesh.example.org/',
      CPIS_MESH_CLIENT_PASSWORD: 'its-password',
      CPIS_MESH_CLIENT_SHARED_KEY: 'its-key',
    }
    expect(readConfig({}).relay).toBeUndefined()
    expect(readConfig({ ...PRODUCTION, ...server }).relay).toMatchObject({
      baseUrl: 'https://mesh.example.org',
      mailboxId: 'CPISOT001',
      pollMs: 300_000,
    })
    for (const name of Object.keys(server)) expect(problemsOf({ ...server, [name]: '' })[0]).toContain(name)
    expect(problemsOf({ ...server, CPIS_MESH_CLIENT_KEY: 'key.pem' })[0]).toContain('CERTIFICATE')
    expect(problemsOf({ ...server, CPIS_MESH_POLL_SECONDS: '301' })[0]).toContain('POLL_SECONDS')
    const plain = { ...PRODUCTION, ...server, CPIS_MESH_URL: 'http://mesh.example.org' }
    expect(problemsOf(plain)).toEqual(['CPIS_MESH_URL must begin with https://'])
  })

  test('HTTPS needs a certificate and its key; without them clients cannot be asked for theirs', () => {
    expect(readConfig({}).tls).toBeUndefined()
    const both = { CPIS_TLS_CERTIFICATE: 'service.pem', CPIS_TLS_KEY: 'service.key' }
    expect(readConfig({ ...both, CPIS_TLS_CLIENT_CA: 'clients.pem' }).tls).toEqual({
      certificateFile: 'service.pem',
      keyFile: 'service.key',
      clientAuthoritiesFile: 'clients.pem',
    })
    for (const name of Object.keys(both)) expect(problemsOf({ ...both, [name]: '' })).toHaveLength(1)
    expect(problemsOf({ CPIS_TLS_CLIENT_CA: 'clients.pem' })[0]).toContain('CPIS_TLS_CERTIFICATE')
  })

  test('an issuer half described is not replaced by the sandbox one', () => {
    expect(problemsOf({ CPIS_TOKEN_ISSUER: 'https://issuer.example.org' })).toHaveLength(2)
  })

  test.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['CPIS_MODE', 'test'],
    ['CPIS_DATABASE_URL', 'mysql://somewhere'],
    ['CPIS_PDS_PATIENCE_MS', '5s'],
    ['CPIS_MESH_MAILBOX', 'a b'],
    ['CPIS_SPINE_ASID', '12345'],
    ['CPIS_ADMIN_TOKEN', 'short'],
    ['CPIS_KEEP_PLANS_DAYS', '0'],
    ['CPIS_KEEP_NOTIFICATIONS_DAYS', '366'],
    ['CPIS_KEEP_FILES_DAYS', '366'],
    ['CPIS_KEEP_ACCESSES_DAYS', '999999'],
    ['CPIS_KEEP_REFUSED_DAYS', '0'],
    ['CPIS_KEEP_DECISIONS_DAYS', 'two years'],
  ])('a wrong %s is named, and its value is not repeated', (name, value) => {
    const [problem] = problemsOf({ [name]: value })
    expect(problem).toContain(name)
    expect(problem).not.toContain(value)
  })
})

test('origins are read as browsers send them, and nothing else is one (rule 9.10)', () => {
  const originsOf = (text: string) => readConfig({ CPIS_CORS_ORIGINS: text }).http.origins
  expect(readConfig({}).http).toEqual({ maxHeaderBytes: 65_536, origins: [] })
  expect(originsOf('https://records.example, http://localhost:3000')).toEqual([
    'https://records.example',
    'http://localhost:3000',
  ])
  for (const wrong of [
    '*',
    'null',
    'records.example',
    'https://records.example/',
    'https://a.example/x',
    'https://A.example',
  ]) {
    expect(() => originsOf(wrong), wrong).toThrow('CPIS_CORS_ORIGINS')
  }
})
