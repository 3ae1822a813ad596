import type { Kysely } from 'kysely'
import { type Db, fromKysely, PgBoss } from 'pg-boss'
import type { JobName, JobQueue } from '../flows/ports.ts'
import type { Database } from './open-database.ts'
import type { Schema } from './schema.ts'

/** A worker that stops without a word is noticed after this time and its job given to another. */
const HEARTBEAT_SECONDS = 10

export interface Jobs {
  /** The queue as part of a transaction, or on its own. */
  queue(db: Kysely<Schema>): JobQueue
  /** Starts working on a queue; `run` is called with a job's key and tried again, for ever and ever slower, while it throws. */
  work(
    name: JobName,
    options: { concurrency: number; pollSeconds: number },
    run: (key: string) => Promise<void>,
  ): Promise<void>
  /** Lets work that has begun finish, up to the time given, and stops. */
  stop(timeoutMs: number): Promise<void>
}

/** Jobs kept in the same database as the work they are for (pg-boss), so that a commit makes both or neither. */
export async function startJobs(database: Database, onError: (error: Error) => void): Promise<Jobs> {
  const boss = new PgBoss({
    db: database.jobs,
    backend: database.engine === 'embedded' ? 'pglite' : 'postgres',
    monitorIntervalSeconds: HEARTBEAT_SECONDS,
    superviseIntervalSeconds: HEARTBEAT_SECONDS,
  })
  boss.on('error', onError)
  try {
    await prepare(boss, database)
  } catch (error) {
    // What the library has started would keep a process alive that cannot do anything.
    await boss.stop({ graceful: false }).catch(() => undefined)
    throw error
  }
  let stopped: Promise<void> | undefined
  return {
    queue: db => ({
      enqueue: async (name, key) => {
        await boss.send(name, { key }, { singletonKey: key, db: jobsWithin(db) })
      },
    }),
    work: async (name, { concurrency, pollSeconds }, run) => {
      await boss.work<{ key: string }>(
        name,
        { pollingIntervalSeconds: pollSeconds, localConcurrency: concurrency },
        async ([job]) => {
          if (job) await run(job.data.key)
        },
      )
    },
    stop: timeoutMs => {
      stopped ??= boss.stop({ graceful: true, timeout: timeoutMs })
      return stopped
    },
  }
}

async function prepare(boss: PgBoss, database: Database): Promise<void> {
  await boss.start()
  await boss.createQueue('receive-upload', {
    policy: 'exclusive',
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: 3600,
    retryLimit: 1_000_000,
    retryBackoff: true,
    retryDelay: 1,
    retryDelayMax: 60,
    deleteAfterSeconds: 3600,
  })
  // Before any transaction begins: this also makes the library look the queue up, which within one of the embedded database,
  // whose only connection the transaction holds, would wait for itself.
  if (database.engine === 'embedded') await dropOrphans(boss, 'receive-upload')
}

function jobsWithin(db: Kysely<Schema>): Db {
  return fromKysely(db)
}

/**
 * On the embedded database nobody else can be at work: what a killed process left behind is taken off the queue, and made anew
 * from the mailbox, without the pause that a job which failed would have to wait.
 */
async function dropOrphans(boss: PgBoss, name: JobName): Promise<void> {
  const jobs = await boss.findJobs(name)
  const orphans = jobs.filter(job => job.state === 'active' || job.state === 'retry').map(job => job.id)
  if (orphans.length > 0) await boss.deleteJob(name, orphans)
}
