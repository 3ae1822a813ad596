import { type Kysely, sql } from 'kysely'

/** Of a record that stands in its file twice, word for word: the position of the first (rule 3.9). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table upload_record add column repeats integer`.execute(db)
}
