import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { PGlite, types as pgliteTypes } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect, type PostgresPool } from 'kysely'
import pg from 'pg'
import { type Db, fromPglite } from 'pg-boss'
import { StorageUnavailable } from '../flows/storage-unavailable.ts'
import { DATABASE_LIMITS, type DatabaseLimits } from './database-limits.ts'
import type { Schema } from './schema.ts'

/** Connections of one kind, and what may be asked over them. */
export interface Connections {
  readonly kysely: Kysely<Schema>
  /** Runs one hand-written statement in a commit of its own; on a server it is prepared once under its name. */
  statement<Row>(name: string, text: string, values: readonly unknown[]): Promise<Row[]>
}

/** One open database, whichever engine it is: both speak PostgreSQL, and both read types alike. Its own connections answer requests. */
export interface Database extends Connections {
  readonly engine: 'embedded' | 'postgresql'
  /** For background work, whose statements may take longer. */
  readonly work: Connections
  /** Connections for background work as the job library wants them. */
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
  const connections: Connections = {
    kysely: new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) }),
    statement: async <Row>(_name: string, text: string, values: readonly unknown[]) =>
      (await pglite.query<Row>(text, [...values])).rows,
  }
  return {
    engine: 'embedded',
    ...connections,
    work: connections,
    jobs: fromPglite(pglite),
    close: async () => {
      await connections.kysely.destroy()
    },
  }
}

export interface ServerOptions {
  readonly url: string
  /** Connections for answering requests. */
  readonly maxConnections: number
  /** Connections for background work; absent: a few. */
  readonly workConnections?: number
  readonly limits?: DatabaseLimits
}

const WORK_CONNECTIONS = 6
/** The server ends a statement at its limit; if it does not do even that, we give up on the connection this much later. */
const GRACE_MS = 1_000

/**
 * Opens a PostgreSQL server, or anything that speaks its protocol, through two pools, so that background work can neither take the
 * connections of those who ask nor be cut short by their limits. Every wait has an end: what takes longer, like a server that cannot
 * be reached, is `StorageUnavailable`.
 */
export async function openServer(options: ServerOptions): Promise<Database> {
  const limits = options.limits ?? DATABASE_LIMITS
  const open = (max: number, statementMs: number) =>
    serverConnections({ url: options.url, max, statementMs, connectMs: limits.connectMs })
  const answers = open(options.maxConnections, limits.statementMs)
  const work = open(options.workConnections ?? WORK_CONNECTIONS, limits.workStatementMs)
  return {
    engine: 'postgresql',
    ...answers.connections,
    work: work.connections,
    jobs: { executeSql: (text, values = []) => work.query({ text, values }) },
    close: async () => {
      await Promise.all([answers.connections.kysely.destroy(), work.connections.kysely.destroy()])
    },
  }
}

interface PoolOptions {
  readonly url: string
  readonly max: number
  readonly connectMs: number
  readonly statementMs: number
}

function serverConnections({ url, max, connectMs, statementMs }: PoolOptions) {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + GRACE_MS,
    // Of a process that died without closing its connection: what it locked is free again after this time.
    idle_in_transaction_session_timeout: statementMs + GRACE_MS,
    keepAlive: true,
    types: { getTypeParser: serverTypeParser as typeof pg.types.getTypeParser },
  })
  // A connection may be lost while it is idle or inside a transaction: without these listeners either would end the process. Whoever
  // uses the connection is told by the statement that fails.
  pool.on('error', () => undefined)
  pool.on('connect', client => client.on('error', () => undefined))

  const connect = async () => {
    const client = await pool.connect().catch(cannotAsk)
    let lost: Error | undefined
    return {
      query: async (config: pg.QueryConfig) => {
        // After a statement that was given up on, nothing can be asked over this connection any more, not even to roll back.
        if (lost) throw lost
        try {
          return await client.query(config)
        } catch (error) {
          if (isGivenUp(error)) lost = new StorageUnavailable(error)
          return cannotAsk(error)
        }
      },
      release: () => client.release(lost),
    }
  }
  const query = async (config: pg.QueryConfig) => {
    const connection = await connect()
    try {
      return await connection.query(config)
    } finally {
      connection.release()
    }
  }
  const kyselyPool = {
    connect: async () => {
      const { query, release } = await connect()
      return {
        query: (text: string, values: readonly unknown[]) => query({ text, values: [...values] }),
        release,
      }
    },
    end: () => pool.end(),
  }
  return {
    query,
    connections: {
      kysely: new Kysely<Schema>({
        dialect: new PostgresDialect({ pool: kyselyPool as unknown as PostgresPool }),
      }),
      statement: async <Row>(name: string, text: string, values: readonly unknown[]) =>
        (await query({ name, text, values: [...values] })).rows as Row[],
    },
  }
}

/**
 * SQLSTATE of what means that the database could not be asked: lost, shutting down, full, too slow, locked, not the leader, or in the
 * way of others, so that asking again is all there is to do.
 */
const UNAVAILABLE_STATES = /^(08...|57P0[1-5]|57014|53[023]00|55P03|25P03|25006|40001|40P01)$/
/** What the system calls a connection that cannot be made or is lost. */
const UNAVAILABLE_SYSTEM =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/
/** The driver has no codes for some of it. */
const UNAVAILABLE_WORDS =
  /^(Connection terminated|timeout (exceeded|expired)|Query read timeout|Client (was closed|has encountered a connection error)|Cannot use a pool after)/i

function cannotAsk(error: unknown): never {
  if (!(error instanceof Error)) throw error
  const code = 'code' in error ? String(error.code) : ''
  const unavailable =
    UNAVAILABLE_STATES.test(code) || UNAVAILABLE_SYSTEM.test(code) || UNAVAILABLE_WORDS.test(error.message)
  throw unavailable ? new StorageUnavailable(error) : error
}

function isGivenUp(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout'
}

function serverTypeParser(oid: number, format: 'text' | 'binary' = 'text') {
  if (format === 'text' && oid === pg.types.builtins.INT8) return Number
  if (format === 'text' && oid === pg.types.builtins.DATE) return (text: string) => text
  return pg.types.getTypeParser(oid, format as 'text')
}
