import { type Kysely, sql } from 'kysely'

/** Over FHIR a plan and an access are read by their ids, which lead to the person (rule 4.13). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index plan_id on plan (id)`.execute(db)
  await sql`create index access_id on access (id)`.execute(db)
}
