import { z } from 'zod'
import { DATABASE_LIMITS, type DatabaseLimits } from '../storage/database-limits.ts'
import { whole } from './setting-kinds.ts'

export interface DatabaseConfig {
  /** A PostgreSQL server; absent: the embedded database. */
  readonly url: string | undefined
  /** Connections for requests, and for background work. */
  readonly connections: number
  readonly workConnections: number
  readonly limits: DatabaseLimits
}

/** To be spread into the environment. */
export const databaseSettings = {
  CPIS_DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  CPIS_DATABASE_CONNECTIONS: whole(2, 1000).default(16),
  CPIS_DATABASE_WORK_CONNECTIONS: whole(2, 1000).default(6),
  CPIS_DATABASE_CONNECT_MS: whole(100, 60_000).default(DATABASE_LIMITS.connectMs),
  CPIS_DATABASE_STATEMENT_MS: whole(100, 600_000).default(DATABASE_LIMITS.statementMs),
  CPIS_DATABASE_WORK_STATEMENT_MS: whole(1_000, 3_600_000).default(DATABASE_LIMITS.workStatementMs),
}

const settings = z.object(databaseSettings)

export function databaseConfig(set: z.infer<typeof settings>): DatabaseConfig {
  return {
    url: set.CPIS_DATABASE_URL,
    connections: set.CPIS_DATABASE_CONNECTIONS,
    workConnections: set.CPIS_DATABASE_WORK_CONNECTIONS,
    limits: {
      connectMs: set.CPIS_DATABASE_CONNECT_MS,
      statementMs: set.CPIS_DATABASE_STATEMENT_MS,
      workStatementMs: set.CPIS_DATABASE_WORK_STATEMENT_MS,
    },
  }
}
