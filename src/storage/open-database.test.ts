import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createServerDatabase } from '../../test/support/engines.ts'
import { databaseProxy, type NetworkProxy } from '../../test/support/network-proxy.ts'
import { PART, TEST_SERVER } from '../../test/support/suite.ts'
import { StorageUnavailable } from '../flows/storage-unavailable.ts'
import { type Database, openServer } from './open-database.ts'

const LIMITS = { connectMs: 400, statementMs: 600, workStatementMs: 2_000 }
/** What a wait may take beyond its limit on a busy machine. */
const LATE_MS = 3_000

/** Vitest fails a file in which an error is heard by nobody, which is what ended the process. */
describe.skipIf(PART === 'everyday' || !TEST_SERVER)('a PostgreSQL server that fails', () => {
  let place: Awaited<ReturnType<typeof createServerDatabase>>
  let proxy: NetworkProxy & { readonly url: string }
  let database: Database

  beforeAll(async () => {
    place = await createServerDatabase(TEST_SERVER ?? '')
    proxy = await databaseProxy(place.url)
    database = await openServer({ url: proxy.url, maxConnections: 2, workConnections: 2, limits: LIMITS })
    await database.statement('t', 'create table t (n integer primary key)', [])
  })
  afterAll(async () => {
    await database.close()
    await proxy.close()
    await place.remove()
  })

  const rows = async () =>
    (await database.statement<{ n: number }>('all', 'select n from t order by n', [])).length
  const timed = async (work: Promise<unknown>) => {
    const begun = performance.now()
    await expect(work).rejects.toBeInstanceOf(StorageUnavailable)
    return performance.now() - begun
  }
  const pid = sql<{ pid: number }>`select pg_backend_pid() as pid`

  test('a connection ended inside a transaction fails that transaction and nothing else', async () => {
    const before = await rows()
    const transaction = database.kysely.transaction().execute(async trx => {
      await sql`insert into t values (1)`.execute(trx)
      const { rows } = await pid.execute(trx)
      await database.work.statement('end', 'select pg_terminate_backend($1)', [rows[0]?.pid])
      await new Promise(resolve => setTimeout(resolve, 100))
      await sql`insert into t values (2)`.execute(trx)
    })
    await expect(transaction).rejects.toBeInstanceOf(StorageUnavailable)
    expect(await rows()).toBe(before)
  })

  test('a connection cut inside a transaction while nothing is asked is heard', async () => {
    const transaction = database.kysely.transaction().execute(async trx => {
      await sql`insert into t values (3)`.execute(trx)
      proxy.cut()
      await new Promise(resolve => setTimeout(resolve, 100))
    })
    await expect(transaction).rejects.toBeInstanceOf(StorageUnavailable)
    expect(await rows()).toBe(0)
  })

  test('a server that does not answer is given up after the time that is set, at each step', async () => {
    await rows()
    proxy.freeze(true)
    const limit = LIMITS.statementMs + 1_000 + LIMITS.connectMs + LATE_MS
    expect(await timed(rows())).toBeLessThan(limit)
    expect(await timed(rows())).toBeLessThan(limit)
    proxy.freeze(false)
    expect(await rows()).toBe(0)
  })

  test('a transaction on a server that stops answering ends, with its roll-back', async () => {
    let begun = 0
    const transaction = database.kysely.transaction().execute(async trx => {
      await sql`insert into t values (4)`.execute(trx)
      begun = performance.now()
      proxy.freeze(true)
      await sql`insert into t values (5)`.execute(trx)
    })
    await expect(transaction).rejects.toBeInstanceOf(StorageUnavailable)
    expect(performance.now() - begun).toBeLessThan(LIMITS.statementMs + 1_000 + LATE_MS)
    proxy.freeze(false)
    expect(await rows()).toBe(0)
  })

  test('a statement that takes too long is ended by the server, and its connection can be used again', async () => {
    expect(await timed(database.statement('slow', 'select pg_sleep(30)', []))).toBeLessThan(
      LIMITS.statementMs + LATE_MS,
    )
    expect(await rows()).toBe(0)
  })

  test('background work may take longer, and takes no connection of those who ask', async () => {
    const work = Promise.all([1, 2].map(() => database.work.statement('work', 'select pg_sleep(1)', [])))
    expect(await rows()).toBe(0)
    await work
  })

  test('waiting for a lock has an end', async () => {
    await database.statement('one', 'insert into t values (6)', [])
    await database.work.kysely.transaction().execute(async trx => {
      await sql`delete from t where n = 6`.execute(trx)
      expect(await timed(database.statement('locked', 'update t set n = 7 where n = 6', []))).toBeLessThan(
        LIMITS.statementMs + LATE_MS,
      )
    })
  })

  test('waiting for a connection that others hold has an end', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const held = [1, 2].map(() =>
      database.kysely.transaction().execute(async trx => {
        await pid.execute(trx)
        await promise
      }),
    )
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(await timed(rows())).toBeLessThan(LIMITS.connectMs + LATE_MS)
    resolve()
    await Promise.all(held)
  })

  test('a server that is not there is told at once, and at its opening', async () => {
    const nobody = await openServer({
      url: 'postgres://postgres@127.0.0.1:1/none',
      maxConnections: 2,
      limits: LIMITS,
    })
    expect(await timed(nobody.statement('one', 'select 1', []))).toBeLessThan(LATE_MS)
    await nobody.close()
  })

  test('an error in a statement stays an error', async () => {
    await expect(database.statement('wrong', 'select nothing from nowhere', [])).rejects.not.toBeInstanceOf(
      StorageUnavailable,
    )
  })
})
