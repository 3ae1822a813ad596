import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { embeddedTemplate } from '../../src/storage/embedded-template.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { type Database, openEmbedded, openServer } from '../../src/storage/open-database.ts'
import { describeOn, ENGINES, TEST_SERVER } from './suite.ts'

/** Runs the same tests on the embedded database and, in the rest of the suite, on a PostgreSQL server. */
export function describeOnEachEngine(name: string, tests: (database: () => Database) => void): void {
  describeOn(ENGINES, name, engine => {
    let opened: { database: Database; remove: () => Promise<void> } | undefined
    beforeAll(async () => {
      opened = await (engine === 'postgresql' && TEST_SERVER ? freshOnServer(TEST_SERVER) : freshEmbedded())
      await migrate(opened.database.kysely)
    })
    afterAll(async () => {
      await opened?.database.close()
      await opened?.remove()
    })
    tests(() => {
      if (!opened) throw new Error('The database is open only while tests run')
      return opened.database
    })
  })
}

async function freshEmbedded() {
  return {
    database: await openEmbedded({ template: await embeddedTemplate() }),
    remove: async () => undefined,
  }
}

async function freshOnServer(server: string) {
  const { url, remove } = await createServerDatabase(server)
  return { database: await openServer({ url, maxConnections: 10 }), remove }
}

/** Makes an empty database with a name of its own; `remove` drops it, whoever is still connected. */
export async function createServerDatabase(server: string) {
  const name = `cpis_test_${randomUUID().replaceAll('-', '')}`
  const url = new URL(server)
  url.pathname = `/${name}`
  await onServer(server, `create database ${name}`)
  return { url: url.href, remove: () => onServer(server, `drop database if exists ${name} with (force)`) }
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
