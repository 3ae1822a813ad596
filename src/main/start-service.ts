import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as newId, v4 as newRequestId } from 'uuid'
import { answerCallback } from '../callbacks/answer-callback.ts'
import { httpPoster } from '../client/http-post.ts'
import { pdsClient } from '../demographics/pds-client.ts'
import { parseOdsCode } from '../domain/organisation.ts'
import { operationsDoor } from '../doors/operations/operations-door.ts'
import { addClientSystem, ensureOwnMailbox } from '../flows/manage-exchange.ts'
import { readUpload } from '../formats/hl7v3/read-upload.ts'
import { writeAccessNotification } from '../formats/hl7v3/write-access-notification.ts'
import { writeAcknowledgement } from '../formats/hl7v3/write-acknowledgement.ts'
import { writeInactiveNumberNotification } from '../formats/hl7v3/write-inactive-number-notification.ts'
import { newMessageId } from '../formats/mesh/message-id.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { operatorSecret } from './admin-token.ts'
import { startAnswerPoster } from './answer-poster.ts'
import { openAuditSeal } from './audit-seal.ts'
import type { Config } from './config.ts'
import { closeInside, listenInside } from './inside-address.ts'
import type { Logger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { openDoors } from './open-doors.ts'
import { openStore, type Store } from './open-store.ts'
import { relayCredentials, startRelay } from './relay.ts'
import { createServer } from './server.ts'
import { callbackTls, readTls } from './tls.ts'
import { startWorker } from './worker.ts'

/** The longest that posting an answer to its system may take. */
const POST_WITHIN_MS = 15_000

export interface Service {
  readonly baseUrl: string
  readonly adminUrl: string
  /** How a sandbox that speaks HTTPS reaches itself. */
  readonly insideUrl: string | undefined
  readonly config: Config
  readonly store: Store
  readonly sandbox: Sandbox | undefined
  stop(): Promise<void>
}

/**
 * Puts the service together and starts it. Answers when it is listening. Throws
 * when the database cannot be opened or an address is taken.
 */
export async function startService(given: Config, logger: Logger): Promise<Service> {
  const config = {
    ...given,
    port: given.port || (await freePort()),
    adminPort: given.adminPort || (await freePort()),
  }
  const tls = config.tls && readTls(config.tls)
  const seal = openAuditSeal(config)
  const credentials = config.relay && relayCredentials(config.relay)
  const clock = { now: () => new Date() }
  const store = await openStore(config, logger)
  const { storage, database } = store
  const at = `${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`
  const baseUrl = config.baseUrl ?? `${tls ? 'https' : 'http'}://${at}`
  const sandbox = config.mode === 'sandbox' ? await openedSandbox(config, store, clock) : undefined

  const insidePort = tls && sandbox && (await freePort())
  const here = insidePort ? `http://127.0.0.1:${insidePort}` : `http://${at}`
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

  const callbacks = httpPoster(POST_WITHIN_MS, tls && callbackTls(tls))
  const poster = startAnswerPoster({
    storage,
    clock,
    newId,
    logger,
    postWithinMs: POST_WITHIN_MS,
    post: answerCallback(callbacks),
    reportUndeliverable: ({ system, messageId, reason }) =>
      logger.error('an answer could not be delivered: see cpis client undelivered', {
        system,
        messageId,
        reason,
      }),
  })
  const metrics = createMetrics(database, config.mesh.cpisMailbox)
  const app = openDoors({
    config,
    baseUrl,
    tls,
    storage,
    clock,
    logger,
    metrics,
    seal,
    answerKept: poster.wake,
    fhirUrl: config.pages.fhirUrl ?? `${here}/cpis/FHIR/R4`,
    launch: config.pages.launch ?? sandbox?.tokens(baseUrl, here),
    signIn: sandbox?.signIn(baseUrl),
    examples: sandbox?.people ?? [],
    sessionSecret: operatorSecret(config),
    tokens: tokensOf(config, here, baseUrl, sandbox),
  })
  sandbox?.routes(app, baseUrl)

  const admin = createServer({ logger, otherwise: 'operations', onMalformed: async () => undefined })
  admin.register(
    operationsDoor({
      ...operating,
      ...seal,
      adminToken: operatorSecret(config),
      probe: async () => {
        await database.statement('probe', 'select 1', [])
      },
      metrics: metrics.read,
      reportFailure: (error, task) => logger.failure('request failed', error, { door: 'operations', task }),
      ...(sandbox && { sandbox: async () => sandbox.describe({ ...config, baseUrl }) }),
    }),
  )

  let inside: Server | undefined
  try {
    await app.listen({ host: config.host, port: config.port })
    await admin.listen({ host: config.adminHost, port: config.adminPort })
    if (insidePort) inside = await listenInside(app, insidePort)
  } catch (error) {
    // A port that is taken must leave nothing open, or the process would never end.
    await Promise.all([closeInside(inside), app.close(), admin.close(), poster.stop()])
    callbacks.close()
    await store.close()
    throw error
  }
  const exchange = {
    ...seal,
    storage,
    logger,
    clock,
    newId,
    newMessageId: () => newMessageId(clock.now()),
    ...config.mesh,
  }
  const relay = config.relay && startRelay(exchange, config.relay, credentials ?? {})
  const worker = await startWorker({
    ...exchange,
    jobs: store.jobs,
    relayed: relay !== undefined,
    windowMs: config.notificationWindowMs,
    watchEveryMs: config.watchEveryMs,
    auditCheckHours: config.audit.checkHours,
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
    writeInactiveNumberNotification,
    numberCheckHours: config.numbers.checkHours,
    numberChecksPerSecond: config.numbers.checksPerSecond,
  })
  if (config.mode === 'production' && config.spineAsid && !tls?.clientCa) {
    logger.warn(
      'certificates of client systems are not checked here (CPIS_TLS_CLIENT_CA): a proxy in front has to',
    )
  }
  logger.info('listening', { database: database.engine, mode: config.mode })

  return {
    baseUrl,
    adminUrl: `http://${config.adminHost}:${config.adminPort}`,
    insideUrl: inside && here,
    config,
    store,
    sandbox,
    stop: async () => {
      await closeInside(inside)
      await app.close()
      await admin.close()
      await relay?.stop()
      await worker.stop()
      await poster.stop()
      callbacks.close()
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
function tokensOf(config: Config, here: string, baseUrl: string, sandbox: Sandbox | undefined) {
  const tokens = config.tokens ?? sandbox?.tokens(baseUrl, here)
  if (!tokens) throw new Error('A production configuration always names an issuer')
  return tokens
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
