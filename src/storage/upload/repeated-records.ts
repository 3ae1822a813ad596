import { type Kysely, sql } from 'kysely'
import type { UploadReceipt } from '../../flows/upload/ports.ts'
import type { Schema } from '../schema.ts'

/**
 * Marks the records that an earlier one of the file was word for word, and leaves nothing of their plans to be applied (rule 3.9). Comes
 * before everything else that is done with the staged records.
 */
export async function markRepeats(db: Kysely<Schema>, { id }: Pick<UploadReceipt, 'id'>): Promise<void> {
  await sql`
    with said as materialized (
      select position, sha256(convert_to((sent - 'position')::text, 'UTF8')) as words
      from upload_record where upload_id = ${id}
    ),
    first as (select words, min(position) as position from said group by words having count(*) > 1),
    marked as (
      update upload_record r set repeats = first.position
      from said join first on first.words = said.words and first.position < said.position
      where r.upload_id = ${id} and r.position = said.position
      returning r.position
    )
    delete from upload_plan u using marked where u.upload_id = ${id} and u.position = marked.position`.execute(
    db,
  )
}

/** What became of a record became of its repeats. Comes after every other outcome was decided. */
export async function repeatOutcomes(db: Kysely<Schema>, { id }: Pick<UploadReceipt, 'id'>): Promise<void> {
  await sql`
    update upload_record r set fault = first.fault, overlapped = first.overlapped from upload_record first
    where r.upload_id = ${id} and r.repeats is not null and first.upload_id = ${id} and first.position = r.repeats`.execute(
    db,
  )
}
