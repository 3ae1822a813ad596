import { randomBytes } from 'node:crypto'
import { createServer as createSocketServer } from 'node:net'
import { v7 as newId } from 'uuid'
import { operationsApi } from '../api/operations/operations-api.ts'
import { pdsClient } from '../demographics/pds-client.ts'
import { numberLookUp } from '../flows/person/look-up-number.ts'
import { ensureOwnMailbox } from '../flows/registration/manage-exchange.ts'
import { registerClientSystem } from '../flows/registration/register.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { operatorSecret } from './admin-token.ts'
import { openAuditSeal } from './audit-seal.ts'
import { type Closing, closing } from './closing.ts'
import type { Config } from './config.ts'
import { closeInside, listenInside } from './inside-address.ts'
import type { Logger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { openInterfaces } from './open-interfaces.ts'
import { openStore, type Store } from './open-store.ts'
import { ownOdsCode } from './own-ods-code.ts'
import { pdsOptions } from './pds-config.ts'
import { relayCredentials } from './relay.ts'
import { createServer } from './server.ts'
import { startWork, type Work } from './start-work.ts'
import { startReadingThreads } from './threads/reading-threads.ts'
import { workInThread } from './threads/work-in-thread.ts'
import { readTls } from './tls.ts'
import { within } from './within.ts'

/** Tables of officers that are read at a time. */
const TABLES_AT_ONCE = 2
/** The database has to answer a health check within this time. */
const PROBE_WITHIN_MS = 2_000

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
 * Puts the service together and starts it. Answers when it is listening. Throws when the database cannot be opened or an address is
 * taken, and the reason of the signal when that is aborted meanwhile; then nothing is left open.
 */
export async function startService(
  given: Config,
  logger: Logger,
  signal: AbortSignal = new AbortController().signal,
): Promise<Service> {
  const opened = closing(logger)
  try {
    return await openService(given, logger, opened, signal)
  } catch (error) {
    // Nothing may stay open, or the process would never end.
    await opened.close()
    throw error
  }
}

async function openService(
  given: Config,
  logger: Logger,
  opened: Closing,
  signal: AbortSignal,
): Promise<Service> {
  const config = {
    ...given,
    port: given.port || (await freePort()),
    adminPort: given.adminPort || (await freePort()),
  }
  const tls = config.tls && readTls(config.tls)
  const seal = openAuditSeal(config)
  // What cannot be read stops the start, before anything is opened.
  if (config.relay) relayCredentials(config.relay)
  const clock = { now: () => new Date() }
  const store = await openStore(config, logger)
  opened.add(() => within(config.stopWithinMs, store.close()))
  signal.throwIfAborted()
  const { storage, workStorage, database } = store
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
    await registerClientSystem(operating, system, 'new')
  }
  signal.throwIfAborted()

  const reading = startReadingThreads({
    threads: TABLES_AT_ONCE,
    cpuMs: config.uploads.cpuMs,
    uploadCharacters: config.uploads.characters,
  })
  opened.add(reading.close)
  let work: Work | undefined
  const metrics = createMetrics(database.work, config.mesh.cpisMailbox)
  const lookUp = numberLookUp({
    storage,
    clock,
    newId,
    demographics: pdsClient({ ...pdsOptions(config, pdsUrl), timeoutMs: config.pds.queryMs, retries: 0 }),
    numberCheckHours: config.numbers.checkHours,
    withinMs: config.pds.queryMs,
    perSecond: config.pds.queriesPerSecond,
    feedMs: config.numbers.feedMinutes && config.numbers.feedMinutes * 60_000,
    reportFailure: error => logger.failure('a number could not be looked up', error),
  })
  const signIn = sandbox?.signIn(baseUrl)
  const app = openInterfaces({
    config,
    baseUrl,
    tls,
    storage,
    clock,
    logger,
    metrics,
    seal,
    readTable: reading.readTable,
    lookUp,
    answerKept: () => work?.answerKept(),
    fhirUrl: config.pages.fhirUrl ?? `${here}/cpis/FHIR/R4`,
    launch: config.pages.launch ?? sandbox?.tokens(baseUrl, here),
    signIn,
    examples: sandbox?.people ?? [],
    sessionSecret: operatorSecret(config),
    tokens: tokensOf(config, here, baseUrl, sandbox),
  })
  opened.add(() => app.close())
  sandbox?.routes(app, baseUrl)

  const admin = createServer({ logger, otherwise: 'operations', onRefused: async () => undefined })
  opened.add(() => admin.close())
  admin.register(
    operationsApi({
      ...operating,
      ...seal,
      adminToken: operatorSecret(config),
      retention: config.retention,
      hasPages: signIn !== undefined,
      probe: async () => {
        await within(PROBE_WITHIN_MS, database.statement('probe', 'select 1', []))
      },
      metrics: metrics.read,
      reportFailure: (error, task) => logger.failure('request failed', error, { via: 'operations', task }),
      ...(sandbox && { sandbox: async () => sandbox.describe({ ...config, baseUrl }) }),
    }),
  )

  await app.listen({ host: config.host, port: config.port })
  await admin.listen({ host: config.adminHost, port: config.adminPort })
  const inside = insidePort ? await listenInside(app, insidePort) : undefined
  opened.add(() => closeInside(inside))
  signal.throwIfAborted()

  const keptHere = sandbox?.mailboxes ?? []
  work =
    database.engine === 'embedded' || !config.workThread
      ? await startWork({ config, pdsUrl, keptHere, logger, storage: workStorage, jobs: store.jobs })
      : await workInThread({ config, pdsUrl, keptHere }, logger)
  opened.add(work.stop)
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
    stop: opened.close,
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

/** A port that was free a moment ago, for those who configure none: the base address has to be known before listening. */
async function freePort(): Promise<number> {
  const probe = createSocketServer()
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise(resolve => probe.close(resolve))
  if (!address || typeof address === 'string') throw new Error('No port is free')
  return address.port
}
