import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { v7 as newId } from 'uuid'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { fhirClient } from '../src/client/index.ts'
import { type StreamingFetch, streamingFetch } from '../src/client/streaming-fetch.ts'
import type { NhsNumber } from '../src/domain/nhs-number.ts'
import {
  type Asid,
  type ClientSystem,
  parseAsid,
  parseCertificateFingerprint,
} from '../src/domain/registration/client-system.ts'
import { addClientSystem } from '../src/flows/registration/manage-exchange.ts'
import { SYSTEMS } from '../src/sandbox/systems.ts'
import { makeCertificateAuthority, type TestCertificate } from './support/certificates.ts'
import { messagingSystem } from './support/ebxml.ts'
import { freshNhsNumber, nurse, storedAuthority, storedPlan } from './support/records.ts'
import { makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'
import { miniServiceClient } from './support/smsp.ts'
import { spineSystem } from './support/spine.ts'
import { until } from './support/until.ts'

const [SANDBOX_WARD] = SYSTEMS
if (!SANDBOX_WARD?.contract) throw new Error('The ward of the sandbox has a contract')
const { contract, ...WARD_WITHOUT_CONTRACT } = SANDBOX_WARD

const authority = makeCertificateAuthority('clients')
const elsewhere = makeCertificateAuthority('elsewhere')
const service = authority.issue('service')
const auditKeyFile = `${service.keyFile}.audit`
writeFileSync(
  auditKeyFile,
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
)
const CERTIFICATES = {
  ward: authority.issue('ward'),
  clinic: authority.issue('clinic'),
  expired: authority.issue('expired', -1),
  foreign: elsewhere.issue('foreign'),
  selfSigned: elsewhere,
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

/** The ward as it is registered for each certificate, so that nothing but the certificate can be what is wrong. */
const REGISTERED = {
  ward: wardWith('999000000011', CERTIFICATES.ward),
  expired: wardWith('999000000031', CERTIFICATES.expired),
  foreign: wardWith('999000000032', CERTIFICATES.foreign),
  selfSigned: wardWith('999000000033', CERTIFICATES.selfSigned),
  without: wardWith('999000000034', undefined),
  clinic: wardWith('999000000035', CERTIFICATES.clinic),
}

function wardWith(
  digits: string,
  shown: TestCertificate | undefined,
): ClientSystem & { readonly asid: Asid } {
  const asid = parseAsid(digits)
  if (!asid) throw new Error(`${digits} is no ASID`)
  const { exchanges } = WARD_WITHOUT_CONTRACT
  return {
    ...WARD_WITHOUT_CONTRACT,
    asid,
    exchanges: exchanges.filter(exchange => exchange === 'synchronous'),
    ...(shown && { certificate: shown.fingerprint }),
  }
}

afterAll(() => {
  authority.remove()
  elsewhere.remove()
})

/** HTTPS of the real service, and who is believed on it (rules 9.6 and 9.7). */
describe('client certificates', () => {
  let place: Place
  let running: RunningService
  let callback: Awaited<ReturnType<typeof openSecureCallback>>
  let held: NhsNumber
  const callers: StreamingFetch[] = []

  /** A caller that shows a certificate, or none. */
  const showing = (shown?: TestCertificate): StreamingFetch => {
    const tls = { ca: authority.cert, ...(shown && { cert: shown.cert, key: shown.key }) }
    const caller = streamingFetch({ idleMs: 10_000, tls })
    callers.push(caller)
    return caller
  }
  const spine = (system: ClientSystem, shown?: TestCertificate) =>
    spineSystem(running.service, system.asid, newId, showing(shown).fetch)
  const accesses = async () => {
    const { kysely } = running.service.store.database
    return kysely.selectFrom('access').select('nhs_number').where('nhs_number', '=', held).execute()
  }
  const lastEntry = () =>
    running.service.store.database.kysely
      .selectFrom('audit')
      .select(['outcome', 'reason', 'details', 'nhs_number'])
      .where('door', 'in', ['spine', 'smsp'])
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()

  beforeAll(async () => {
    place = await makePlace('embedded')
    callback = await openSecureCallback()
    running = await startIn(place, {
      CPIS_SANDBOX_AUTHORITIES: '1',
      CPIS_SANDBOX_CHILDREN: '10',
      CPIS_TLS_CERTIFICATE: service.certificateFile,
      CPIS_TLS_KEY: service.keyFile,
      CPIS_TLS_CLIENT_CA: authority.certificateFile,
    })
    const { storage, database } = running.service.store
    const deps = { storage, clock: { now: () => new Date() }, newId }
    for (const system of Object.values(REGISTERED)) await addClientSystem(deps, system)
    const { exchanges } = SANDBOX_WARD
    const express = { ...contract, reliability: 'express', callback: callback.url } as const
    await addClientSystem(deps, { ...REGISTERED.ward, exchanges, contract: express })
    await storedAuthority(database, '801')
    held = freshNhsNumber()
    await storedPlan(database, { nhs_number: held, authority: '801' })
  })
  afterEach(() => {
    for (const caller of callers.splice(0)) caller.close()
  })
  afterAll(async () => {
    await running.stop()
    await callback.close()
    await place.remove()
  })

  test.each<[string, ClientSystem, TestCertificate | undefined, string]>([
    ['none', REGISTERED.ward, undefined, 'certificate not shown'],
    ["another system's", REGISTERED.ward, CERTIFICATES.clinic, 'certificate of another'],
    ['its own, under the ASID of another', REGISTERED.clinic, CERTIFICATES.ward, 'certificate of another'],
    ['one that nobody registered', REGISTERED.without, CERTIFICATES.ward, 'certificate not registered'],
    ['its own, which is over', REGISTERED.expired, CERTIFICATES.expired, 'certificate not shown'],
    ['its own, of another authority', REGISTERED.foreign, CERTIFICATES.foreign, 'certificate not shown'],
    ['its own, signed by itself', REGISTERED.selfSigned, CERTIFICATES.selfSigned, 'certificate not shown'],
  ])('a system that shows %s is told that access is denied, and nothing else', async (_, system, shown, reason) => {
    const ask = spine(system, shown)
    for (const number of [held, freshNhsNumber(), 'no number']) {
      expect(await ask(nurse(), number)).toEqual({ kind: 'refused', codes: ['1'] })
      expect(await lastEntry()).toMatchObject({ outcome: 'refused', reason, nhs_number: null })
    }
    expect(await accesses()).toEqual([])
  })

  test('a certificate of another stays in the audit log, so that whose it is can be found out', async () => {
    await spine(REGISTERED.ward, CERTIFICATES.clinic)(nurse(), held)
    expect((await lastEntry())?.details).toEqual({
      system: REGISTERED.ward.asid,
      certificate: CERTIFICATES.clinic.fingerprint,
    })
  })

  test('a system that connects anew from its session of before is still itself', async () => {
    const caller = showing(CERTIFICATES.ward)
    const ask = spineSystem(running.service, REGISTERED.ward.asid, newId, caller.fetch)
    const nobody = freshNhsNumber()
    for (let time = 0; time < 3; time += 1) {
      expect(await ask(nurse(), nobody)).toEqual({ kind: 'nothing-held' })
      caller.close()
    }
  })

  test('over the mini service nobody is told anything who does not show the certificate of a system', async () => {
    const { odsCode } = SANDBOX_WARD.organisation
    for (const shown of [undefined, CERTIFICATES.clinic, CERTIFICATES.expired, CERTIFICATES.foreign]) {
      const ask = miniServiceClient(running.service, odsCode, newId, showing(shown).fetch)
      expect(await ask(nurse(), held)).toMatchObject({ code: 'SMSP-0005' })
    }
    expect(await accesses()).toEqual([])
  })

  test('the contract of another is no contract: nothing is posted, and no message id is taken (rule 13.3)', async () => {
    const system = { ...REGISTERED.ward, contract: { ...contract, reliability: 'express' as const } }
    const as = (shown?: TestCertificate) => messagingSystem(running.service, system, showing(shown).fetch)
    const unknown = { ...system, contract: { ...system.contract, cpaId: 'UNKNOWN' } }
    const messageId = newId().toUpperCase()
    const stranger = messagingSystem(running.service, unknown, showing().fetch)
    const toStranger = await stranger(nurse(), held, { messageId })
    expect(toStranger.reply.kind).toBe('message-error')
    for (const shown of [undefined, CERTIFICATES.clinic, CERTIFICATES.expired]) {
      const asked = await as(shown)(nurse(), held, { messageId })
      expect([asked.status, asked.reply]).toEqual([toStranger.status, toStranger.reply])
    }
    expect(await lastEntry()).toMatchObject({ outcome: 'refused', reason: 'certificate not shown' })
    expect([await accesses(), callback.shown]).toEqual([[], []])
    expect((await as(CERTIFICATES.ward)(nurse(), held, { messageId })).status).toBe(202)
    await until(async () => callback.shown.length > 0)
    expect(callback.shown).toEqual([service.fingerprint])
  })

  test('a system that shows its own is answered, whichever way it asks', async () => {
    expect(await spine(REGISTERED.ward, CERTIFICATES.ward)(nurse(), held)).toMatchObject({ kind: 'held' })
    const { odsCode } = SANDBOX_WARD.organisation
    const mini = miniServiceClient(running.service, odsCode, newId, showing(CERTIFICATES.ward).fetch)
    expect(await mini(nurse(), held)).toMatchObject({ code: 'SMSP-0000' })
  })

  test('whose certificate was checked looks mailboxes up without a token, on record by it (rule 7.10)', async () => {
    const { baseUrl, config } = running.service
    const url = `${baseUrl}/messageexchange/workflowsearch/${config.mesh.uploadWorkflow}`
    const { kysely } = running.service.store.database
    for (const [shown, details] of [
      [CERTIFICATES.ward, { certificate: CERTIFICATES.ward.fingerprint }],
      [CERTIFICATES.foreign, {}],
    ] as const) {
      const answer = await showing(shown).fetch(url, { headers: { accept: 'application/json' } })
      const { results } = (await answer.json()) as { results: { mailbox_id: string }[] }
      expect(results.map(({ mailbox_id }) => mailbox_id)).toEqual([config.mesh.cpisMailbox])
      const entries = kysely.selectFrom('audit').select('details').where('action', '=', 'look up endpoints')
      const last = await entries.orderBy('id', 'desc').executeTakeFirst()
      expect(last?.details).toEqual({ mailboxes: 1, ...details })
    }
  })

  test('a person with a token needs no certificate', async () => {
    const caller = showing()
    const { baseUrl } = running.service
    const signedIn = await caller.fetch(`${baseUrl}/sandbox/issuer/token?as=ed-nurse`, { method: 'POST' })
    const { access_token: token } = (await signedIn.json()) as { access_token: string }
    const fetch: typeof globalThis.fetch = (url, { body, headers, ...init } = {}) =>
      caller.fetch(url, { ...init, body: String(body), headers: { ...headers, ...FORM } })
    const client = fhirClient({ baseUrl: `${baseUrl}/cpis/FHIR/R4`, token: () => token, fetch })
    expect(await client.careTeams(held)).toMatchObject({ kind: 'held' })
  })

  test('who does not ask over HTTPS is not heard', async () => {
    const plain = running.service.baseUrl.replace('https:', 'http:')
    expect(running.service.baseUrl).toMatch(/^https:/)
    await expect(fetch(`${plain}/cpis/FHIR/R4/metadata`)).rejects.toThrow()
  })

  test('no certificate makes up for an address from inside, where there are none', async () => {
    const inside = { ...running.service, baseUrl: running.service.insideUrl ?? '' }
    const ask = spineSystem(inside, REGISTERED.ward.asid, newId)
    expect(await ask(nurse(), held)).toEqual({ kind: 'refused', codes: ['1'] })
  })
})

/** Whoever runs the service is told once where nobody but a proxy looks at certificates (rule 9.7). */
test.each([
  ['not checked', { CPIS_TLS_CLIENT_CA: '' }, 1],
  ['checked', {}, 0],
  ['of nobody, without an ASID of CP-IS', { CPIS_TLS_CLIENT_CA: '', CPIS_SPINE_ASID: '' }, 0],
] as const)('in production, certificates are %s', async (_, change, warnings) => {
  const place = await makePlace('embedded')
  const running = await startIn(place, {
    CPIS_MODE: 'production',
    CPIS_ALLOW_EMBEDDED: 'yes',
    CPIS_BASE_URL: 'https://cpis.example.org',
    CPIS_TOKEN_ISSUER: 'https://issuer.example.org',
    CPIS_TOKEN_AUDIENCE: 'https://cpis.example.org',
    CPIS_TOKEN_JWKS_URL: 'https://issuer.example.org/jwks',
    CPIS_PDS_URL: 'https://pds.example.org/FHIR/R4',
    CPIS_ADMIN_TOKEN: 'a-secret-of-some-length',
    CPIS_AUDIT_KEY: auditKeyFile,
    CPIS_MESH_SHARED_KEY: 'another-secret',
    CPIS_SPINE_ASID: '999000000001',
    CPIS_TLS_CERTIFICATE: service.certificateFile,
    CPIS_TLS_KEY: service.keyFile,
    CPIS_TLS_CLIENT_CA: authority.certificateFile,
    ...change,
  })
  try {
    expect(running.logLines.filter(line => line.includes('CPIS_TLS_CLIENT_CA'))).toHaveLength(warnings)
    expect(running.service.insideUrl).toBeUndefined()
  } finally {
    await running.stop()
    await place.remove()
  }
})

/** Where answers are posted to, by nobody but such as show a certificate of the same authority. */
async function openSecureCallback() {
  const shown: unknown[] = []
  const own = authority.issue('callback')
  const server: Server = createServer(
    { cert: own.cert, key: own.key, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const certificate = request.socket instanceof TLSSocket && request.socket.getPeerX509Certificate()
      shown.push(certificate && parseCertificateFingerprint(certificate.fingerprint256))
      request.resume().once('end', () => response.writeHead(202).end())
    },
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/answers`,
    shown,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
