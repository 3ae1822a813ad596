import type { Kysely } from 'kysely'
import type { UploadStore } from '../../flows/upload/ports.ts'
import type { Schema } from '../schema.ts'

/** What was staged of an upload goes once it is applied and acknowledged, but for the records that were refused (rule 23.2). */
export async function forgetApplied(db: Kysely<Schema>, uploadId: string): Promise<void> {
  await db.deleteFrom('upload_plan').where('upload_id', '=', uploadId).execute()
  await db.deleteFrom('upload_record').where('upload_id', '=', uploadId).where('fault', 'is', null).execute()
}

/** Forgets what was staged for one upload that will not be applied, or before an instant for any that never was. */
export async function discardStaged(
  db: Kysely<Schema>,
  staged: Parameters<UploadStore['discard']>[0],
): Promise<void> {
  for (const table of ['upload_plan', 'upload_record'] as const) {
    const rows = db.deleteFrom(table)
    await ('uploadId' in staged
      ? rows.where('upload_id', '=', staged.uploadId)
      : rows
          .where('upload_id', '<', firstIdOf(staged.abandonedBefore))
          .where(({ not, exists, selectFrom }) =>
            not(exists(selectFrom('upload').select('id').whereRef('id', '=', `${table}.upload_id`))),
          )
    ).execute()
  }
}

/** The least id that can be made at an instant: ids are UUIDs of version 7, which begin with their time. */
function firstIdOf(instant: Date): string {
  const time = instant.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}
