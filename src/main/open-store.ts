import { existsSync, rmSync, writeFileSync } from 'node:fs'
import type { Storage } from '../flows/ports.ts'
import { embeddedTemplate } from '../storage/embedded-template.ts'
import { type Jobs, startJobs } from '../storage/job-queue.ts'
import { migrate } from '../storage/migrate.ts'
import { type Database, openEmbedded, openServer } from '../storage/open-database.ts'
import { storage } from '../storage/storage.ts'
import { type Config, embeddedDirectory } from './config.ts'
import { lockDirectory } from './lock-directory.ts'
import type { Logger } from './logger.ts'

export interface Store {
  readonly database: Database
  readonly jobs: Jobs
  readonly storage: Storage
  /** The same stores for background work, which has connections of its own and may take longer. */
  readonly workStorage: Storage
  /** The steps it took to bring the database up to date. */
  readonly migrated: readonly string[]
  close(): Promise<void>
}

/** Opens whichever database is configured, brought up to date, with its job queue. */
export async function openStore(config: Config, logger: Logger): Promise<Store> {
  const { database, release } = config.database.url
    ? await onServer(config, config.database.url)
    : await embedded(config)
  try {
    const steps = await migrate(database.work.kysely)
    if (steps.length > 0) logger.info('database migrated', { count: steps.length, database: database.engine })
    const jobs = await startJobs(database, error => logger.failure('job queue failed', error))
    return {
      database,
      jobs,
      storage: storage(database, jobs),
      workStorage: storage(database.work, jobs),
      migrated: steps,
      close: async () => {
        await jobs.stop(config.stopWithinMs)
        await database.close()
        release()
      },
    }
  } catch (error) {
    await database.close()
    release()
    throw error
  }
}

async function onServer(config: Config, url: string) {
  const database = await openServer({
    url,
    maxConnections: config.database.connections,
    workConnections: config.database.workConnections,
    limits: config.database.limits,
  })
  return { database, release: () => undefined }
}

async function embedded(config: Config) {
  const release = lockDirectory(config.dataDir)
  const dataDir = embeddedDirectory(config)
  const unpacking = `${dataDir}.unpacking`
  try {
    // A first start that was killed while it unpacked left half a database, in which nothing was ever kept.
    if (existsSync(unpacking)) rmSync(dataDir, { recursive: true, force: true })
    if (existsSync(dataDir)) return { database: await openEmbedded({ dataDir }), release }
    writeFileSync(unpacking, '')
    const database = await openEmbedded({ dataDir, template: await embeddedTemplate() })
    rmSync(unpacking)
    return { database, release }
  } catch (error) {
    release()
    throw error
  }
}
