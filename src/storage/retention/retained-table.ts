import { type RawBuilder, sql } from 'kysely'

/** Whom legal holds concern: all numbers of the people, and authorities (rule 23.10). */
export interface Held {
  readonly numbers: readonly string[]
  readonly authorities: readonly string[]
}

export interface Asked {
  readonly at: Date
  readonly isFeedReliedOn: boolean
}

/** How rows of one table are judged and removed. In each piece of SQL the row is `t`. */
export interface RetainedTable {
  readonly table: string
  /** The primary key: the order in which the table is gone through. */
  readonly key: readonly { readonly column: string; readonly type: string }[]
  /** Which rows are personal data at all, where not all are. */
  readonly only?: RawBuilder<boolean>
  /** The instant from which the period of a row counts; null while the row is needed. */
  since(asked: Asked): RawBuilder<Date | null>
  onHold(held: Held): RawBuilder<boolean>
  /** Which rows are removed by their own key; absent: all. */
  readonly removedBy?: RawBuilder<boolean>
  /** Run before rows of a page are removed: the locks that removing them needs. `page` are the conditions of the page. */
  lock?(page: RawBuilder<boolean>): RawBuilder<unknown>
  /**
   * Removes the rows whose keys are in `past`, after which it stands: steps of WITH, the last of them named `gone`, with the columns `rows`
   * (that were removed in all) and `counted` (of these, that were counted on this page or before). Absent: they are deleted.
   */
  remove?(asked: Asked & { readonly lastKey: readonly string[] }): RawBuilder<unknown>
}

/** Columns of text. */
export const text = (...columns: string[]) => columns.map(column => ({ column, type: 'text' }))
/** Whether a column names somebody on hold. */
export const ofPerson = (column: string, { numbers }: Held) =>
  sql<boolean>`${sql.ref(column)} = any (${[...numbers]}::text[])`
/** Whether a column names an authority on hold. */
export const ofAuthority = (column: string, { authorities }: Held) =>
  sql<boolean>`${sql.ref(column)} = any (${[...authorities]}::text[])`
/** Whether a row with `nhs_number` and `authority` is of either. */
export const ofEither = (held: Held) =>
  sql<boolean>`(${ofPerson('t.nhs_number', held)} or ${ofAuthority('t.authority', held)})`
