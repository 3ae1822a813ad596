import { generateKeyPairSync } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { v7 as newId } from 'uuid'
import { operationsApi } from '../../../src/api/operations/operations-api.ts'
import { type MeshClient, MeshError, meshClient } from '../../../src/client/index.ts'
import type { MailboxId, OdsCode } from '../../../src/domain/organisation.ts'
import type { Storage } from '../../../src/flows/ports.ts'
import { StorageUnavailable } from '../../../src/flows/storage-unavailable.ts'
import { auditSeal } from '../../../src/main/audit-seal.ts'
import { type Config, readConfig } from '../../../src/main/config.ts'
import { createMetrics } from '../../../src/main/metrics.ts'
import { openInterfaces } from '../../../src/main/open-interfaces.ts'
import { createServer } from '../../../src/main/server.ts'
import type { SignIn } from '../../../src/pages/page-deps.ts'
import type { Database } from '../../../src/storage/open-database.ts'
import { capturedLog } from '../capture.ts'
import { startIssuer, type TestIssuer } from '../issuer.ts'
import { NO_LOOK_UP } from '../records.ts'
import { MESH } from './mesh-names.ts'

const OPERATOR = 'the operator of this test'

/** The interfaces of the service, without its background work: nothing but a request uses a connection. */
export interface CutInterfaces {
  readonly baseUrl: string
  readonly config: Config
  readonly issuer: TestIssuer
  /** What a mailbox does. Throws `StorageUnavailable` as `post` does. */
  mesh<T>(mailboxId: MailboxId, work: (mesh: MeshClient) => Promise<T>): Promise<T>
  /** A command of an operator. */
  command(path: string, body: object): Promise<void>
  /** Sends JSON or a form. Throws `StorageUnavailable` where the service says that it could not look, and for any other refusal. */
  post(path: string, headers: Readonly<Record<string, string>>, body: string): Promise<Response>
  /** What an officer of an authority, who is signed in, sends with each form. */
  signedIn(odsCode: OdsCode): Promise<{ readonly cookie: string; readonly csrf: string }>
  /** As the platform's own, and tells "could not look" as `post` does. */
  readonly fetch: typeof fetch
  close(): Promise<void>
}

export async function openInterfacesUnderCuts(of: {
  readonly storage: Storage
  readonly database: Database
  readonly clock: { now(): Date }
}): Promise<CutInterfaces> {
  const { storage, database, clock } = of
  const issuer = await startIssuer()
  const given = readConfig({ CPIS_ADMIN_TOKEN: OPERATOR, CPIS_SPINE_PARTY_KEY: 'X26-999001' })
  const config = { ...given, mesh: { ...given.mesh, ...MESH } }
  const { logger } = capturedLog()
  const metrics = createMetrics(database.work, MESH.cpisMailbox)
  const seal = auditSeal(generateKeyPairSync('ed25519').privateKey)
  const unused = () => {
    throw new Error('Nobody asks for this')
  }
  const app = openInterfaces({
    config,
    baseUrl: 'http://cp-is.example',
    tls: undefined,
    storage,
    clock,
    logger,
    metrics,
    fhirUrl: 'http://cp-is.example',
    signIn: ANY_OFFICER,
    examples: [],
    launch: undefined,
    sessionSecret: OPERATOR,
    readTable: unused,
    lookUp: NO_LOOK_UP,
    seal,
    answerKept: () => undefined,
    tokens: issuer.settings,
  })
  const admin = createServer({ logger, otherwise: 'operations', onRefused: async () => undefined })
  admin.register(
    operationsApi({
      ...seal,
      storage,
      clock,
      newId,
      mesh: config.mesh,
      retention: config.retention,
      adminToken: OPERATOR,
      hasPages: true,
      probe: unused,
      metrics: metrics.read,
      reportFailure: () => undefined,
    }),
  )
  const [baseUrl, adminUrl] = [await listening(app), await listening(admin)]
  return {
    baseUrl,
    config,
    issuer,
    fetch: (input, init) => fetch(input, init).then(asResult),
    mesh: async (mailboxId, work) => {
      const { sharedKey } = config.mesh
      try {
        return await work(meshClient({ baseUrl, mailboxId, password: 'secret', sharedKey, now: clock.now }))
      } catch (error) {
        throw error instanceof MeshError && error.status === 503 ? new StorageUnavailable(error) : error
      }
    },
    command: async (path, body) => {
      const headers = { authorization: `Bearer ${OPERATOR}`, 'content-type': 'application/json' }
      await post(adminUrl + path, headers, JSON.stringify(body))
    },
    post: (path, headers, body) => post(baseUrl + path, headers, body),
    signedIn: async odsCode => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const { headers: answered } = await post(`${baseUrl}/sign-in`, headers, `person=${odsCode}`)
      const cookie = answered.get('set-cookie')?.split(';')[0] ?? ''
      const page = await (await fetch(`${baseUrl}/desk`, { headers: { cookie } })).text()
      return { cookie, csrf: /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '' }
    },
    close: async () => {
      await app.close()
      await admin.close()
      await issuer.close()
    },
  }
}

/** Whoever names an authority is one of its officers. */
const ANY_OFFICER: SignIn = {
  people: [],
  signIn: async id => ({
    kind: 'authority',
    name: 'Juniper',
    role: 'Duty officer',
    odsCode: id as OdsCode,
    organisation: id,
  }),
}

async function listening(app: FastifyInstance): Promise<string> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

async function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Response> {
  return asResult(await fetch(url, { method: 'POST', redirect: 'manual', headers, body }))
}

/** Spine's code for it, which comes with 500 (rules 11.4 and 13.3). */
const SOAP_COULD_NOT_LOOK = /errorCode>200</

/** "Could not look" at any interface, and nothing else, is what a connection that is lost may come to (rule 4.3). */
async function asResult(response: Response): Promise<Response> {
  if (response.status < 400) return response
  const said = await response.text()
  if (response.status === 503 || SOAP_COULD_NOT_LOOK.test(said)) throw new StorageUnavailable(said)
  throw new Error(`The answer was ${response.status}: ${said}`)
}
