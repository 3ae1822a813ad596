/** How long (milliseconds) the database may take before it counts as not answering. */
export interface DatabaseLimits {
  /** For a connection: a new one, or one that others give back. */
  readonly connectMs: number
  /** For one statement of a request, with the time that it waits for locks. */
  readonly statementMs: number
  /** For one statement of background work. */
  readonly workStatementMs: number
}

export const DATABASE_LIMITS: DatabaseLimits = {
  connectMs: 3_000,
  statementMs: 8_000,
  workStatementMs: 600_000,
}
