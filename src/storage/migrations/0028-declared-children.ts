import { type Kysely, sql } from 'kysely'

/** How many children an authority says it holds: what its match rate is counted over until it is live (rule 19.3). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table authority add column children integer check (children > 0)`.execute(db)
}
