import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe } from 'vitest'
import { embeddedTemplate } from '../../src/storage/embedded-template.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { type Database, openEmbedded, openServer } from '../../src/storage/open-database.ts'

/** A PostgreSQL server on which databases may be made and dropped; without it only the embedded engine is tested. */
export const TEST_SERVER = process.env['CPIS_TEST_DATABASE_URL']

/** Runs the same tests on the embedded database and, where one is configured, on a PostgreSQL server. */
export function describeOnEachEngine(name: string, tests: (database: () => Database) => void): void {
  const engines = [
    { engine: 'embedded', open: freshEmbedded },
    ...(TEST_SERVER ? [{ engine: 'postgresql', open: () => freshOnServer(TEST_SERVER) }] : []),
  ]
  describe.each(engines)(`${name} on $engine`, ({ open }) => {
    let opened: { database: Database; remove: () => Promise<void> } | undefined
    beforeAll(async () => {
      opened = await open()
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
