import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { PGlite, types as pgliteTypes } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely'
import pg from 'pg'
import { type Db, fromPglite } from 'pg-boss'
import type { Schema } from './schema.ts'

/** One open database, whichever engine it is: both speak PostgreSQL, and both read types alike. */
export interface Database {
  readonly engine: 'embedded' | 'postgresql'
  readonly kysely: Kysely<Schema>
  /** Runs one hand-written statement in a commit of its own; on a server it is prepared once under its name. */
  statement<Row>(name: string, text: string, values: readonly unknown[]): Promise<Row[]>
  /** The same connection as the job library wants it. */
  readonly jobs: Db
  close(): Promise<void>
}

export interface EmbeddedOptions {
  /** Absent: in memory, for tests. */
  readonly dataDir?: string
  /** A packed data directory to start from instead of an empty one. */
  readonly template?: Blob
}

/** Opens the embedded database (PGlite): PostgreSQL inside this process, behind one queue. One process at a time may open a directory. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Database> {
  const { dataDir, template } = options
  if (dataDir) mkdirSync(dirname(dataDir), { recursive: true })
  const pglite = await PGlite.create({
    ...(dataDir && { dataDir }),
    ...(template && { loadDataDir: template }),
    parsers: {
      [pgliteTypes.INT8]: Number,
      [pgliteTypes.DATE]: (text: string) => text,
      [pgliteTypes.BYTEA]: (text: string) => Buffer.from(text.slice(2), 'hex'),
    },
    // Byte by byte, as the engine does it by itself, a large payload takes several times as long.
    serializers: {
      [pgliteTypes.BYTEA]: (bytes: Uint8Array) =>
        `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`,
    },
  })
  const kysely = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) })
  return {
    engine: 'embedded',
    kysely,
    statement: async <Row>(_name: string, text: string, values: readonly unknown[]) =>
      (await pglite.query<Row>(text, [...values])).rows,
    jobs: fromPglite(pglite),
    close: async () => {
      await kysely.destroy()
    },
  }
}

export interface ServerOptions {
  readonly url: string
  readonly maxConnections: number
}

/** Opens a PostgreSQL server, or anything that speaks its protocol, through a pool. */
export async function openServer(options: ServerOptions): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    types: { getTypeParser: serverTypeParser as typeof pg.types.getTypeParser },
  })
  // A connection lost while idle is replaced at the next query: without a listener it would end the process.
  pool.on('error', () => undefined)
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  return {
    engine: 'postgresql',
    kysely,
    statement: async <Row>(name: string, text: string, values: readonly unknown[]) =>
      (await pool.query({ name, text, values: [...values] })).rows as Row[],
    jobs: { executeSql: (text, values) => pool.query(text, values) },
    close: async () => {
      await kysely.destroy()
    },
  }
}

function serverTypeParser(oid: number, format: 'text' | 'binary' = 'text') {
  if (format === 'text' && oid === pg.types.builtins.INT8) return Number
  if (format === 'text' && oid === pg.types.builtins.DATE) return (text: string) => text
  return pg.types.getTypeParser(oid, format as 'text')
}
