import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { v7 as newId } from 'uuid'
import { meshApi } from '../../src/api/mesh/mesh-api.ts'
import type { AuditEntry } from '../../src/domain/audit/audit.ts'
import type { MailboxId, OdsCode } from '../../src/domain/organisation.ts'
import type { Storage, Stores } from '../../src/flows/ports.ts'
import { newMessageId } from '../../src/formats/mesh/message-id.ts'
import { writeToken } from '../../src/formats/mesh/token.ts'
import { embeddedTemplate } from '../../src/storage/embedded-template.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { type Database, openEmbedded } from '../../src/storage/open-database.ts'
import { storage } from '../../src/storage/storage.ts'

export const SHARED_KEY = 'test-shared-key'
export const CPIS = 'CPISTEST' as MailboxId
export const ALPHA = 'ALPHA01' as MailboxId
export const BETA = 'BETA01' as MailboxId
export const UPLOAD = 'CPIS_TEST_UPLOAD'
/** Under this one ALPHA and BETA may send each other anything; it is the one that the NHS's own client cannot leave. */
export const OPEN = 'API-DOCS-TEST'

export interface MeshBench {
  readonly app: FastifyInstance
  readonly storage: Storage
  readonly database: Database
  /** What is passed to flows that are called without the API. */
  readonly deps: {
    readonly storage: Storage
    readonly clock: { now(): Date }
    readonly newId: () => string
    readonly newMessageId: () => string
    readonly cpisMailbox: MailboxId
    readonly uploadWorkflow: string
  }
  /** Keys of the jobs that were enqueued and committed. */
  jobs(): Promise<string[]>
  /** Audit entries, oldest first, without those that came before the last call. */
  audited(): Promise<Partial<AuditEntry>[]>
  /** Moves the clock. */
  pass(milliseconds: number): void
  /** From now on nothing can be added to the audit log; or again it can. */
  breakAudit(broken: boolean): void
  readonly failures: unknown[]
  close(): Promise<void>
}

interface MeshBenchOptions {
  readonly maxRequestBytes?: number
  /** Who may look mailboxes up without a token; otherwise nobody. */
  readonly mayLookUp?: Parameters<typeof meshApi>[0]['mayLookUp']
}

/** The mailbox API on a database of its own, with two authorities, CP-IS and a clock that a test moves. */
export async function openMeshBench(
  options: MeshBenchOptions & { onDisk?: boolean } = {},
): Promise<MeshBench> {
  const directory = mkdtempSync(join(tmpdir(), 'cp-is-mesh-'))
  const database = await openEmbedded({
    template: await embeddedTemplate(),
    ...(options.onDisk && { dataDir: join(directory, 'database') }),
  })
  await migrate(database.kysely)
  const bench = await meshBenchOn(database, options)
  return {
    ...bench,
    close: async () => {
      await bench.close()
      await database.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** The same on a database that is the caller's to open, migrate and close. */
export async function meshBenchOn(database: Database, options: MeshBenchOptions = {}): Promise<MeshBench> {
  await database.statement('make_jobs', 'create table if not exists test_job (key text)', [])
  const real = storage(database, {
    queue: db => ({
      enqueue: async (_name, key) => {
        await sql`insert into test_job (key) values (${key})`.execute(db)
      },
    }),
    work: async () => undefined,
    stop: async () => undefined,
  })
  let broken = false
  const guarded = <S extends Stores>(stores: S): S => ({
    ...stores,
    audit: {
      append: async (entry: AuditEntry) => {
        if (broken) throw new Error('The audit log is out of order')
        await stores.audit.append(entry)
      },
    },
  })
  const store: Storage = {
    ...guarded(real),
    transaction: work => real.transaction(stores => work(guarded(stores))),
    registration: work => real.registration(stores => work(guarded(stores))),
  }
  await furnish(store)

  let skew = 0
  const clock = { now: () => new Date(Date.now() + skew) }
  const failures: unknown[] = []
  const app = Fastify({ logger: false, forceCloseConnections: true, routerOptions: { maxParamLength: 1024 } })
  app.register(
    meshApi({
      storage: store,
      sharedKey: SHARED_KEY,
      cpisMailbox: CPIS,
      uploadWorkflow: UPLOAD,
      clock,
      newId,
      maxRequestBytes: options.maxRequestBytes ?? 100 * 1024 * 1024,
      mayLookUp: options.mayLookUp ?? (() => undefined),
      environment: 'test',
      reportFailure: error => failures.push(error),
    }),
    { prefix: '/messageexchange' },
  )
  await app.ready()
  let seen = new Set<string>()
  return {
    app,
    storage: store,
    database,
    deps: {
      storage: store,
      clock,
      newId,
      newMessageId: () => newMessageId(clock.now()),
      cpisMailbox: CPIS,
      uploadWorkflow: UPLOAD,
    },
    jobs: async () =>
      (await database.statement<{ key: string }>('jobs', 'select key from test_job', [])).map(
        ({ key }) => key,
      ),
    audited: async () => {
      const rows = await database.kysely.selectFrom('audit').selectAll().orderBy('id').execute()
      const fresh = rows.filter(row => !seen.has(row.id))
      seen = new Set(rows.map(row => row.id))
      return fresh.map(row => {
        const told = {
          via: row.door,
          action: row.action,
          outcome: row.outcome,
          reason: row.reason,
          actor: row.actor,
          subject: row.subject,
          details: row.details,
        }
        return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null))
      })
    },
    pass: milliseconds => {
      skew += milliseconds
    },
    breakAudit: state => {
      broken = state
    },
    failures,
    close: () => app.close(),
  }
}

async function furnish({ mailboxes, workflows }: Storage): Promise<void> {
  for (const [id, name, odsCode] of [
    [CPIS, 'CP-IS', 'X26'],
    [ALPHA, 'ALPHA COUNCIL', 'X9A'],
    [BETA, 'BETA COUNCIL', 'X9B'],
  ] as const) {
    await mailboxes.add({ id: id as MailboxId, name, odsCode: odsCode as OdsCode, password: passwordOf(id) })
  }
  await workflows.add({ id: UPLOAD, description: 'upload', senders: [ALPHA], receivers: [CPIS] })
  await workflows.add({ id: OPEN, description: 'anything', senders: [ALPHA, BETA], receivers: [ALPHA, BETA] })
  await workflows.add({ id: 'OPEN_ACK', description: 'more', senders: [ALPHA], receivers: [BETA] })
}

export function passwordOf(mailbox: string): string {
  return `secret-${mailbox}`
}

/** A fresh token of a mailbox. */
export function tokenOf(mailbox: string, use: Partial<Parameters<typeof writeToken>[1]> = {}): string {
  return writeToken(
    { mailbox, password: passwordOf(mailbox), sharedKey: SHARED_KEY },
    { nonce: newId(), count: 0, at: new Date(), ...use },
  )
}

export const ACCEPT = { 1: 'application/vnd.mesh.v1+json', 2: 'application/vnd.mesh.v2+json' } as const

export interface Call {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly as?: string
  readonly version?: 1 | 2
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
}

/** Calls the API as a mailbox does; `path` is below `/messageexchange`. */
export function caller(bench: () => MeshBench) {
  return ({ method = 'GET', as = ALPHA, version = 2, headers = {}, body }: Call, path: string) => {
    const { app, deps } = bench()
    return app.inject({
      method,
      url: `/messageexchange${path}`,
      headers: { accept: ACCEPT[version], authorization: tokenOf(as, { at: deps.clock.now() }), ...headers },
      ...(body !== undefined && { payload: body }),
    })
  }
}
