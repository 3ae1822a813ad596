import { setTimeout as sleep } from 'node:timers/promises'
import { type RawBuilder, sql } from 'kysely'
import { v7 as newId } from 'uuid'
import { newPassword } from '../../../src/api/common/registration/new-password.ts'
import type { MailboxId, OdsCode } from '../../../src/domain/organisation.ts'
import type { Storage } from '../../../src/flows/ports.ts'
import { addAuthority } from '../../../src/flows/registration/manage-exchange.ts'
import { newMessageId } from '../../../src/formats/mesh/message-id.ts'
import { startJobs } from '../../../src/storage/job-queue.ts'
import { migrate } from '../../../src/storage/migrate.ts'
import { type Database, openServer } from '../../../src/storage/open-database.ts'
import { storage as storageOn } from '../../../src/storage/storage.ts'
import { createServerDatabase } from '../engines.ts'
import { databaseProxy, type NetworkProxy } from '../network-proxy.ts'
import { NO_LOOK_UP } from '../records.ts'
import { until } from '../until.ts'
import { type CutInterfaces, openInterfacesUnderCuts } from './interfaces.ts'
import { MESH } from './mesh-names.ts'

/** What the connections that are cut are called on the server. */
const CUT = 'cut'

/** Most cuts are noticed by the server within this time. */
const SETTLES_WITHIN_MS = 3

/** One database, reached over connections that are cut and over others that never are. */
export interface CutBench {
  readonly database: Database
  /** Over connections that are never cut. */
  readonly storage: Storage
  /** Over connections that are. */
  readonly cutStorage: Storage
  readonly proxy: NetworkProxy
  /** The interfaces, over connections that are cut. */
  readonly interfaces: CutInterfaces
  readonly clock: { now(): Date }
  /** Moves the clock. */
  pass(ms: number): void
  /** What every flow needs. */
  deps(storage: Storage): FlowDeps
  /** An authority that nobody has used yet, live and told in its mailbox. */
  authority(settings?: { readonly live?: boolean; readonly toldAt?: 'desk' }): Promise<FreshAuthority>
  /** The numbers in the one row of a statement. */
  numbers(statement: RawBuilder<unknown>): Promise<Readonly<Record<string, number>>>
  /** Waits until the server has noticed each cut, and undone what was not committed. */
  settled(): Promise<void>
  /** The server ends every connection that may be cut. */
  terminate(): Promise<void>
  /** Waits until something can be asked again over a connection that may be cut. */
  answers(): Promise<void>
  close(): Promise<void>
}

export interface FreshAuthority {
  readonly odsCode: OdsCode
  readonly mailbox: MailboxId
}

export type FlowDeps = ReturnType<typeof flowDeps>

export async function openCutBench(server: string): Promise<CutBench> {
  const place = await createServerDatabase(server)
  const proxy = await databaseProxy(place.url)
  const named = (address: string, name: string) => {
    const url = new URL(address)
    url.searchParams.set('application_name', name)
    // The server is never stopped: nothing is shown by waiting for its disk.
    url.searchParams.set('options', '-c synchronous_commit=off')
    return url.href
  }
  const database = await openServer({ url: named(place.url, 'whole'), maxConnections: 4 })
  await migrate(database.kysely)
  const jobs = await startJobs(database, error => {
    throw error
  })
  const cut = await openServer({ url: named(proxy.url, CUT), maxConnections: 2 })
  const storage = storageOn(database, jobs)
  const cutStorage = storageOn(cut, jobs)
  let skew = 0
  const clock = { now: () => new Date(Date.now() + skew) }
  const deps = (of: Storage) => flowDeps(of, clock)
  const interfaces = await openInterfacesUnderCuts({ database, storage: cutStorage, clock })
  let made = 0
  await storage.mailboxes.add({
    id: MESH.cpisMailbox,
    name: 'CP-IS',
    odsCode: 'X26' as OdsCode,
    password: 'secret',
  })
  return {
    database,
    storage,
    cutStorage,
    proxy,
    interfaces,
    clock,
    pass: ms => {
      skew += ms
    },
    deps,
    authority: async ({ live = true, toldAt } = {}) => {
      const odsCode = `C${String(++made).padStart(4, '0')}` as OdsCode
      const id = `MB${odsCode}` as MailboxId
      const mailbox = { id, name: odsCode, odsCode, password: 'secret' }
      await addAuthority(deps(storage), {
        odsCode,
        name: odsCode,
        mailbox,
        live,
        ...(toldAt && { toldAt }),
      })
      return { odsCode, mailbox: id }
    },
    numbers: async statement => {
      const { rows } = await statement.execute(database.kysely)
      return rows[0] as Readonly<Record<string, number>>
    },
    settled: async () => {
      const unsettled = sql`
        select from pg_stat_activity
        where datname = current_database() and application_name = ${CUT} and state <> 'idle'`
      while ((await unsettled.execute(database.kysely)).rows.length > 0) await sleep(SETTLES_WITHIN_MS)
    },
    terminate: async () => {
      await sql`
        select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and application_name = ${CUT}`.execute(database.kysely)
    },
    answers: () =>
      until(() => cutStorage.mailboxes.find(MESH.cpisMailbox).catch(() => undefined)).then(() => undefined),
    close: async () => {
      await interfaces.close()
      await jobs.stop(1_000)
      await cut.close()
      await database.close()
      await proxy.close()
      await place.remove()
    },
  }
}

function flowDeps(storage: Storage, clock: { now(): Date }) {
  return {
    ...MESH,
    mesh: MESH,
    lookUp: NO_LOOK_UP,
    numberCheckHours: 24,
    storage,
    clock,
    newId,
    newMessageId: () => newMessageId(clock.now()),
    newPassword,
    windowMs: 0,
    watchEveryMs: 300_000,
    sleep: async () => undefined,
  }
}
