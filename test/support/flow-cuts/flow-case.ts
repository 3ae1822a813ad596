import { type RawBuilder, sql } from 'kysely'
import type { Storage } from '../../../src/flows/ports.ts'
import type { CutBench } from './cut-bench.ts'

/** A flow that is cut anywhere, and how it is told afterwards what it did. */
export interface FlowCase {
  readonly name: string
  /**
   * What doing it once more comes to after it was done: nothing; nothing but a further audit entry, since a request is on record; or
   * the thing anew.
   */
  readonly again: 'nothing' | 'recorded' | 'anew'
  /** How long its user waits before doing it once more (milliseconds). */
  readonly pause?: number
  /** Puts something there to be done, over connections that are not cut. */
  prepare(bench: CutBench): Promise<Prepared>
}

export interface Prepared {
  readonly act: (storage: Storage) => Promise<unknown>
  /** One row of counts, each of how often the same thing was done: as kept in one table or another, and `audited`. */
  readonly done: RawBuilder<unknown>
}

/** How many audit entries of an action have a value in a column: a subject of their own, unless another is named. */
export function audited(
  action: string,
  value: string,
  column: 'subject' | 'actor' | 'nhs_number' | 'trace_id' = 'subject',
): RawBuilder<number> {
  return sql<number>`(select count(*) from audit where action = ${action} and ${sql.ref(column)} = ${value})`
}

/** The same of what was asked for at an interface and done: a request that failed leaves an entry of its own (rule 8.1). */
export function allowed(
  ...[action, value, column = 'subject']: Parameters<typeof audited>
): RawBuilder<number> {
  return sql<number>`(select count(*) from audit
    where action = ${action} and ${sql.ref(column)} = ${value} and outcome = 'allowed')`
}
