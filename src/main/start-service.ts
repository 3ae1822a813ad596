import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer as createSocketServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as newId, v4 as newRequestId } from 'uuid'
import { pdsClient } from '../demographics/pds-client.ts'
import { parseOdsCode } from '../domain/organisation.ts'
import { fhirDoor } from '../doors/fhir/fhir-door.ts'
import { meshDoor } from '../doors/mesh/mesh-door.ts'
import { operationsDoor } from '../doors/operations/operations-door.ts'
import { spineDoor } from '../doors/spine/spine-door.ts'
import { answerQuery } from '../flows/answer-query.ts'
import { addClientSystem, ensureOwnMailbox } from '../flows/manage-exchange.ts'
import { recordRequest } from '../flows/record-request.ts'
import { readUpload } from '../formats/hl7v3/read-upload.ts'
import { writeAccessNotification } from '../formats/hl7v3/write-access-notification.ts'
import { writeAcknowledgement } from '../formats/hl7v3/write-acknowledgement.ts'
import { newMessageId } from '../formats/mesh/message-id.ts'
import { TOKEN_ALGORITHMS, tokenVerifier } from '../identity/token-verifier.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { operatorSecret } from './admin-token.ts'
import type { Config } from './config.ts'
import type { Logger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { openStore, type Store } from './open-store.ts'
import { createServer } from './server.ts'
import { startWorker } from './worker.ts'

export interface Service {
  readonly baseUrl: string
  readonly adminUrl: string
  readonly config: Config
  readonly store: Store
  readonly sandbox: Sandbox | undefined
  stop(): Promise<void>
}

/**
 * Puts the service together and starts it: the one file that knows doors and storage. Answers when it is listening. Throws
 * when the database cannot be opened or an address is taken.
 */
export async function startService(given: Config, logger: Logger): Promise<Service> {
  const config = {
    ...given,
    port: given.port || (await freePort()),
    adminPort: given.adminPort || (await freePort()),
  }
  const clock = { now: () => new Date() }
  const store = await openStore(config, logger)
  const { storage, database } = store
  const here = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`
  const baseUrl = config.baseUrl ?? here
  const sandbox = config.mode === 'sandbox' ? await openedSandbox(config, store, clock) : undefined

  const pdsUrl = config.pds.baseUrl ?? sandbox?.pdsUrl(here)
  if (!pdsUrl) throw new Error('A production configuration always names PDS')

  const operating = { storage, clock, newId, mesh: config.mesh }
  await ensureOwnMailbox(operating, {
    id: config.mesh.cpisMailbox,
    name: 'CP-IS',
    odsCode: ownOdsCode(),
    password: randomBytes(24).toString('base64url'),
  })

  for (const system of sandbox?.systems ?? []) {
    if (!(await storage.clientSystems.find(system.asid))) await addClientSystem(operating, system)
  }

  const recording = { audit: storage.audit, clock, newId }
  const metrics = createMetrics(database, config.mesh.cpisMailbox)
  const app = createServer({
    logger,
    metrics,
    onMalformed: door =>
      recordRequest(recording, {
        door,
        action: 'unknown request',
        outcome: 'refused',
        reason: 'malformed address',
      }),
  })
  app.register(
    fhirDoor({
      verifyToken: tokenVerifier({
        ...issuerOf(config, sandbox?.tokens(baseUrl, here)),
        algorithms: TOKEN_ALGORITHMS,
        clockToleranceSeconds: 5,
      }),
      answerQuery: request => answerQuery({ ...recording, queries: storage.queries }, request),
      recordRequest: entry => recordRequest(recording, entry),
      baseUrl: () => `${baseUrl}/cpis/FHIR/R4`,
      reportFailure: (error, action) =>
        logger.failure('request failed', error, { door: 'fhir', task: action }),
      softwareVersion: packageVersion(),
      now: clock.now,
      newId,
    }),
    { prefix: '/cpis/FHIR/R4' },
  )
  app.register(
    meshDoor({
      storage,
      sharedKey: config.mesh.sharedKey,
      cpisMailbox: config.mesh.cpisMailbox,
      uploadWorkflow: config.mesh.uploadWorkflow,
      clock,
      newId,
      maxRequestBytes: config.mesh.maxRequestBytes,
      environment: config.mode,
      reportFailure: (error, action) =>
        logger.failure('request failed', error, { door: 'mesh', task: action }),
    }),
    { prefix: '/messageexchange' },
  )
  if (config.spineAsid) {
    app.register(
      spineDoor({
        ownAsid: config.spineAsid,
        address: () => `${baseUrl}/sync-service`,
        findClientSystem: storage.clientSystems.find,
        answerQuery: request => answerQuery({ ...recording, queries: storage.queries }, request),
        recordRequest: entry => recordRequest(recording, entry),
        reportFailure: (error, action) =>
          logger.failure('request failed', error, { door: 'spine', task: action }),
        now: clock.now,
        newId,
      }),
      { prefix: '/sync-service' },
    )
  }
  sandbox?.routes(app, baseUrl)

  const admin = createServer({ logger, onMalformed: async () => undefined })
  admin.register(
    operationsDoor({
      ...operating,
      adminToken: operatorSecret(config),
      probe: async () => {
        await database.statement('probe', 'select 1', [])
      },
      metrics: metrics.read,
      ...(sandbox && { sandbox: async () => sandbox.describe({ ...config, baseUrl }) }),
    }),
  )

  try {
    await app.listen({ host: config.host, port: config.port })
    await admin.listen({ host: config.adminHost, port: config.adminPort })
  } catch (error) {
    // A port that is taken must leave nothing open, or the process would never end.
    await Promise.all([app.close(), admin.close()])
    await store.close()
    throw error
  }
  const worker = await startWorker({
    storage,
    jobs: store.jobs,
    logger,
    clock,
    newId,
    newMessageId: () => newMessageId(clock.now()),
    ...config.mesh,
    windowMs: config.notificationWindowMs,
    demographics: pdsClient({
      baseUrl: pdsUrl,
      token: async () => config.pds.token,
      timeoutMs: config.pds.timeoutMs,
      retries: config.pds.retries,
      breaker: { failures: config.pds.failures, coolDownMs: config.pds.coolDownMs },
      newRequestId,
      now: clock.now,
    }),
    pdsConcurrency: config.pds.concurrency,
    pdsPatienceMs: config.pds.patienceMs,
    sleep,
    readUpload: bytes => readUpload(bytes, { limits: { total: config.maxUploadCharacters } }),
    writeAcknowledgement,
    writeAccessNotification,
  })
  logger.info('listening', { database: database.engine, mode: config.mode })

  return {
    baseUrl,
    adminUrl: `http://${config.adminHost}:${config.adminPort}`,
    config,
    store,
    sandbox,
    stop: async () => {
      await app.close()
      await admin.close()
      await worker.stop()
      await store.close()
    },
  }
}

/** The sandbox is only loaded where it is wanted: in production mode its code does not even run. */
async function openedSandbox(config: Config, store: Store, clock: { now(): Date }): Promise<Sandbox> {
  const { openSandbox } = await import('../sandbox/sandbox.ts')
  return openSandbox(store.database, config.sandbox, clock, newId)
}

/** Whose tokens are believed: the configured issuer's, or in the sandbox its own. */
function issuerOf(config: Config, ofSandbox: Config['tokens']) {
  const tokens = config.tokens ?? ofSandbox
  if (!tokens) throw new Error('A production configuration always names an issuer')
  return { issuer: tokens.issuer, audience: tokens.audience, jwksUrl: new URL(tokens.jwksUrl) }
}

function packageVersion(): string {
  const description = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(description) as { version: string }).version
}

/** NHS England, which runs the national service. */
function ownOdsCode() {
  const code = parseOdsCode('X26')
  if (!code) throw new Error('X26 is a code')
  return code
}

/** A port that was free a moment ago, for those who configure none: the base address has to be known before listening. */
async function freePort(): Promise<number> {
  const probe = createSocketServer()
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise(resolve => probe.close(resolve))
  if (!address || typeof address === 'string') throw new Error('No port is free')
  return address.port
}
