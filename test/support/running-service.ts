import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/main/config.ts'
import { type Service, startService } from '../../src/main/start-service.ts'
import { capturedLog } from './capture.ts'
import { createServerDatabase } from './engines.ts'
import { describeOn, ENGINES, type Engine, TEST_SERVER } from './suite.ts'

export interface RunningService {
  readonly service: Service
  readonly logLines: string[]
  stop(): Promise<void>
}

/** Where a service of a test keeps its data. */
export interface Place {
  readonly engine: Engine
  /** Configuration that leads a service there. */
  readonly settings: Readonly<Record<string, string>>
  remove(): Promise<void>
}

/** A journey through the running service: on the embedded database and, in the rest of the suite, on PostgreSQL. */
export function describeJourney(name: string, journey: (engine: Engine) => void): void {
  describeOn(ENGINES, name, journey)
}

/** An empty place of its own for one service. */
export async function makePlace(engine: Engine): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cpis-test-'))
  const removeDirectory = () => rmSync(dataDir, { recursive: true, force: true })
  if (engine === 'embedded') {
    return { engine, settings: { CPIS_DATA_DIR: dataDir }, remove: async () => removeDirectory() }
  }
  if (!TEST_SERVER) throw new Error('A place on PostgreSQL needs CPIS_TEST_DATABASE_URL')
  const database = await createServerDatabase(TEST_SERVER)
  return {
    engine,
    settings: { CPIS_DATA_DIR: dataDir, CPIS_DATABASE_URL: database.url },
    remove: async () => {
      await database.remove()
      removeDirectory()
    },
  }
}

/** Starts the real service in this process on free ports; its log is kept to be searched. */
export async function startIn(
  place: Place,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningService> {
  const { logger, lines } = capturedLog()
  const config = readConfig({ PORT: '0', CPIS_ADMIN_PORT: '0', ...place.settings, ...settings })
  const service = await startService(config, logger)
  return { service, logLines: lines, stop: () => service.stop() }
}
